/// The meaning of a short text that holds escapes, such as `BTC\u0055SDT`, without allocating.
///
/// Every writer of JSON may escape what it likes, so keys, symbols and numbers are compared by meaning; in practice no
/// venue does it, and this is off the hot path. What does not fit counts as a text that matches nothing of ours.
struct UnescapedText {
    /// No key, symbol or number that we look for is longer.
    static let capacity = 64

    private var bytes = InlineArray<64, UInt8>(repeating: 0)
    private var count = 0
    private var isComplete = true

    init(_ token: JSONToken, in source: Span<UInt8>) {
        var index = token.start
        while index < token.end {
            guard source[index] == UInt8(ascii: "\\") else {
                self.append(source[index])
                index += 1
                continue
            }
            let (scalar, length) = escapedScalar(source, at: index, end: token.end)
            for unit in UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter { self.append(unit) }
            index += length
        }
        if !self.isComplete { self.count = 0 }
    }

    /// Hands the bytes to `body`.
    func withSpan<Result, Failure: Error>(
        _ body: (Span<UInt8>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try body(self.bytes.span.extracting(0..<self.count))
    }

    func matches(_ literal: StaticString) -> Bool {
        self.isComplete
            && self.withSpan { span in
                JSONToken(.text, from: 0, to: span.count).matches(literal, in: span)
            }
    }

    private mutating func append(_ byte: UInt8) {
        guard self.count < Self.capacity else {
            self.isComplete = false
            return
        }
        self.bytes[self.count] = byte
        self.count += 1
    }
}

extension JSONToken {
    /// The text with its escapes resolved, or a number's digits; `nil` for any other kind.
    ///
    /// Allocates: for REST bodies.
    func string(in bytes: Span<UInt8>) -> String? {
        guard self.kind == .text || self.kind == .number else { return nil }
        var units: [UInt8] = []
        units.reserveCapacity(self.count)
        var index = self.start
        while index < self.end {
            guard bytes[index] == UInt8(ascii: "\\") else {
                units.append(bytes[index])
                index += 1
                continue
            }
            let (scalar, length) = escapedScalar(bytes, at: index, end: self.end)
            units += UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter
            index += length
        }
        return String(decoding: units, as: UTF8.self)
    }
}

/// What the escape at `index` stands for, and its length; a lone surrogate becomes U+FFFD.
///
/// The reader has checked it.
private func escapedScalar(_ bytes: Span<UInt8>, at index: Int, end: Int) -> (scalar: Unicode.Scalar, length: Int) {
    switch bytes[index + 1] {
    case UInt8(ascii: "b"): return ("\u{8}", 2)
    case UInt8(ascii: "f"): return ("\u{C}", 2)
    case UInt8(ascii: "n"): return ("\n", 2)
    case UInt8(ascii: "r"): return ("\r", 2)
    case UInt8(ascii: "t"): return ("\t", 2)
    case UInt8(ascii: "u"): break
    case let itself: return (Unicode.Scalar(itself), 2)
    }
    let first = hexadecimalQuad(bytes, at: index + 2) ?? 0xFFFD
    if let scalar = Unicode.Scalar(first) { return (scalar, 6) }
    guard first < 0xDC00, index + 12 <= end, bytes[index + 6] == UInt8(ascii: "\\"),
        bytes[index + 7] == UInt8(ascii: "u"),
        let second = hexadecimalQuad(bytes, at: index + 8), 0xDC00...0xDFFF ~= second
    else { return ("\u{FFFD}", 6) }
    let value = 0x1_0000 + (UInt32(first) - 0xD800) << 10 + (UInt32(second) - 0xDC00)
    return (Unicode.Scalar(value) ?? "\u{FFFD}", 12)
}
