/// Where a text stopped being JSON, counted from 1 as the venues do.
public struct JSONSyntaxError: Error, Equatable {
    public let column: Int
}

/// Reads one JSON text (RFC 8259) of at most 32 levels.
///
/// It serves the short frames that clients send, so it favours being small over being fast.
public struct JSONParser {
    private let bytes: [UInt8]
    private var index = 0
    private static let depthMax = 32

    private init(_ bytes: [UInt8]) { self.bytes = bytes }

    public static func parse(_ bytes: [UInt8]) throws(JSONSyntaxError) -> JSONValue {
        var parser = JSONParser(bytes)
        let value = try parser.value(depth: 0)
        parser.skipSpace()
        guard parser.index == bytes.count else { throw parser.failure }
        return value
    }

    private var failure: JSONSyntaxError { JSONSyntaxError(column: self.index + 1) }
    private var next: UInt8? { self.index < self.bytes.count ? self.bytes[self.index] : nil }

    private mutating func value(depth: Int) throws(JSONSyntaxError) -> JSONValue {
        self.skipSpace()
        guard depth < Self.depthMax, let first = self.next else { throw self.failure }
        switch first {
        case UInt8(ascii: "{"): return try self.object(depth: depth)
        case UInt8(ascii: "["): return try self.array(depth: depth)
        case UInt8(ascii: "\""): return .string(try self.string())
        case UInt8(ascii: "t"): return try self.word("true", .bool(true))
        case UInt8(ascii: "f"): return try self.word("false", .bool(false))
        case UInt8(ascii: "n"): return try self.word("null", .null)
        default: return try self.number()
        }
    }

    private mutating func object(depth: Int) throws(JSONSyntaxError) -> JSONValue {
        self.index += 1
        var members: [JSONValue.Member] = []
        if self.take(UInt8(ascii: "}")) { return .object(members) }
        repeat {
            self.skipSpace()
            guard self.next == UInt8(ascii: "\"") else { throw self.failure }
            let key = try self.string()
            guard self.take(UInt8(ascii: ":")) else { throw self.failure }
            members.append(JSONValue.Member(key: key, value: try self.value(depth: depth + 1)))
        } while self.take(UInt8(ascii: ","))
        guard self.take(UInt8(ascii: "}")) else { throw self.failure }
        return .object(members)
    }

    private mutating func array(depth: Int) throws(JSONSyntaxError) -> JSONValue {
        self.index += 1
        var elements: [JSONValue] = []
        if self.take(UInt8(ascii: "]")) { return .array(elements) }
        repeat {
            elements.append(try self.value(depth: depth + 1))
        } while self.take(UInt8(ascii: ","))
        guard self.take(UInt8(ascii: "]")) else { throw self.failure }
        return .array(elements)
    }

    private mutating func string() throws(JSONSyntaxError) -> String {
        self.index += 1
        var text: [UInt8] = []
        while let byte = self.next {
            self.index += 1
            switch byte {
            case UInt8(ascii: "\""): return String(decoding: text, as: UTF8.self)
            case UInt8(ascii: "\\"): text.append(contentsOf: try self.escape())
            case 0..<0x20: throw self.failure
            default: text.append(byte)
            }
        }
        throw self.failure
    }

    private mutating func escape() throws(JSONSyntaxError) -> [UInt8] {
        guard let byte = self.next else { throw self.failure }
        self.index += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [byte]
        case UInt8(ascii: "b"): return [0x08]
        case UInt8(ascii: "f"): return [0x0C]
        case UInt8(ascii: "n"): return [0x0A]
        case UInt8(ascii: "r"): return [0x0D]
        case UInt8(ascii: "t"): return [0x09]
        case UInt8(ascii: "u"):
            var unit = try self.hexadecimal()
            // A high surrogate and the low one behind it are one character.
            if (0xD800..<0xDC00).contains(unit), self.take(UInt8(ascii: "\\")), self.take(UInt8(ascii: "u")) {
                unit = 0x1_0000 + ((unit - 0xD800) << 10) + (try self.hexadecimal() &- 0xDC00)
            }
            guard let scalar = Unicode.Scalar(unit) else { throw self.failure }
            return Array(String(Character(scalar)).utf8)
        default: throw self.failure
        }
    }

    private mutating func hexadecimal() throws(JSONSyntaxError) -> UInt32 {
        guard self.index + 4 <= self.bytes.count else { throw self.failure }
        let digits = String(decoding: self.bytes[self.index..<self.index + 4], as: UTF8.self)
        guard let unit = UInt32(digits, radix: 16) else { throw self.failure }
        self.index += 4
        return unit
    }

    private mutating func number() throws(JSONSyntaxError) -> JSONValue {
        let start = self.index
        while let byte = self.next, "+-.0123456789eE".utf8.contains(byte) { self.index += 1 }
        let spelling = String(decoding: self.bytes[start..<self.index], as: UTF8.self)
        guard let first = spelling.utf8.first, first == UInt8(ascii: "-") || (0x30...0x39).contains(first),
            Double(spelling) != nil
        else {
            self.index = start
            throw self.failure
        }
        return .number(spelling)
    }

    private mutating func word(_ word: String, _ value: JSONValue) throws(JSONSyntaxError) -> JSONValue {
        guard self.bytes[self.index...].starts(with: word.utf8) else { throw self.failure }
        self.index += word.utf8.count
        return value
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        self.skipSpace()
        guard self.next == byte else { return false }
        self.index += 1
        return true
    }

    private mutating func skipSpace() {
        while let byte = self.next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { self.index += 1 }
    }
}
