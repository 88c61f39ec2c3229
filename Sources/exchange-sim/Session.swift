import NIOCore
import NIOWebSocket
import Simulation

/// One WebSocket connection of a client, bound to the hub's event loop.
final class Session: ChannelInboundHandler {
    typealias InboundIn = WebSocketFrame

    let id: ConnectionID
    let writer = FrameWriter()
    private let hub: Hub
    private let channel: any Channel
    private var pending: ByteBuffer
    private var outbox = Outbox()
    private var message: [UInt8] = []
    private var isOpen = true

    private static let messageBytesMax = 1 << 20

    init(id: ConnectionID, hub: Hub, channel: any Channel) {
        self.id = id
        self.hub = hub
        self.channel = channel
        self.pending = channel.allocator.buffer(capacity: 1 << 12)
    }

    // MARK: - Out

    /// Where a frame came to lie: the first since the last flush, a further one, or nowhere.
    enum Place { case first, further, ended }

    /// Adds a frame to what the next flush sends.
    func append(_ opcode: WebSocketOpcode, _ payload: ArraySlice<UInt8>) -> Place {
        guard self.isOpen else { return .ended }
        let before = self.pending.readableBytes
        self.pending.writeFrame(opcode, payload)
        self.outbox.append(bytes: self.pending.readableBytes - before, isCounted: opcode == .text)
        return before == 0 ? .first : .further
    }

    /// Hands all pending frames to the socket and returns how many bytes it has not taken yet.
    func flush() -> Int {
        guard self.isOpen, self.pending.readableBytes > 0 else { return 0 }
        self.writer.write(self.pending)
        self.pending = self.channel.allocator.buffer(capacity: self.pending.readableBytes)
        return self.noteUntakenBytes()
    }

    /// Through TLS these are bytes of its records, not of our frames: the count is off by up to one record, 16 KiB.
    private func noteUntakenBytes() -> Int {
        guard let buffered = try? self.channel.syncOptions?.getOption(.bufferedWritableBytes) else { return 0 }
        self.outbox.left(untakenBytes: buffered + self.pending.readableBytes)
        return buffered
    }

    /// Closes, after a close frame of that code or without a word.
    func end(code: UInt16?) {
        guard self.isOpen else { return }
        if let code {
            _ = self.append(.connectionClose, [UInt8(code >> 8), UInt8(code & 255)])
            _ = self.flush()
        }
        _ = self.noteUntakenBytes()
        self.isOpen = false
        self.hub.cutOff(self, frames: self.outbox.abandon())
        if code == nil { self.channel.hangUp() } else { self.channel.close(promise: nil) }
    }

    // MARK: - In

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let frame = self.unwrapInboundIn(data)
        guard self.isOpen else { return }
        guard frame.maskKey != nil else { return self.hub.failed(self, "a frame without a mask") }
        let payload = Array(frame.unmaskedData.readableBytesView)
        switch frame.opcode {
        case .text, .binary, .continuation:
            self.message += payload
            guard self.message.count <= Self.messageBytesMax else { return self.hub.failed(self, "a message too long") }
            guard frame.fin else { return }
            let message = self.message
            self.message.removeAll()
            self.hub.received(.text(message), on: self)
        case .ping: self.hub.received(.ping(payload), on: self)
        case .pong: self.hub.received(.pong(payload), on: self)
        case .connectionClose:
            let code = payload.count >= 2 ? UInt16(payload[0]) << 8 | UInt16(payload[1]) : 1000
            self.end(code: code)
        default: self.hub.failed(self, "an unknown opcode")
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.isOpen = false
        self.hub.cutOff(self, frames: self.outbox.abandon())
        self.hub.closed(self)
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if error is NIOWebSocketError { return self.hub.failed(self, "\(error)") }
        self.isOpen = false
        context.close(promise: nil)
    }
}

/// Sits next to the socket, so that whole batches of encoded frames bypass the encoder.
final class FrameWriter: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private var context: ChannelHandlerContext?

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }
    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    func write(_ frames: ByteBuffer) {
        self.context?.writeAndFlush(NIOAny(frames), promise: nil)
    }
}

extension ByteBuffer {
    /// One unmasked final frame (RFC 6455, section 5.2).
    mutating func writeFrame(_ opcode: WebSocketOpcode, _ payload: ArraySlice<UInt8>) {
        self.writeInteger(0x80 | UInt8(webSocketOpcode: opcode))
        switch payload.count {
        case ..<126: self.writeInteger(UInt8(payload.count))
        case ..<65_536:
            self.writeInteger(UInt8(126))
            self.writeInteger(UInt16(payload.count))
        default:
            self.writeInteger(UInt8(127))
            self.writeInteger(UInt64(payload.count))
        }
        self.writeBytes(payload)
    }
}
