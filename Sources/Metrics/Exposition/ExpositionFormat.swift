/// The formats that a scraper can ask for.
public enum ExpositionFormat: Int, CaseIterable, Sendable {
    /// Text 0.0.4: https://prometheus.io/docs/instrumenting/exposition_formats/
    case text
    /// OpenMetrics 1.0: https://prometheus.io/docs/specs/om/open_metrics_spec/
    case openMetrics
    /// Delimited protobuf with native histograms:
    /// https://github.com/prometheus/client_model/blob/master/io/prometheus/client/metrics.proto
    case protobuf

    /// The value of the `format` label.
    public var label: String {
        switch self {
        case .text: "text"
        case .openMetrics: "openmetrics"
        case .protobuf: "protobuf"
        }
    }

    public var contentType: String {
        switch self {
        case .text: "text/plain; version=0.0.4; charset=utf-8"
        case .openMetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8"
        case .protobuf:
            "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited"
        }
    }

    /// The format for an `Accept` header: the supported one of the highest `q`, the first of several; text 0.0.4 when
    /// there is none, or no header.
    ///
    /// Source: https://prometheus.io/docs/instrumenting/content_negotiation/
    public init(accept: String?) {
        var (best, quality) = (ExpositionFormat.text, 0.0)
        for choice in HeaderChoice.list(accept ?? "") where choice.quality > quality {
            guard let format = Self(choice) else { continue }
            (best, quality) = (format, choice.quality)
        }
        self = best
    }

    private init?(_ choice: HeaderChoice) {
        func allows(_ name: String, _ value: String) -> Bool { choice.parameters[name].map { $0 == value } ?? true }
        switch choice.value {
        case "*/*", "text/*": self = .text
        case "text/plain" where allows("version", "0.0.4"): self = .text
        case "application/openmetrics-text" where allows("version", "1.0.0"): self = .openMetrics
        case "application/vnd.google.protobuf"
        where choice.parameters["proto"] == "io.prometheus.client.metricfamily"
            && choice.parameters["encoding"] == "delimited":
            self = .protobuf
        default: return nil
        }
    }
}

/// One choice of a header such as `Accept`: `text/plain;version=0.0.4;q=0.5`, in lower case.
public struct HeaderChoice: Equatable {
    public let value: String
    let parameters: [String: String]
    /// 0 to 1; 1 where none is said, 0 where it is no number.
    public let quality: Double

    /// The choices of a header in their order. Header values are short: the server bounds them.
    public static func list(_ header: String) -> [HeaderChoice] {
        header.split(separator: ",").compactMap { HeaderChoice($0) }
    }

    private init?(_ text: Substring) {
        let parts = text.split(separator: ";", omittingEmptySubsequences: false).map(Self.trimmed)
        guard let value = parts.first, !value.isEmpty else { return nil }
        var parameters: [String: String] = [:]
        for part in parts.dropFirst() {
            let sides = part.split(separator: "=", maxSplits: 1).map { Self.trimmed($0) }
            guard sides.count == 2, parameters[sides[0]] == nil else { continue }
            let isQuoted = sides[1].count > 1 && sides[1].hasPrefix("\"") && sides[1].hasSuffix("\"")
            parameters[sides[0]] = isQuoted ? String(sides[1].dropFirst().dropLast()) : sides[1]
        }
        self.value = value
        self.parameters = parameters
        let quality = parameters["q"].map { Double($0) ?? 0 } ?? 1
        self.quality = quality >= 0 ? min(quality, 1) : 0
    }

    private static func trimmed(_ text: Substring) -> String {
        let isBlank = { (character: Character) in character == " " || character == "\t" }
        var kept = text.drop(while: isBlank)
        while let last = kept.last, isBlank(last) { kept.removeLast() }
        return kept.lowercased()
    }
}
