import Core
import Venues

/// Which requests may go to a venue now: a circuit breaker for each route, and a ban that stops all of them.
///
/// Pure: time is passed in, and what moved is given back.
struct RestGate: Sendable {
    /// A breaker went to another state.
    struct Move: Equatable, Sendable {
        let route: RestRoute
        let from: CircuitBreaker.Name
        let to: CircuitBreaker.Name
    }

    private var breakers: [RestRoute: CircuitBreaker] = [:]
    /// Until when the venue wants no request at all.
    private(set) var bannedUntil: MonotonicInstant?

    init(settings: CircuitBreaker.Settings = CircuitBreaker.Settings()) {
        for route in RestRoute.allCases { self.breakers[route] = CircuitBreaker(settings: settings) }
    }

    func state(of route: RestRoute) -> CircuitBreaker.Name { self.breakers[route]?.state.name ?? .closed }

    /// Whether a request may be sent; else why not.
    mutating func admit(_ route: RestRoute, at now: MonotonicInstant) -> (refusal: RestError?, move: Move?) {
        if let until = self.bannedUntil {
            guard now >= until else { return (.banned(for: until.since(now)), nil) }
            self.bannedUntil = nil
        }
        var isAdmitted = true
        let move = self.change(route) { isAdmitted = $0.admit(at: now.nanoseconds) }
        guard !isAdmitted else { return (nil, move) }
        let until = MonotonicInstant(nanoseconds: self.breakers[route]?.closedUntil ?? now.nanoseconds)
        return (.circuitOpen(for: until.since(now)), move)
    }

    /// A request was answered with this status, or not at all.
    ///
    /// 403, 418 and 429 are the venue's word to leave it alone: no request of any route goes to it meanwhile. Other
    /// statuses below 500 are answers: what they say is another matter.
    mutating func answered(
        _ route: RestRoute,
        status: Int?,
        patience: Duration,
        at now: MonotonicInstant,
        using generator: inout some RandomNumberGenerator
    ) -> Move? {
        switch status {
        case 403, 418, 429:
            self.bannedUntil = max(self.bannedUntil ?? now, now.advanced(by: patience))
            return self.fail(route, patience, at: now, using: &generator)
        case .some(let status) where status < 500:
            return self.change(route) { $0.succeeded() }
        default:
            return self.fail(route, patience, at: now, using: &generator)
        }
    }

    private mutating func fail(
        _ route: RestRoute,
        _ patience: Duration,
        at now: MonotonicInstant,
        using generator: inout some RandomNumberGenerator
    ) -> Move? {
        self.change(route) {
            $0.failed(at: now.nanoseconds, patience: patience.wholeNanoseconds, using: &generator)
        }
    }

    /// The request was given up by us: it says nothing about the venue, and a probe may be sent again.
    mutating func withdrawn(_ route: RestRoute, at now: MonotonicInstant) -> Move? {
        self.change(route) { $0.withdraw(at: now.nanoseconds) }
    }

    private mutating func change(_ route: RestRoute, _ verb: (inout CircuitBreaker) -> Void) -> Move? {
        guard var breaker = self.breakers[route] else { return nil }
        let old = breaker.state.name
        verb(&breaker)
        self.breakers[route] = breaker
        return breaker.state.name == old ? nil : Move(route: route, from: old, to: breaker.state.name)
    }
}
