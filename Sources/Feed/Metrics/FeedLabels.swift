import Metrics

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
    let venue: String
    let route: String
    /// An HTTP status, or `other` for a number that is none.
    let code: String
    var values: [String] { [self.venue, self.route, self.code] }
}

struct RouteReasonLabels: LabelSet {
    static let names = ["venue", "route", "reason"]
    let venue: String
    let route: String
    let reason: String
    var values: [String] { [self.venue, self.route, self.reason] }
}
