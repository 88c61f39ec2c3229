import Synchronization

/// Holds tasks back until it is opened, once and for good.
final class Gate: Sendable {
    private enum State {
        case open
        case closed([CheckedContinuation<Void, Never>])
    }

    private let state = Mutex(State.closed([]))

    func open() {
        let waiting = self.state.withLock { state -> [CheckedContinuation<Void, Never>] in
            guard case .closed(let waiting) = state else { return [] }
            state = .open
            return waiting
        }
        for continuation in waiting { continuation.resume() }
    }

    /// Returns when the gate is open; a cancelled task waits like any other.
    func wait() async {
        await withCheckedContinuation { continuation in
            let isOpen = self.state.withLock { state in
                guard case .closed(let waiting) = state else { return true }
                state = .closed(waiting + [continuation])
                return false
            }
            if isOpen { continuation.resume() }
        }
    }
}
