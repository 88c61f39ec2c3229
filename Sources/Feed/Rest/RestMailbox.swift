import CCurl
import Synchronization

/// What callers leave for the REST thread, and how they wake it.
final class RestMailbox: Sendable {
    struct Mail: Sendable {
        var errands: [RestErrand] = []
        var cancelled: [UInt64] = []
    }

    // The pointer never leaves the lock.
    @safe private struct State {
        var mail = Mail()
        var nextID: UInt64 = 1
        /// Only to wake it: curl allows that from any thread while the handle lives, which the lock sees to.
        var multi: UnsafeMutableRawPointer?
        var isClosed = false
        /// The thread has called its last completion.
        var isEnded = false
        /// Those who wait for that.
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())

    func open(_ multi: UnsafeMutableRawPointer) {
        let address = UInt(bitPattern: multi)
        self.state.withLock { unsafe $0.multi = UnsafeMutableRawPointer(bitPattern: address) }
    }

    func takeID() -> UInt64 {
        self.state.withLock { state in
            defer { state.nextID += 1 }
            return state.nextID
        }
    }

    /// - Returns: `false` when the thread is gone or going: the request is not taken.
    func put(_ errand: RestErrand) -> Bool {
        self.state.withLock { state in
            guard !state.isClosed else { return false }
            state.mail.errands.append(errand)
            Self.wake(state)
            return true
        }
    }

    func cancel(_ id: UInt64) {
        self.state.withLock { state in
            state.mail.cancelled.append(id)
            Self.wake(state)
        }
    }

    func close() {
        self.state.withLock { state in
            state.isClosed = true
            Self.wake(state)
        }
    }

    /// Everything that was left, or `nil` once closed: then nobody will be woken any more.
    func take() -> Mail? {
        let (mail, isClosed) = self.state.withLock { state in
            defer { state.mail = Mail() }
            if state.isClosed { unsafe state.multi = nil }
            return (state.mail, state.isClosed)
        }
        guard isClosed else { return mail }
        for errand in mail.errands { errand.completion(.failure(.shutDown)) }
        return nil
    }

    /// The thread calls no completion any more.
    func end() {
        let waiting = self.state.withLock { state in
            state.isEnded = true
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }

    func ended() async {
        await withCheckedContinuation { continuation in
            let isEnded = self.state.withLock { state in
                if !state.isEnded { state.waiting.append(continuation) }
                return state.isEnded
            }
            if isEnded { continuation.resume() }
        }
    }

    private static func wake(_ state: State) {
        if let multi = unsafe state.multi { unsafe curl_multi_wakeup(multi) }
    }
}
