import Metrics

/// The labels of one request, all from closed sets: what a client invents becomes `other`.
struct RequestLabels: LabelSet {
    static let names = ["route", "method", "code"]

    let route: String
    let method: String
    let code: String

    var values: [String] { [self.route, self.method, self.code] }
}

/// Counts requests. Every counter that there can be is there from the start, whatever clients send.
struct RequestCounters: Sendable {
    private static let other = "other"
    private static let refusedMethods = ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", Self.other]

    private let counters: [RequestLabels: Counter]

    init(registry: Registry, routes: [Route]) {
        let family = registry.counter(
            "arb1d_http_requests_total",
            help: "HTTP requests answered.",
            labels: RequestLabels.self
        )
        var labels: [RequestLabels] = []
        for route in routes {
            for method in ["GET", "HEAD"] {
                labels += route.codes.map { RequestLabels(route: route.path, method: method, code: "\($0)") }
            }
            // An upgrade asked for by another method is a faulty one.
            for code in route.codes.contains(101) ? ["400", "405"] : ["405"] {
                labels += Self.refusedMethods.map { RequestLabels(route: route.path, method: $0, code: code) }
            }
            labels.append(RequestLabels(route: route.path, method: Self.other, code: Self.other))
        }
        for method in ["GET", "HEAD"] + Self.refusedMethods {
            labels.append(RequestLabels(route: Self.other, method: method, code: "404"))
        }
        labels.append(RequestLabels(route: Self.other, method: Self.other, code: Self.other))
        self.counters = Dictionary(labels.map { ($0, family.counter(for: $0)) }) { first, _ in first }
    }

    /// A path that is no route has none.
    func count(route: String?, method: String, code: Int) {
        let route = route ?? Self.other
        let known = self.counters[RequestLabels(route: route, method: method, code: "\(code)")]
        let ofOther = self.counters[RequestLabels(route: route, method: Self.other, code: "\(code)")]
        // An answer that the route has not declared, a mistake of ours, is counted all the same.
        let any = self.counters[RequestLabels(route: route, method: Self.other, code: Self.other)]
        (known ?? ofOther ?? any)?.increment()
    }
}
