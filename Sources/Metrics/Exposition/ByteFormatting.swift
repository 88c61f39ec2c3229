/// What is formatted once, when a family or a child is made.
extension [UInt8] {
    /// Appends `text` with backslash and line feed escaped, and the double quote too where that is wanted.
    mutating func appendEscaped(_ text: String, quotes: Bool) {
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\\"): self.append(contentsOf: "\\\\".utf8)
            case UInt8(ascii: "\n"): self.append(contentsOf: "\\n".utf8)
            case UInt8(ascii: "\"") where quotes: self.append(contentsOf: "\\\"".utf8)
            default: self.append(byte)
            }
        }
    }

    /// Appends `name="value"` of a text format.
    mutating func appendLabel(_ name: String, _ value: String) {
        self.append(contentsOf: name.utf8)
        self.append(contentsOf: "=\"".utf8)
        self.appendEscaped(value, quotes: true)
        self.append(UInt8(ascii: "\""))
    }

    /// Appends the field `label = 1` of a protobuf metric or exemplar: `LabelPair { name = 1; value = 2 }`.
    mutating func appendLabelPair(_ name: String, _ value: String) {
        self.append(ProtobufField.tag(1, .delimited))
        self.appendVarint(UInt64(Self.fieldLength(name) + Self.fieldLength(value)))
        self.appendField(1, name)
        self.appendField(2, value)
    }

    /// How long a text field is, with its tag and its length.
    private static func fieldLength(_ text: String) -> Int {
        let length = text.utf8.count
        return 1 + (64 - (UInt64(length) | 1).leadingZeroBitCount + 6) / 7 + length
    }

    /// Appends a text field of a protobuf message.
    mutating func appendField(_ number: UInt8, _ text: String) {
        self.append(ProtobufField.tag(number, .delimited))
        self.appendVarint(UInt64(text.utf8.count))
        self.append(contentsOf: text.utf8)
    }

    /// Appends a number in groups of seven bits, the lowest first.
    mutating func appendVarint(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            self.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        self.append(UInt8(rest))
    }
}
