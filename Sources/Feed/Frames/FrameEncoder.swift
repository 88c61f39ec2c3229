/// Writes the frames of a client: always final, always masked (RFC 6455, section 5.3).
enum FrameEncoder {
    /// One whole frame.
    ///
    /// `mask` must be unpredictable to whoever is on the way: fresh from the system's generator for each frame.
    static func frame(_ opcode: FrameOpcode, _ payload: some Collection<UInt8>, mask: UInt32) -> [UInt8] {
        let count = payload.count
        var bytes: [UInt8] = []
        bytes.reserveCapacity(14 + count)
        bytes.append(0x80 | opcode.rawValue)
        switch count {
        case ...125:
            bytes.append(0x80 | UInt8(count))
        case ...0xFFFF:
            bytes.append(0x80 | 126)
            Self.append(UInt64(count), bytes: 2, to: &bytes)
        default:
            bytes.append(0x80 | 127)
            Self.append(UInt64(count), bytes: 8, to: &bytes)
        }
        Self.append(UInt64(mask), bytes: 4, to: &bytes)
        var rolling = mask
        for byte in payload {
            rolling = rolling << 8 | rolling >> 24  // The next key byte is now the lowest.
            bytes.append(byte ^ UInt8(truncatingIfNeeded: rolling))
        }
        return bytes
    }

    /// The payload of a close frame.
    static func closePayload(_ code: UInt16) -> [UInt8] { [UInt8(code >> 8), UInt8(code & 0xFF)] }

    private static func append(_ value: UInt64, bytes count: Int, to bytes: inout [UInt8]) {
        for index in (0..<count).reversed() { bytes.append(UInt8(truncatingIfNeeded: value >> (8 * UInt64(index)))) }
    }
}
