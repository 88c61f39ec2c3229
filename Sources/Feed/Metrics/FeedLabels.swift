public import Core
public import Metrics

struct VenueLabel: LabelSet {
    static let names = ["venue"]
    let venue: String
    var values: [String] { [self.venue] }
}

struct VenueStateLabels: LabelSet {
    static let names = ["venue", "state"]
    let venue: String
    let state: String
    var values: [String] { [self.venue, self.state] }
}

struct VenueReasonLabels: LabelSet {
    static let names = ["venue", "reason"]
    let venue: String
    let reason: String
    var values: [String] { [self.venue, self.reason] }
}

struct RouteLabels: LabelSet {
    static let names = ["venue", "route"]
    let venue: String
    let route: String
    var values: [String] { [self.venue, self.route] }
}

struct RouteCodeLabels: LabelSet {
    static let names = ["venue", "route", "code"]
    /// Those that venues are known to answer with, and `other`: a closed set, for a status comes from outside.
    static let codes = [
        "200", "400", "401", "403", "404", "418", "429", "451", "500", "502", "503", "504", "other",
    ]

    let venue: String
    let route: String
    let code: String

    init(venue: String, route: String, status: Int) {
        self.init(venue: venue, route: route, code: Self.codes.contains("\(status)") ? "\(status)" : "other")
    }

    /// Of a code that is one of ``codes``.
    init(venue: String, route: String, code: String) { (self.venue, self.route, self.code) = (venue, route, code) }

    var values: [String] { [self.venue, self.route, self.code] }
}

struct RouteReasonLabels: LabelSet {
    static let names = ["venue", "route", "reason"]
    let venue: String
    let route: String
    let reason: String
    var values: [String] { [self.venue, self.route, self.reason] }
}

struct VenueStreamLabels: LabelSet {
    static let names = ["venue", "stream"]
    let venue: String
    let stream: String
    var values: [String] { [self.venue, self.stream] }
}

struct VenueToLabels: LabelSet {
    static let names = ["venue", "to"]
    let venue: String
    let to: String
    var values: [String] { [self.venue, self.to] }
}

struct RouteToLabels: LabelSet {
    static let names = ["venue", "route", "to"]
    let venue: String
    let route: String
    let to: String
    var values: [String] { [self.venue, self.route, self.to] }
}

extension CircuitBreaker.Name: StateLabel {
    public var label: String { self.rawValue }
}
