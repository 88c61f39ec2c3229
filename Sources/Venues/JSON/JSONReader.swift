/// Walks over JSON text in place, value by value, and checks all of it against the grammar of RFC 8259.
///
/// It builds no string and allocates nothing: keys and values come out as ``JSONToken``s, in whatever order and as
/// often as they occur. The bytes are passed to every call rather than kept, for a kept `Span` would tie the reader's
/// lifetime to theirs. Hostile input ends in a ``JSONError``, never in a trap:
///
///     var reader = try JSONReader(bytes)
///     guard try reader.enterObject(bytes) else { ... }
///     while let key = try reader.nextKey(bytes) { let value = try reader.value(bytes) ... }
///     try reader.finish(bytes)
struct JSONReader {
    /// Objects and arrays inside each other: no venue sends more than six.
    static let nestingLimit = 32

    /// The next byte to look at.
    var index: Int
    /// An object or array was just entered: no comma stands before its next member.
    private var isFresh = false
    private var depth = 0

    /// Places itself before the value that begins at `start`, or behind white space there.
    init(_ bytes: Span<UInt8>, at start: Int = 0) throws(JSONError) {
        guard bytes.count <= Int(UInt32.max) else { throw JSONError(at: Int(UInt32.max)) }
        self.index = start
    }

    /// Steps into the next value when it is an object; otherwise leaves it to be read.
    @inline(__always)
    mutating func enterObject(_ bytes: Span<UInt8>) throws(JSONError) -> Bool {
        try self.enter(UInt8(ascii: "{"), bytes)
    }

    /// Steps into the next value when it is an array; otherwise leaves it to be read.
    @inline(__always)
    mutating func enterArray(_ bytes: Span<UInt8>) throws(JSONError) -> Bool {
        try self.enter(UInt8(ascii: "["), bytes)
    }

    /// The next key of the object that was entered last, whose value must be read next; `nil` once it has ended.
    @inline(__always)
    mutating func nextKey(_ bytes: Span<UInt8>) throws(JSONError) -> JSONToken? {
        guard try self.hasNext(before: UInt8(ascii: "}"), bytes) else { return nil }
        guard self.peek(bytes) == UInt8(ascii: "\"") else { throw JSONError(at: self.index) }
        if let key = self.letterKey(bytes) { return key }
        let key = try self.text(bytes)
        self.skipSpace(bytes)
        guard self.peek(bytes) == UInt8(ascii: ":") else { throw JSONError(at: self.index) }
        self.index += 1
        return key
    }

    /// Whether the array that was entered last has another element, which must be read next.
    mutating func nextElement(_ bytes: Span<UInt8>) throws(JSONError) -> Bool {
        try self.hasNext(before: UInt8(ascii: "]"), bytes)
    }

    /// Reads the next value whole; of an object or array, everything inside is checked and stepped over.
    @inline(__always)
    mutating func value(_ bytes: Span<UInt8>) throws(JSONError) -> JSONToken {
        self.skipSpace(bytes)
        guard self.index < bytes.count else { throw JSONError(at: self.index) }
        let first = bytes[self.index]
        if first == UInt8(ascii: "\"") { return try self.text(bytes) }
        if first &- UInt8(ascii: "0") < 10 || first == UInt8(ascii: "-") { return try self.number(bytes) }
        return try self.rareValue(first, bytes)
    }

    /// Checks that nothing but white space follows the outermost value.
    @inline(__always)
    mutating func finish(_ bytes: Span<UInt8>) throws(JSONError) {
        self.skipSpace(bytes)
        guard self.index == bytes.count else { throw JSONError(at: self.index) }
    }
}

extension JSONReader {
    @inline(__always)
    private func peek(_ bytes: Span<UInt8>) -> UInt8 { self.index < bytes.count ? bytes[self.index] : 0 }

    @inline(__always)
    private mutating func skipSpace(_ bytes: Span<UInt8>) {
        while self.index < bytes.count, bytes[self.index] <= 0x20 {
            switch bytes[self.index] {
            case 0x20, 0x0A, 0x0D, 0x09: self.index += 1
            default: return
            }
        }
    }

