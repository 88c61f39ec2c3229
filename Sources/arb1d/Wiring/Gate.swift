import Synchronization

/// Holds tasks back until it is opened, once and for good.
final class Gate: Sendable {
    private struct State {
        var isOpen = false
        var nextWaiter: UInt64 = 0
        /// `nil` marks a waiter that was cancelled before it began to wait.
        var waiters: [UInt64: CheckedContinuation<Void, Never>?] = [:]
    }

    private let state = Mutex(State())

    func open() {
        let waiting = self.state.withLock { state in
            state.isOpen = true
            defer { state.waiters = [:] }
            return state.waiters.values.compactMap { $0 }
        }
        for continuation in waiting { continuation.resume() }
    }

    /// Returns when the gate is open, or the task is cancelled.
    func wait() async {
        let waiter = self.state.withLock { state in
            state.nextWaiter += 1
            return state.nextWaiter
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let goesOn = self.state.withLock { state in
                    if state.isOpen || state.waiters.removeValue(forKey: waiter) != nil { return true }
                    state.waiters[waiter] = .some(continuation)
                    return false
                }
                if goesOn { continuation.resume() }
            }
        } onCancel: {
            let continuation = self.state.withLock { state -> CheckedContinuation<Void, Never>? in
                if let waiting = state.waiters.removeValue(forKey: waiter) { return waiting }
                if !state.isOpen { state.waiters[waiter] = .some(nil) }
                return nil
            }
            continuation?.resume()
        }
    }
}
