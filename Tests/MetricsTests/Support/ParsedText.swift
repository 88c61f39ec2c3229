import Testing

/// A text body read back: what a scraper sees, and the mistakes that the usual tools do not look for.
struct ParsedText {
    struct Sample {
        let name: String
        let labels: [(name: String, value: String)]
        let value: Double
        /// What stands behind ` # ` in OpenMetrics.
        let exemplar: String?

        /// The name with its labels sorted, the same for every format.
        var key: String { SampleKey.make(self.name, self.labels) }
    }

    private(set) var samples: [Sample] = []
    private(set) var types: [String: String] = [:]
    private(set) var units: [String: String] = [:]
    private(set) var help: [String: String] = [:]
    private(set) var isEnded = false

    init(_ body: [UInt8]) throws {
        let lines = String(decoding: body, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.last == "", "a body ends with a line feed")
        for line in lines.dropLast() {
            try #require(!line.isEmpty && !self.isEnded, "an empty line, or one after the end")
            if line == "# EOF" {
                self.isEnded = true
            } else if line.hasPrefix("# ") {
                let parts = line.split(separator: " ", maxSplits: 3, omittingEmptySubsequences: false).map(String.init)
                switch parts[1] {
                case "TYPE": try self.enter(parts[3], for: parts[2], in: \.types)
                case "UNIT": try self.enter(parts[3], for: parts[2], in: \.units)
                case "HELP": try self.enter(parts[3], for: parts[2], in: \.help)
                default: Issue.record("a line of another kind: \(line)")
                }
            } else {
                self.samples.append(try Self.sample(line))
            }
        }
    }

    /// Values by name and labels.
    var values: [String: Double] { Dictionary(self.samples.map { ($0.key, $0.value) }) { first, _ in first } }

    /// Label sets that stand there twice, and limits that are not written canonically.
    var mistakes: [String] {
        var seen: Set<String> = []
        return self.samples.flatMap { sample in
            var found = seen.insert(sample.key).inserted ? [] : ["twice: \(sample.key)"]
            for (name, value) in sample.labels where name == "le" {
                let isCanonical = value == "+Inf" || Double(value).map { "\($0)" == value } == true
                if !isCanonical { found.append("not canonical: \(value)") }
            }
            if Set(sample.labels.map(\.name)).count != sample.labels.count {
                found.append("label twice: \(sample.key)")
            }
            return found
        }
    }

    private mutating func enter(_ text: String, for name: String, in kind: WritableKeyPath<Self, [String: String]>)
        throws
    {
        try #require(self[keyPath: kind][name] == nil, "\(name) is described twice")
        self[keyPath: kind][name] = text
    }

    private static func sample(_ line: Substring) throws -> Sample {
        var rest = Array(line.unicodeScalars)[...]
        let name = String(String.UnicodeScalarView(rest.prefix { $0 != "{" && $0 != " " }))
        rest = rest.dropFirst(name.unicodeScalars.count)
        var labels: [(name: String, value: String)] = []
        if rest.first == "{" {
            while rest.first == "{" || rest.first == "," { labels.append(try self.label(&rest)) }
            try self.take("}", from: &rest)
        }
        let text = String(String.UnicodeScalarView(rest))
        let parts = text.split(separator: " # ", maxSplits: 1)
        let number = try #require(parts.first?.drop { $0 == " " })
        return Sample(
            name: name,
            labels: labels,
            value: try #require(
                Double(number == "+Inf" ? "inf" : number == "-Inf" ? "-inf" : String(number)),
                "\(line)"
            ),
            exemplar: parts.count > 1 ? String(parts[1]) : nil
        )
    }

    private static func take(_ scalar: Unicode.Scalar, from rest: inout ArraySlice<Unicode.Scalar>) throws {
        let next = rest.popFirst()
        try #require(next == scalar)
    }

    private static func label(_ rest: inout ArraySlice<Unicode.Scalar>) throws -> (name: String, value: String) {
        rest.removeFirst()
        let name = rest.prefix { $0 != "=" }
        rest = rest.dropFirst(name.count + 1)
        try self.take("\"", from: &rest)
        var value = String.UnicodeScalarView()
        while let next = rest.popFirst(), next != "\"" {
            guard next == "\\" else {
                value.append(next)
                continue
            }
            let escaped = rest.popFirst()
            value.append(try #require(escaped == "n" ? "\n" : escaped))
        }
        return (String(String.UnicodeScalarView(name)), String(value))
    }
}

/// A sample's name and labels in one text.
enum SampleKey {
    static func make(_ name: String, _ labels: [(name: String, value: String)]) -> String {
        name + labels.map { "\u{1}\($0.name)=\($0.value)" }.sorted().joined()
    }
}
