/// What is wrong with a text that should be JSON: where reading ended, in bytes from its start.
struct JSONError: Error, Equatable {
    let at: Int
}

/// Where one JSON value stands in the bytes it was read from, and of which kind it is.
///
/// A token holds no bytes itself, so that collecting a frame's fields copies and allocates nothing. It means something
/// only together with the very bytes that it was read from.
struct JSONToken: Equatable, Sendable {
    enum Kind: UInt8, Sendable {
        /// The key did not occur.
        case missing
        case null
        case yes, no
        case number, text, object, array
    }

    var kind: Kind
    /// Only texts: escapes stand in it, so that its bytes are not its meaning.
    var isEscaped: Bool
    private let startOffset: UInt32
    private let endOffset: UInt32

    static let missing = JSONToken(.missing, from: 0, to: 0)

    init(_ kind: Kind, from start: Int, to end: Int, isEscaped: Bool = false) {
        self.kind = kind
        self.isEscaped = isEscaped
        // The reader refuses longer texts before it makes the first token.
        self.startOffset = UInt32(truncatingIfNeeded: start)
        self.endOffset = UInt32(truncatingIfNeeded: end)
    }

    var start: Int { Int(self.startOffset) }
    var end: Int { Int(self.endOffset) }
    var count: Int { self.end - self.start }

    /// The bytes of the value; of a text, those between its quotation marks.
    var range: Range<Int> { self.start..<self.end }

    /// Missing, `null` or an empty text: all say that there is no value.
    var isAbsent: Bool {
        switch self.kind {
        case .missing, .null: true
        case .text: self.count == 0
        case .yes, .no, .number, .object, .array: false
        }
    }
}

extension JSONToken {
    /// Whether this text says exactly `literal`, which has at least two characters, all of them ASCII.
    @inline(__always)
    func matches(_ literal: StaticString, in bytes: Span<UInt8>) -> Bool {
        guard self.kind == .text, !self.isEscaped else {
            return self.isEscaped && UnescapedText(self, in: bytes).matches(literal)
        }
        return self.rawMatches(literal, in: bytes)
    }

    /// Whether the bytes begin with `literal`, whatever escapes follow.
    func hasPrefix(_ literal: StaticString, in bytes: Span<UInt8>) -> Bool {
        guard self.kind == .text, self.count >= literal.utf8CodeUnitCount else { return false }
        return JSONToken(.text, from: self.start, to: self.start + literal.utf8CodeUnitCount)
            .rawMatches(literal, in: bytes)
    }

    /// The text without its first `length` bytes, which must be there and hold no escape.
    func droppingFirst(_ length: Int) -> JSONToken {
        JSONToken(self.kind, from: self.start + length, to: self.end, isEscaped: self.isEscaped)
    }

    @inline(__always)
    private func rawMatches(_ literal: StaticString, in bytes: Span<UInt8>) -> Bool {
        guard self.count == literal.utf8CodeUnitCount else { return false }
        let start = self.start
        // Invariant: a string literal of ASCII characters is a pointer to `utf8CodeUnitCount` constant bytes.
        for offset in 0..<literal.utf8CodeUnitCount
        where unsafe bytes[start + offset] != literal.utf8Start[offset] { return false }
        return true
    }
}
