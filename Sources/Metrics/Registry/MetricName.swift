/// The rules for names; every breach is a mistake in our own source, found when the family is registered.
enum MetricName {
    /// Suffixes that belong to the samples of some kind, and the kind whose families end so; nil where none does.
    private static let reserved: [(suffix: String, kind: FamilyKind?)] = [
        ("_total", .counter), ("_info", .info), ("_bucket", nil), ("_count", nil), ("_sum", nil), ("_created", nil),
    ]

    /// Checks the name of a family of the given kind.
    static func require(_ name: String, kind: FamilyKind) {
        precondition(
            self.isLegal(name),
            "\"\(name)\" is not a metric name: letters, digits and _ only, no digit first."
        )
        for (suffix, owner) in self.reserved {
            precondition(
                name.hasSuffix(suffix) == (owner == kind) && name != suffix,
                owner == kind
                    ? "The \(kind.rawValue) \"\(name)\" must end in \(suffix)."
                    : "\"\(name)\" ends in \(suffix) but is a \(kind.rawValue)."
            )
        }
    }

    /// Whether a name ends as the samples of some kind do.
    static func hasReservedSuffix(_ name: String) -> Bool { self.reserved.contains { name.hasSuffix($0.suffix) } }

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
