import NIOCore
import NIOWebSocket

/// Writes the frames of a server: https://www.rfc-editor.org/rfc/rfc6455#section-5.2
///
/// One buffer for header and payload makes one entry in the queue of a client, where the encoder of the library makes
/// two, and lets all clients share the header too.
enum FrameWriter {
    static func frame(_ opcode: WebSocketOpcode, _ payload: some Collection<UInt8>) -> ByteBuffer {
        let count = payload.count
        var frame = ByteBuffer()
        frame.reserveCapacity(count + 10)
        frame.writeInteger(0x80 | UInt8(webSocketOpcode: opcode))
        if count <= 125 {
            frame.writeInteger(UInt8(count))
        } else if let short = UInt16(exactly: count) {
            frame.writeInteger(126 as UInt8)
            frame.writeInteger(short)
        } else {
            frame.writeInteger(127 as UInt8)
            frame.writeInteger(UInt64(count))
        }
        frame.writeBytes(payload)
        return frame
    }

    /// A close frame; the reason is shortened to what a control frame holds, between two characters.
    static func close(_ code: UInt16?, reason: String = "") -> ByteBuffer {
        guard let code else { return self.frame(.connectionClose, []) }
        var text = ""
        for character in reason {
            guard text.utf8.count + character.utf8.count <= 123 else { break }
            text.append(character)
        }
        return self.frame(.connectionClose, [UInt8(code >> 8), UInt8(code & 0xff)] + Array(text.utf8))
    }
}
