/// The rules for names; every breach is a mistake in our own source, found when the family is registered.
enum MetricName {
    /// Checks the name of a family of the given kind.
    static func require(_ name: String, kind: FamilyKind) {
        precondition(
            self.isLegal(name),
            "\"\(name)\" is not a metric name: letters, digits and _ only, no digit first."
        )
        switch kind {
        case .counter:
            precondition(name.hasSuffix("_total"), "The counter \"\(name)\" must end in _total.")
        case .gauge, .histogram:
            precondition(
                !name.hasSuffix("_total"),
                "\"\(name)\" ends in _total but is a \(kind.rawValue), not a counter."
            )
        }
        for suffix in ["_bucket", "_count", "_sum"] {
            precondition(
                !name.hasSuffix(suffix),
                "\"\(name)\" ends in \(suffix), which belongs to histograms' samples."
            )
        }
    }

    /// Checks one label name.
    static func requireLabel(_ name: String) {
        precondition(
            self.isLegal(name) && !name.hasPrefix("__"),
            "\"\(name)\" is not a label name: letters, digits and _ only, no digit and no __ first."
        )
        precondition(name != "le" && name != "quantile", "The label \"\(name)\" belongs to the exposition format.")
    }

    /// Checks all label names of one family.
    static func requireLabels(_ names: [String], of family: String) {
        for name in names { self.requireLabel(name) }
        precondition(Set(names).count == names.count, "\"\(family)\" has a label name twice: \(names).")
    }

    /// Colons are legal in Prometheus too, but they are reserved for recording rules.
    private static func isLegal(_ name: String) -> Bool {
        guard let first = name.utf8.first, !self.isDigit(first) else { return false }
        return name.utf8.allSatisfy { byte in
            self.isDigit(byte) || byte == UInt8(ascii: "_")
                || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
        }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
}
