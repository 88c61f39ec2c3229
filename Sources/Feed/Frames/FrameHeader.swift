/// The kinds of frames of RFC 6455, section 5.2, by their number on the wire.
enum FrameOpcode: UInt8, Sendable {
    case continuation = 0x0
    case text = 0x1
    case binary = 0x2
    case close = 0x8
    case ping = 0x9
    case pong = 0xA

    var isControl: Bool { self.rawValue >= 0x8 }
}

/// The head of one frame from a server, already judged.
struct FrameHeader: Equatable, Sendable {
    let opcode: FrameOpcode
    let isFinal: Bool
    /// Bytes before the payload.
    let headLength: Int
    let payloadLength: Int

    var frameLength: Int { self.headLength + self.payloadLength }

    /// Reads the head at the start of `bytes`.
    ///
    /// - Returns: `nil` when not all of it is there yet.
    /// - Throws: What is wrong with it, as soon as the bytes that show it are there.
    init?(_ bytes: Span<UInt8>, maxPayload: Int) throws(FrameViolation) {
        guard bytes.count >= 2 else { return nil }
        let (first, second) = (bytes[0], bytes[1])
        guard first & 0x70 == 0 else { throw .reservedBits }
        guard let opcode = FrameOpcode(rawValue: first & 0x0F) else { throw .unknownOpcode(first & 0x0F) }
        guard second & 0x80 == 0 else { throw .maskedByServer }
        let isFinal = first & 0x80 != 0
        let short = Int(second & 0x7F)
        if opcode.isControl {
            guard short <= 125 else { throw .controlTooLong }
            guard isFinal else { throw .controlFragmented }
        }
        (self.opcode, self.isFinal) = (opcode, isFinal)
        guard bytes.count >= Self.headLength(second) else { return nil }
        self.headLength = Self.headLength(second)
        switch short {
        case 126:
            self.payloadLength = Int(bytes[2]) << 8 | Int(bytes[3])
            guard self.payloadLength > 125 else { throw .badLength }
        case 127:
            var length: UInt64 = 0
            for index in 2..<10 { length = length << 8 | UInt64(bytes[index]) }
            guard length >> 63 == 0, length > 0xFFFF else { throw .badLength }
            guard length <= UInt64(maxPayload) else { throw .oversized }
            self.payloadLength = Int(length)
        default:
            self.payloadLength = short
        }
        guard self.payloadLength <= maxPayload || opcode.isControl else { throw .oversized }
    }

    /// Where the payload of the text message lies that begins at `offset` and is whole.
    ///
    /// - Returns: `nil` for everything else, right or wrong, and for what the short forms of a length cannot say.
    @inline(__always)
    static func wholeText(_ bytes: Span<UInt8>, at offset: Int, _ maxPayload: Int) -> Range<Int>? {
        guard bytes.count - offset >= 4, bytes[offset] == 0x81 else { return nil }
        var (start, length) = (offset + 2, Int(bytes[offset + 1]))
        if length == 126 {
            (start, length) = (offset + 4, Int(bytes[offset + 2]) << 8 | Int(bytes[offset + 3]))
            guard length > 125 else { return nil }
        } else if length > 126 {
            return nil
        }
        guard length <= maxPayload, length <= bytes.count - start else { return nil }
        return start..<start + length
    }

    /// The length of a head whose second byte is `second`.
    static func headLength(_ second: UInt8) -> Int {
        switch second & 0x7F {
        case 126: 4
        case 127: 10
        default: 2
        }
    }
}
