import Core

/// When to ask a venue for its REST book ticker: one request at a time for all connections, again
/// while it fails, and once in a while for instruments that have no quote but a seed.
struct SeedSchedule: Sendable {
    enum State: Equatable, Sendable {
        case idle
        /// A request is under way; `again` when a connection went live after it began.
        case asking(again: Bool)
        /// The last request failed.
        case waiting(until: MonotonicInstant)
        /// The last request was answered well.
        case resting(until: MonotonicInstant)
    }

    /// So many failures in a row, and what was seeded before is not known to stand.
    private static let failuresUntilStale = 3

    /// How old a seed may get before it is asked for again.
    let interval: Duration

    private(set) var state: State = .idle
    private var backoff = Backoff(base: .seconds(1), cap: .seconds(60))

    init(interval: Duration = .seconds(60)) { self.interval = interval }

    /// Whether seeds count as stale by now.
    var isFailing: Bool { self.backoff.failures >= Self.failuresUntilStale }

    /// When ``tick(at:isNeeded:)`` is due; `nil`: not before something else happens.
    var due: MonotonicInstant? {
        switch self.state {
        case .idle, .asking: nil
        case .waiting(let until), .resting(let until): until
        }
    }

    /// A connection went live, or the clock was stepped.
    ///
    /// - Returns: Whether to ask now.
    mutating func want() -> Bool {
        switch self.state {
        case .idle, .resting:
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
    /// - Returns: Whether to ask again now; otherwise it rests for ``interval``.
    mutating func succeeded(at now: MonotonicInstant) -> Bool {
        self.backoff.reset()
        let again = self.state == .asking(again: true)
        self.state = again ? .asking(again: false) : .resting(until: now.advanced(by: self.interval))
        return again
    }

    /// The request failed; `atLeast` is what the venue asked us to wait.
    mutating func failed(
        at now: MonotonicInstant,
        atLeast: Duration,
        using generator: inout some RandomNumberGenerator
    ) {
        // Half fixed, half random: an instrument may wait for this, and a failing venue must not be hurried.
        let delay = max(atLeast, .milliseconds(500) + self.backoff.next(using: &generator))
        self.state = .waiting(until: now.advanced(by: delay))
    }

    /// Whether to ask now; `isNeeded` says whether any instrument of a live connection has no quote but a seed.
    mutating func tick(at now: MonotonicInstant, isNeeded: Bool) -> Bool {
        switch self.state {
        case .idle, .asking: return false
        case .waiting(let until), .resting(let until):
            guard now >= until else { return false }
            self.state = isNeeded ? .asking(again: false) : .idle
            return isNeeded
        }
    }
}
