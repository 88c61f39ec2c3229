/// A JSON object whose members are strings: all that a client may send.
///
/// Strict, for what comes from strangers: RFC 8259 to the letter, no nesting, no key twice, and a bound on the members.
/// How long the text may be is the server's to limit.
struct FlatObject {
    enum Malformed: Error, Equatable {
        case unexpected(expected: String, offset: Int)
        /// A string with a bad escape, a bare control character, half a surrogate pair, or bytes that are no UTF-8.
        case text(offset: Int)
        case duplicate(key: String)
        case tooManyMembers
    }

    /// Twice what our longest request has, so that a stranger gets to hear which member is wrong.
    static let limit = 8

    private(set) var members: [(key: String, value: String)] = []

    init(_ bytes: [UInt8]) throws(Malformed) {
        var reader = Reader(bytes: bytes)
        try reader.take("{", "an opening brace")
        if !reader.takes("}") {
            repeat {
                guard self.members.count < Self.limit else { throw .tooManyMembers }
                let key = try reader.text()
                guard self[key] == nil else { throw .duplicate(key: key) }
                try reader.take(":", "a colon")
                self.members.append((key, try reader.text()))
            } while reader.takes(",")
            try reader.take("}", "a closing brace or a comma")
        }
        try reader.finish()
    }

    subscript(key: String) -> String? { self.members.first { $0.key == key }?.value }
}

private struct Reader {
    let bytes: [UInt8]
    var index = 0

    init(bytes: [UInt8]) { self.bytes = bytes }

    private var next: UInt8? { self.index < self.bytes.count ? self.bytes[self.index] : nil }

    /// Steps over white space, and over `mark` when it follows.
    mutating func takes(_ mark: Unicode.Scalar) -> Bool {
        self.skipSpace()
        guard self.next == UInt8(ascii: mark) else { return false }
        self.index += 1
        return true
    }

    mutating func take(_ mark: Unicode.Scalar, _ name: String) throws(FlatObject.Malformed) {
        guard self.takes(mark) else { throw .unexpected(expected: name, offset: self.index) }
    }

    mutating func finish() throws(FlatObject.Malformed) {
        self.skipSpace()
        guard self.next == nil else { throw .unexpected(expected: "the end", offset: self.index) }
    }

    private mutating func skipSpace() {
        while let byte = self.next, byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D { self.index += 1 }
    }

    mutating func text() throws(FlatObject.Malformed) -> String {
        try self.take("\"", "a text in double quotes")
        let start = self.index - 1
        var units: [UInt8] = []
        while let byte = self.next {
            self.index += 1
            switch byte {
            case UInt8(ascii: "\""):
                guard let text = String(validating: units, as: UTF8.self) else { throw .text(offset: start) }
                return text
            case UInt8(ascii: "\\"):
                guard let scalar = self.escaped() else { throw .text(offset: start) }
                units.append(contentsOf: String(scalar).utf8)
            case ..<0x20: throw .text(offset: start)
            default: units.append(byte)
            }
        }
        throw .text(offset: start)
    }

    /// What the escape stands for whose backslash was just read.
    private mutating func escaped() -> Unicode.Scalar? {
        guard let letter = self.next else { return nil }
        self.index += 1
        switch letter {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(letter)
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"): return self.unicodeEscape()
        default: return nil
        }
    }

    private mutating func unicodeEscape() -> Unicode.Scalar? {
        guard let first = self.quad() else { return nil }
        if let scalar = Unicode.Scalar(first) { return scalar }
        guard UTF16.isLeadSurrogate(first), self.next == UInt8(ascii: "\\") else { return nil }
        self.index += 1
        guard self.next == UInt8(ascii: "u") else { return nil }
        self.index += 1
        guard let second = self.quad(), UTF16.isTrailSurrogate(second) else { return nil }
        return Unicode.Scalar(0x1_0000 + (UInt32(first) - 0xD800) << 10 + (UInt32(second) - 0xDC00))
    }

    private mutating func quad() -> UInt16? {
        var value: UInt16 = 0
        for _ in 0..<4 {
            guard let digit = self.next?.hexadecimalDigit else { return nil }
            self.index += 1
            value = value << 4 | digit
        }
        return value
    }
}
