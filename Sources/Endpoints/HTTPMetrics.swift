import Metrics

struct RouteLabels: LabelSet {
    static let names = ["route"]
    let route: String
    var values: [String] { [self.route] }
}

/// Why a connection was closed instead of served.
enum Rejection: String, LabelSet, CaseIterable {
    case limit
    case header
    case timeout

    static let names = ["reason"]
    var values: [String] { [self.rawValue] }
}

/// What the server counts about itself.
struct HTTPMetrics: Sendable {
    private let requests: RequestCounters
    private let seconds: [String: Histogram]
    private let otherSeconds: Histogram
    private let rejections: CounterFamily<Rejection>
    let connections: Gauge

    init(registry: Registry, routes: [Route], maxConnections: Int) {
        self.requests = RequestCounters(registry: registry, routes: routes)
        let seconds = registry.histogram(
            "arb1d_http_request_seconds",
            help: "Time from a request's head to the end of its answer.",
            labels: RouteLabels.self,
            buckets: Buckets.networkSeconds
        )
        self.rejections = registry.counter(
            "arb1d_http_rejected_total",
            help: "HTTP connections closed instead of served.",
            labels: Rejection.self
        )
        self.connections = registry.gauge("arb1d_http_connections", help: "Open HTTP connections.")
        registry.gauge("arb1d_http_connections_limit", help: "Most HTTP connections served at once.")
            .set(Double(maxConnections))
        // Every child that is known beforehand stands at 0 from the start, so that rate() sees its first step.
        for reason in Rejection.allCases { _ = self.rejections.counter(for: reason) }
        self.seconds = Dictionary(
            uniqueKeysWithValues: routes.map { ($0.path, seconds.histogram(for: RouteLabels(route: $0.path))) }
        )
        self.otherSeconds = seconds.histogram(for: RouteLabels(route: "other"))
    }

    func answered(route: String?, method: String, code: Int, took duration: Duration) {
        self.requests.count(route: route, method: method, code: code)
        let (seconds, attoseconds) = duration.components
        (route.flatMap { self.seconds[$0] } ?? self.otherSeconds)
            .observe(Double(seconds) + Double(attoseconds) * 1e-18)
    }

    func rejected(_ reason: Rejection) { self.rejections.counter(for: reason).increment() }
}