    @inline(__always)
    private mutating func enter(_ bracket: UInt8, _ bytes: Span<UInt8>) throws(JSONError) -> Bool {
        self.skipSpace(bytes)
        guard self.peek(bytes) == bracket else { return false }
        guard self.depth < Self.nestingLimit else { throw JSONError(at: self.index) }
        self.depth += 1
        self.index += 1
        self.isFresh = true
        return true
    }

    @inline(__always)
    private mutating func hasNext(before bracket: UInt8, _ bytes: Span<UInt8>) throws(JSONError) -> Bool {
        self.skipSpace(bytes)
        let byte = self.peek(bytes)
        if byte == bracket {
            self.index += 1
            self.depth -= 1
            self.isFresh = false
            return false
        }
        if !self.isFresh {
            guard byte == UInt8(ascii: ",") else { throw JSONError(at: self.index) }
            self.index += 1
            self.skipSpace(bytes)
        }
        self.isFresh = false
        return true
    }

    /// Steps over `"b":`, as most keys of a quote are: one plain character, a colon right behind it.
    @inline(__always)
    private mutating func letterKey(_ bytes: Span<UInt8>) -> JSONToken? {
        let start = self.index + 1
        guard start + 2 < bytes.count, bytes[start + 1] == UInt8(ascii: "\""), bytes[start + 2] == UInt8(ascii: ":"),
            bytes[start] &- UInt8(ascii: "A") < 58, bytes[start] != UInt8(ascii: "\\")
        else { return nil }
        self.index = start + 3
        return JSONToken(.text, from: start, to: start + 1)
    }

    @inline(never)
    private mutating func rareValue(_ first: UInt8, _ bytes: Span<UInt8>) throws(JSONError) -> JSONToken {
        let start = self.index
        switch first {
        case UInt8(ascii: "{"):
            try self.skipContainer(bytes)
            return JSONToken(.object, from: start, to: self.index)
        case UInt8(ascii: "["):
            try self.skipContainer(bytes)
            return JSONToken(.array, from: start, to: self.index)
        default: return try self.word(first, bytes)
        }
    }

    private mutating func word(_ first: UInt8, _ bytes: Span<UInt8>) throws(JSONError) -> JSONToken {
        switch first {
        case UInt8(ascii: "t"): return try self.word("true", .yes, bytes)
        case UInt8(ascii: "f"): return try self.word("false", .no, bytes)
        case UInt8(ascii: "n"): return try self.word("null", .null, bytes)
        default: throw JSONError(at: self.index)
        }
    }

    private mutating func word(
        _ literal: StaticString,
        _ kind: JSONToken.Kind,
        _ bytes: Span<UInt8>
    ) throws(JSONError) -> JSONToken {
        let start = self.index
        let end = start + literal.utf8CodeUnitCount
        let candidate = JSONToken(.text, from: start, to: end)
        guard end <= bytes.count, candidate.matches(literal, in: bytes) else { throw JSONError(at: start) }
        self.index = end
        return JSONToken(kind, from: start, to: end)
    }

    /// Steps over the object or array that begins here.
    ///
    /// A loop, so that nesting costs no stack.
    private mutating func skipContainer(_ bytes: Span<UInt8>) throws(JSONError) {
        let outerDepth = self.depth
        var isArray: UInt64 = 0  // One bit a level, the innermost lowest: 32 levels fit.
        if try self.enterArray(bytes) { isArray = 1 } else { _ = try self.enterObject(bytes) }
        while self.depth > outerDepth {
            if isArray & 1 == 1 {
                guard try self.nextElement(bytes) else {
                    isArray >>= 1
                    continue
                }
            } else {
                guard try self.nextKey(bytes) != nil else {
                    isArray >>= 1
                    continue
                }
            }
            if try self.enterArray(bytes) {
                isArray = isArray << 1 | 1
            } else if try self.enterObject(bytes) {
                isArray <<= 1
            } else {
                try self.skipScalar(bytes)
            }
        }
    }

    /// Steps over a value that is no object or array. Not ``value(_:)``, which could then not be inlined anywhere.
    private mutating func skipScalar(_ bytes: Span<UInt8>) throws(JSONError) {
        let first = self.peek(bytes)
        if first == UInt8(ascii: "\"") {
            _ = try self.text(bytes)
        } else if first &- UInt8(ascii: "0") < 10 || first == UInt8(ascii: "-") {
            _ = try self.number(bytes)
        } else {
            _ = try self.word(first, bytes)
        }
    }
}
