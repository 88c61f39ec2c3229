import Core

/// When to ask a venue for its REST book ticker: one request at a time for all connections, again while it fails.
struct SeedSchedule: Sendable {
    enum State: Equatable, Sendable {
        case idle
        /// A request is under way; `again` when a connection went live after it began.
        case asking(again: Bool)
        case waiting(until: MonotonicInstant)
    }

    private(set) var state: State = .idle
    private var backoff = Backoff(base: .seconds(1), cap: .seconds(60))

    /// A connection went live.
    ///
    /// - Returns: Whether to ask now.
    mutating func want() -> Bool {
        switch self.state {
        case .idle:
            self.state = .asking(again: false)
            return true
        case .asking:
            // What is under way was asked before this connection listened: a change in between would be lost.
            self.state = .asking(again: true)
            return false
        case .waiting: return false
        }
    }

    /// The request was answered well.
    ///
    /// - Returns: Whether to ask again now.
    mutating func succeeded() -> Bool {
        self.backoff.reset()
        let again = self.state == .asking(again: true)
        self.state = again ? .asking(again: false) : .idle
        return again
    }

    /// The request failed; `atLeast` is what the venue asked us to wait.
    ///
    /// - Returns: How long to wait before ``tick(at:isLive:)``.
    mutating func failed(
        at now: MonotonicInstant,
        atLeast: Duration,
        using generator: inout some RandomNumberGenerator
    ) -> Duration {
        // Half fixed, half random: an instrument may wait for this, and a failing venue must not be hurried.
        let delay = max(atLeast, .milliseconds(500) + self.backoff.next(using: &generator))
        self.state = .waiting(until: now.advanced(by: delay))
        return delay
    }

    /// Whether to ask now; `isLive` says whether any connection is live.
    mutating func tick(at now: MonotonicInstant, isLive: Bool) -> Bool {
        guard case .waiting(let until) = self.state, now >= until else { return false }
        self.state = isLive ? .asking(again: false) : .idle
        return isLive
    }
}
