/// Keeps requests from a service that fails, and lets one through now and then to see whether it is back.
///
/// Pure: instants are nanoseconds of one clock that never goes back, and are passed in.
public struct CircuitBreaker: Sendable, Equatable {
    public enum State: Equatable, Sendable {
        /// Requests go through; so many in a row failed.
        case closed(failures: Int)
        /// Nothing goes through before `until`.
        case open(until: Int64)
        /// One request is on its way, and decides; a verdict that never comes is waited for until `until`.
        case halfOpen(until: Int64)

        public var name: Name {
            switch self {
            case .closed: .closed
            case .open: .open
            case .halfOpen: .halfOpen
            }
        }
    }

    /// What metrics call the states.
    public enum Name: String, CaseIterable, Sendable {
        case closed, open
        case halfOpen = "half_open"
    }

    public struct Settings: Sendable, Equatable {
        /// So many failures in a row open it.
        public var threshold = 3
        /// How long it stays open at first; each probe in vain doubles it.
        public var firstPause: Int64 = 1_000_000_000
        public var longestPause: Int64 = 60_000_000_000
        /// How long a probe may take.
        public var probeTimeout: Int64 = 30_000_000_000

        public init() {}
    }

    public let settings: Settings
    public private(set) var state = State.closed(failures: 0)
    private var openings = 0

    public init(settings: Settings = Settings()) { self.settings = settings }

    /// Whether a request may go through now; one that may must be answered for with ``succeeded()`` or a failure.
    public mutating func admit(at now: Int64) -> Bool {
        switch self.state {
        case .closed: return true
        case .open(let until), .halfOpen(let until):
            guard now >= until else { return false }
            self.state = .halfOpen(until: now &+ self.settings.probeTimeout)
            return true
        }
    }

    /// When a request may go through at the earliest; `nil`: now.
    public var closedUntil: Int64? {
        switch self.state {
        case .closed: nil
        case .open(let until), .halfOpen(let until): until
        }
    }

    /// The request was given up by whoever sent it: a probe may be sent again.
    public mutating func withdraw(at now: Int64) {
        if case .halfOpen = self.state { self.state = .open(until: now) }
    }

    public mutating func succeeded() {
        self.openings = 0
        self.state = .closed(failures: 0)
    }

    /// A request failed; `patience`, in nanoseconds, is what the service asked for, and opens it at once if positive.
    public mutating func failed(
        at now: Int64,
        patience: Int64 = 0,
        using generator: inout some RandomNumberGenerator
    ) {
        switch self.state {
        case .closed(let failures) where failures + 1 < self.settings.threshold && patience <= 0:
            self.state = .closed(failures: failures + 1)
        case .open(let until):
            // A request from before it opened: it only can make the pause longer.
            self.state = .open(until: max(until, now &+ max(0, patience)))
        case .closed, .halfOpen:
            let ceiling = min(self.settings.longestPause, self.settings.firstPause << Int64(min(self.openings, 20)))
            self.openings += 1
            // Half of it fixed, half random: many must not come back together, and none at once.
            let pause = Int64.random(in: max(1, ceiling / 2)...max(1, ceiling), using: &generator)
            self.state = .open(until: now &+ max(pause, patience))
        }
    }
}
