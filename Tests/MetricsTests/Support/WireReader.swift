import Testing

/// Reads protobuf's wire format.
struct WireReader {
    struct Field {
        let number: UInt64
        var varint: UInt64 = 0
        var payload: ArraySlice<UInt8> = []

        var double: Double { Double(bitPattern: self.varint) }
        var text: String { String(decoding: self.payload, as: UTF8.self) }
    }

    private var rest: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) { self.rest = bytes }

    var isAtEnd: Bool { self.rest.isEmpty }

    mutating func varint() -> UInt64 {
        var (value, shift): (UInt64, UInt64) = (0, 0)
        while let byte = self.rest.popFirst() {
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { break }
            shift += 7
        }
        return value
    }

    /// A length, and so many bytes.
    mutating func bytes() -> ArraySlice<UInt8> {
        let count = Int(self.varint())
        #expect(count <= self.rest.count, "a message longer than the body")
        defer { self.rest = self.rest.dropFirst(count) }
        return self.rest.prefix(count)
    }

    /// All fields to the end.
    func fields() throws -> [Field] {
        var (reader, fields): (WireReader, [Field]) = (self, [])
        while !reader.isAtEnd {
            let tag = reader.varint()
            var field = Field(number: tag >> 3)
            switch tag & 7 {
            case 0: field.varint = reader.varint()
            case 1:
                try #require(reader.rest.count >= 8)
                field.varint = reader.rest.prefix(8).reversed().reduce(0) { $0 << 8 | UInt64($1) }
                reader.rest = reader.rest.dropFirst(8)
            case 2: field.payload = reader.bytes()
            default: Issue.record("a wire type \(tag & 7)")
            }
            fields.append(field)
        }
        return fields
    }

    func label() throws -> (name: String, value: String) {
        let fields = try self.fields()
        try #require(fields.map(\.number) == [1, 2])
        return (fields[0].text, fields[1].text)
    }

    func packedSigned() -> [Int64] {
        var (reader, numbers): (WireReader, [Int64]) = (self, [])
        while !reader.isAtEnd { numbers.append(Self.signed(reader.varint())) }
        return numbers
    }

    static func signed(_ value: UInt64) -> Int64 { Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1) }
}
