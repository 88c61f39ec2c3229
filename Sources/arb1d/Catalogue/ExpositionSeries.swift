import Metrics

/// The series of an exposition in the text format, by family: names of labels and their values.
struct ExpositionSeries {
    /// Those of histograms once for each bucket, `_sum` and `_count`, as they are stored.
    private(set) var families: [String: [[(name: String, value: String)]]] = [:]

    init(_ text: [UInt8]) {
        var family = ""
        for line in text.split(separator: UInt8(ascii: "\n")) {
            if line.starts(with: "# TYPE ".utf8) {
                family = String(decoding: line.split(separator: UInt8(ascii: " "))[2], as: UTF8.self)
            } else if line.first != UInt8(ascii: "#") {
                self.families[family, default: []].append(Self.labels(of: line))
            }
        }
    }

    /// How many series a family has; with those of OpenMetrics that say when something was created.
    func count(of family: FamilyDescription, showsCreated: Bool) -> Int {
        let series = self.families[family.name] ?? []
        guard showsCreated else { return series.count }
        return switch family.kind {
        case .counter: 2 * series.count
        case .histogram: series.count + series.count { $0.last?.name == "le" && $0.last?.value == "+Inf" }
        case .gauge, .info, .stateset: series.count
        }
    }

    private static func labels(of line: ArraySlice<UInt8>) -> [(name: String, value: String)] {
        guard let open = line.firstIndex(of: UInt8(ascii: "{")) else { return [] }
        var labels: [(name: String, value: String)] = []
        var rest = line[(open + 1)...]
        while let equals = rest.firstIndex(of: UInt8(ascii: "=")), rest.first != UInt8(ascii: "}") {
            let name = String(decoding: rest[..<equals], as: UTF8.self)
            rest = rest[(equals + 2)...]
            labels.append((name, Self.value(&rest)))
            if rest.first == UInt8(ascii: ",") { rest = rest.dropFirst() }
        }
        return labels
    }

    /// Takes a value and the quote after it.
    private static func value(_ rest: inout ArraySlice<UInt8>) -> String {
        var value: [UInt8] = []
        while let byte = rest.popFirst(), byte != UInt8(ascii: "\"") {
            guard byte == UInt8(ascii: "\\") else {
                value.append(byte)
                continue
            }
            let escaped = rest.popFirst()
            value.append(escaped == UInt8(ascii: "n") ? UInt8(ascii: "\n") : escaped ?? byte)
        }
        return String(decoding: value, as: UTF8.self)
    }
}
