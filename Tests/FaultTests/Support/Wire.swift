import Simulation

/// Frames as a server writes them, and as it reads those of clients (RFC 6455, section 5.2).
enum Wire {
    static func message(_ opcode: UInt8, _ payload: ArraySlice<UInt8>, pieces: Int = 1) -> [UInt8] {
        let size = max(1, (payload.count + pieces - 1) / pieces)
        var bytes: [UInt8] = []
        var (rest, opcode) = (payload, opcode)
        repeat {
            let part = rest.prefix(size)
            rest = rest.dropFirst(part.count)
            bytes.append((rest.isEmpty ? 0x80 : 0) | opcode)
            switch part.count {
            case ..<126: bytes.append(UInt8(part.count))
            case ..<65_536: bytes += [126, UInt8(part.count >> 8), UInt8(part.count & 255)]
            default:
                bytes.append(127)
                for shift in stride(from: 56, through: 0, by: -8) { bytes.append(UInt8(part.count >> shift & 255)) }
            }
            bytes += part
            opcode = 0
        } while !rest.isEmpty
        return bytes
    }

    /// The frames of a client, each of them whole and masked.
    static func clientFrames(_ bytes: [UInt8]) -> [ClientFrame] {
        var (frames, rest): ([ClientFrame], ArraySlice<UInt8>) = ([], bytes[...])
        while rest.count >= 6 {
            let opcode = rest.removeFirst() & 15
            var length = Int(rest.removeFirst() & 127)
            if length > 125 {
                let size = length == 126 ? 2 : 8
                length = rest.prefix(size).reduce(0) { $0 << 8 | Int($1) }
                rest = rest.dropFirst(size)
            }
            let mask = Array(rest.prefix(4))
            rest = rest.dropFirst(4)
            let payload = rest.prefix(length).enumerated().map { $0.element ^ mask[$0.offset % 4] }
            rest = rest.dropFirst(length)
            switch opcode {
            case 8: frames.append(.close(code: payload.count < 2 ? nil : UInt16(payload[0]) << 8 | UInt16(payload[1])))
            case 9: frames.append(.ping(payload))
            case 10: frames.append(.pong(payload))
            default: frames.append(.text(payload))
            }
        }
        return frames
    }
}
