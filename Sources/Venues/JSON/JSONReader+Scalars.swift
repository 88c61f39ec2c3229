// Texts and numbers: the two kinds of value that a frame consists of.

extension JSONReader {
    /// Reads the text whose opening quotation mark is the next byte.
    @inline(__always)
    mutating func text(_ bytes: Span<UInt8>) throws(JSONError) -> JSONToken {
        let start = self.index + 1
        let end = Self.plainEnd(bytes, from: start)
        if end < bytes.count, bytes[end] == UInt8(ascii: "\"") {
            self.index = end + 1
            return JSONToken(.text, from: start, to: end)
        }
        // Plain ASCII is nearly all that venues send; escapes, UTF-8 and errors go the long way.
        return try self.rareText(bytes, from: start, at: end)
    }

    /// The first byte from `start` on that a text of plain ASCII does not go on with: its quotation mark, as a rule.
    @inline(__always)
    static func plainEnd(_ bytes: Span<UInt8>, from start: Int) -> Int {
        var index = start
        while index + 8 <= bytes.count {
            let length = Self.plainLength(bytes, at: index)
            index += length
            guard length == 8 else { return index }
        }
        while index < bytes.count {
            let byte = bytes[index]
            guard byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\"), byte &- 0x20 < 0x60 else { break }
            index += 1
        }
        return index
    }

    /// How many of the eight bytes from `index` on go on with a text of plain ASCII.
    ///
    /// All eight are tested at once: in the word that they make, each term sets the top bit of the first byte that is a
    /// quotation mark, a backslash, a control character or above ASCII, and none of a byte before it.
    @inline(__always)
    private static func plainLength(_ bytes: Span<UInt8>, at index: Int) -> Int {
        // Invariant: the caller has checked that `index` and the seven bytes behind it are inside.
        let word = UInt64(littleEndian: unsafe bytes.bytes.unsafeLoadUnaligned(fromByteOffset: index, as: UInt64.self))
        let (ones, tops): (UInt64, UInt64) = (0x0101_0101_0101_0101, 0x8080_8080_8080_8080)
        let quote = word ^ (ones &* UInt64(UInt8(ascii: "\"")))
        let escape = word ^ (ones &* UInt64(UInt8(ascii: "\\")))
        let isQuote = (quote &- ones) & ~quote
        let isEscape = (escape &- ones) & ~escape
        let isControl = (word &- ones &* 0x20) & ~word
        return ((isQuote | isEscape | isControl | word) & tops).trailingZeroBitCount / 8
    }

    /// The rest of a text that holds more than plain ASCII.
    private mutating func rareText(
        _ bytes: Span<UInt8>,
        from start: Int,
        at position: Int
    ) throws(JSONError) -> JSONToken {
        var index = position
        var isEscaped = false
        while index < bytes.count {
            let byte = bytes[index]
            switch byte {
            case UInt8(ascii: "\""):
                self.index = index + 1
                return JSONToken(.text, from: start, to: index, isEscaped: isEscaped)
            case UInt8(ascii: "\\"):
                isEscaped = true
                index += try Self.escapeLength(bytes, at: index)
            case 0x20..<0x80:
                index += 1
            default:
                index += try Self.utf8Length(bytes, at: index)
            }
        }
        throw JSONError(at: index)
    }

    private static func escapeLength(_ bytes: Span<UInt8>, at index: Int) throws(JSONError) -> Int {
        guard index + 1 < bytes.count else { throw JSONError(at: index) }
        switch bytes[index + 1] {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
            UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            return 2
        case UInt8(ascii: "u"):
            guard hexadecimalQuad(bytes, at: index + 2) != nil else { throw JSONError(at: index) }
            return 6
        default:
            throw JSONError(at: index)
        }
    }

    /// The length of the well-formed UTF-8 sequence of two to four bytes at `index` (Unicode, table 3-7).
    private static func utf8Length(_ bytes: Span<UInt8>, at index: Int) throws(JSONError) -> Int {
        let lead = bytes[index]
        let second: ClosedRange<UInt8>
        let length: Int
        switch lead {
        case 0xC2...0xDF: (length, second) = (2, 0x80...0xBF)
        case 0xE0: (length, second) = (3, 0xA0...0xBF)
        case 0xED: (length, second) = (3, 0x80...0x9F)  // Above stand the surrogates.
        case 0xE1...0xEF: (length, second) = (3, 0x80...0xBF)
        case 0xF0: (length, second) = (4, 0x90...0xBF)
        case 0xF1...0xF3: (length, second) = (4, 0x80...0xBF)
        case 0xF4: (length, second) = (4, 0x80...0x8F)
        default: throw JSONError(at: index)  // A control character, a stray continuation, or no UTF-8 at all.
        }
        guard index + length <= bytes.count, second.contains(bytes[index + 1]) else { throw JSONError(at: index) }
        for offset in 2..<max(length, 2) where bytes[index + offset] & 0xC0 != 0x80 { throw JSONError(at: index) }
        return length
    }

    /// Reads the number that begins here: `-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?`.
    @inline(__always)
    mutating func number(_ bytes: Span<UInt8>) throws(JSONError) -> JSONToken {
        let start = self.index
        if bytes[start] == UInt8(ascii: "-") { self.index += 1 }
        let whole = self.index
        let wholeDigits = self.skipDigits(bytes)
        guard wholeDigits > 0, wholeDigits == 1 || bytes[whole] != UInt8(ascii: "0") else { throw JSONError(at: whole) }
        if self.index < bytes.count, bytes[self.index] == UInt8(ascii: ".") {
            self.index += 1
            guard self.skipDigits(bytes) > 0 else { throw JSONError(at: self.index) }
        }
        if self.index < bytes.count, bytes[self.index] | 0x20 == UInt8(ascii: "e") {
            self.index += 1
            if self.index < bytes.count,
                bytes[self.index] == UInt8(ascii: "+") || bytes[self.index] == UInt8(ascii: "-")
            {
                self.index += 1
            }
            guard self.skipDigits(bytes) > 0 else { throw JSONError(at: self.index) }
        }
        return JSONToken(.number, from: start, to: self.index)
    }

    @inline(__always)
    private mutating func skipDigits(_ bytes: Span<UInt8>) -> Int {
        let start = self.index
        while self.index < bytes.count, bytes[self.index] &- UInt8(ascii: "0") < 10 { self.index += 1 }
        return self.index - start
    }
}

/// The value of the four hexadecimal digits at `start`, or `nil` when they are not there.
func hexadecimalQuad(_ bytes: Span<UInt8>, at start: Int) -> UInt16? {
    guard start + 4 <= bytes.count else { return nil }
    var value: UInt16 = 0
    for offset in 0..<4 {
        let byte = bytes[start + offset]
        let digit: UInt8
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = byte - UInt8(ascii: "A") + 10
        default: return nil
        }
        value = value << 4 | UInt16(digit)
    }
    return value
}
