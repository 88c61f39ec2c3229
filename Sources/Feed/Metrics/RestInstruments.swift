import Core
import Metrics
import Venues

/// What is counted of one venue's REST requests.
struct RestInstruments: Sendable {
    private let metrics: FeedMetrics
    private let venue: String
    let limitUsed: Gauge
    let bannedUntil: Gauge

    /// Every known child exists from the start, so that `rate()` sees the first step.
    init(_ metrics: FeedMetrics, venue: String) {
        (self.metrics, self.venue) = (metrics, venue)
        self.limitUsed = metrics.restLimitUsed.gauge(for: VenueLabel(venue: venue))
        self.bannedUntil = metrics.restBannedUntil.gauge(for: VenueLabel(venue: venue))
        for route in RestRoute.allCases {
            let name = route.rawValue
            for code in RouteCodeLabels.codes {
                _ = metrics.restRequests.counter(for: RouteCodeLabels(venue: venue, route: name, code: code))
            }
            _ = metrics.restSeconds.histogram(for: RouteLabels(venue: venue, route: name))
            for reason in RestError.labels {
                _ = metrics.restFailures.counter(for: RouteReasonLabels(venue: venue, route: name, reason: reason))
            }
            self.states(route).set(.closed)
            for state in CircuitBreaker.Name.allCases { _ = self.transitions(route, to: state) }
        }
    }

    func answered(_ route: RestRoute, status: Int) {
        let labels = RouteCodeLabels(venue: self.venue, route: route.rawValue, status: status)
        self.metrics.restRequests.counter(for: labels).increment()
    }

    func failed(_ route: RestRoute, _ error: RestError) {
        let labels = RouteReasonLabels(venue: self.venue, route: route.rawValue, reason: error.label)
        self.metrics.restFailures.counter(for: labels).increment()
    }

    func took(_ route: RestRoute, _ duration: Duration) {
        let labels = RouteLabels(venue: self.venue, route: route.rawValue)
        self.metrics.restSeconds.histogram(for: labels).observe(duration.inSeconds)
    }

    /// A breaker went to another state.
    func show(_ move: RestGate.Move?) {
        guard let move else { return }
        self.states(move.route).set(move.to)
        self.transitions(move.route, to: move.to).increment()
    }

    private func states(_ route: RestRoute) -> StateSet<CircuitBreaker.Name> {
        self.metrics.breakerState.states(for: RouteLabels(venue: self.venue, route: route.rawValue))
    }

    private func transitions(_ route: RestRoute, to state: CircuitBreaker.Name) -> Counter {
        self.metrics.breakerTransitions.counter(
            for: RouteToLabels(venue: self.venue, route: route.rawValue, to: state.rawValue)
        )
    }
}
