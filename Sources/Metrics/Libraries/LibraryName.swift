/// What a library can ask for through swift-metrics.
public enum LibraryKind: String, Sendable {
    case counter, gauge
    /// Durations, kept as a histogram of seconds.
    case timer
    /// Any other numbers, kept as a histogram.
    case recorder
}

/// A library's name for a metric and its dimensions, made legal for Prometheus. Pure: the same in, the same out.
///
/// `http.server.request.duration`, a timer, becomes `http_server_request_duration_seconds`.
struct LibraryName: Equatable {
    /// Longer ones are refused, in bytes of UTF-8.
    static let maxBytes = 200
    static let maxLabels = 16

    /// Names that are ours, the standard's for processes, or Prometheus' own: no library may stand in their place.
    private static let reservedPrefixes = ["arb1d_", "process_", "scrape_"]
    private static let reservedNames: Set = ["up", "ALERTS", "ALERTS_FOR_STATE"]

    /// The name of the family.
    let family: String
    /// Names and values by name, each name once, no value empty: an empty one is the same as none.
    let labels: [(name: String, value: String)]

    static func == (left: Self, right: Self) -> Bool { left.family == right.family && left.key == right.key }

    /// What tells two children of a family apart.
    var key: [String] { self.labels.flatMap { [$0.name, $0.value] } }

    /// - Throws: ``LibraryRefusal/name`` or ``LibraryRefusal/labels``: the metric cannot be exported.
    init(_ label: String, _ kind: LibraryKind, _ dimensions: [(String, String)]) throws(LibraryRefusal) {
        guard let family = Self.family(label, kind) else { throw .name }
        guard dimensions.count <= Self.maxLabels, dimensions.allSatisfy({ $0.0.utf8.count <= Self.maxBytes }) else {
            throw .labels
        }
        self.family = family
        self.labels = Self.labels(dimensions)
    }

    private static func family(_ label: String, _ kind: LibraryKind) -> String? {
        guard !label.isEmpty, label.utf8.count <= self.maxBytes else { return nil }
        let name = self.legal(label)
        guard !self.reservedNames.contains(name), !self.reservedPrefixes.contains(where: name.hasPrefix) else {
            return nil
        }
        switch kind {
        case .counter: return name == "_total" ? nil : name.hasSuffix("_total") ? name : name + "_total"
        case .timer: return name.hasSuffix("_seconds") ? name : name + "_seconds"
        // `x_count` would be taken for a part of a histogram `x`.
        case .gauge, .recorder: return MetricName.hasReservedSuffix(name) ? name + "_value" : name
        }
    }

    private static func labels(_ dimensions: [(String, String)]) -> [(name: String, value: String)] {
        var values: [String: String] = [:]
        for (name, value) in dimensions where !value.isEmpty {
            let name = self.labelName(name)
            // Two names that are one when they are legal keep both values.
            values[name] = values[name].map { $0 + ";" + value } ?? value
        }
        return values.sorted { $0.key < $1.key }.map { ($0.key, LabelValue.bounded($0.value)) }
    }

    private static func labelName(_ text: String) -> String {
        var name = self.legal(text)
        while name.hasPrefix("__") { name.removeFirst() }
        return ["", "le", "quantile"].contains(name) ? name + "_" : name
    }

    /// Letters, digits and `_`, one for each character; no digit first.
    private static func legal(_ text: String) -> String {
        var name = ""
        for scalar in text.unicodeScalars {
            let isLegal =
                switch scalar {
                case "a"..."z", "A"..."Z", "0"..."9": true
                default: false
                }
            name.unicodeScalars.append(isLegal ? scalar : "_")
        }
        if let first = name.unicodeScalars.first, ("0"..."9").contains(first) { return "_" + name }
        return name
    }
}
