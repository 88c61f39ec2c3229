/// One child's labels as the formats print them: the text, and behind it the same pairs as protobuf.
///
/// One array for both, so that a sample keeps alive, and fetches from memory, one thing.
struct LabelBlock: Hashable, Sendable {
    static let empty = LabelBlock([])

    private(set) var bytes: [UInt8] = []
    /// Where the text ends: `{a="b"}`, or nothing when there are no labels.
    private(set) var textCount = 0

    /// - Parameter pairs: Names, and values that are short enough.
    init(_ pairs: some Collection<(String, String)>) { self.set(pairs) }

    /// Makes it a block of other labels, in the same memory.
    ///
    /// - Parameters:
    ///   - names: Of labels.
    ///   - values: One for each name; what is too long for a label is cut, see ``LabelValue``.
    mutating func set(_ names: [String], _ values: [String]) {
        precondition(names.count == values.count, "A sample needs one value for each label: \(names), \(values).")
        self.set(zip(names, values).lazy.map { ($0, LabelValue.bounded($1)) })
    }

    private mutating func set(_ pairs: some Collection<(String, String)>) {
        self.bytes.removeAll(keepingCapacity: true)
        for (name, value) in pairs {
            self.bytes.append(UInt8(ascii: self.bytes.isEmpty ? "{" : ","))
            self.bytes.appendLabel(name, value)
        }
        if !self.bytes.isEmpty { self.bytes.append(UInt8(ascii: "}")) }
        self.textCount = self.bytes.count
        for (name, value) in pairs { self.bytes.appendLabelPair(name, value) }
    }
}

/// A label that one sample has more than its child: the limit of a bucket, the state of a stateset.
struct LabelSuffix: Sendable {
    /// The label and the closing brace: `le="1.0"}`.
    let text: [UInt8]
    let fields: [UInt8]

    init(_ name: String, _ value: String) {
        var (text, fields): ([UInt8], [UInt8]) = ([], [])
        text.appendLabel(name, value)
        text.append(UInt8(ascii: "}"))
        fields.appendLabelPair(name, value)
        self.text = text
        self.fields = fields
    }
}

/// The bound of label values: whatever a peer invents, a series stays printable.
enum LabelValue {
    /// Longer values, in bytes of UTF-8, are cut.
    static let maxBytes = 256

    /// The value itself, or its beginning with a digest of the whole, so that two long values stay two series.
    static func bounded(_ value: String) -> String {
        guard value.utf8.count > self.maxBytes else { return value }
        var digest: UInt64 = 0xCBF2_9CE4_8422_2325  // FNV-1a, 64 bits
        for byte in value.utf8 { digest = (digest ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
        let mark = "~" + String(digest, radix: 16)
        var kept = value.utf8.index(value.startIndex, offsetBy: self.maxBytes - mark.utf8.count)
        while kept.samePosition(in: value.unicodeScalars) == nil { kept = value.utf8.index(before: kept) }
        return value[..<kept] + mark
    }
}
