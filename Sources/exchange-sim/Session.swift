import NIOCore
import NIOSSL
import NIOWebSocket
import Simulation

/// One WebSocket connection of a client, bound to the hub's event loop.
final class Session: ChannelInboundHandler {
    typealias InboundIn = WebSocketFrame

    let id: ConnectionID
    let writer: FrameWriter
    private let hub: Hub
    private let channel: any Channel
    private var pending: ByteBuffer
    private var outbox = Outbox()
    private var message: [UInt8] = []
    private var isOpen = true
    private(set) var hasUntakenBytes = false
    /// Ticks until a reset is sent whatever has not left by then.
    private var ticksToReset: Int?

    private static let messageBytesMax = 1 << 20
    /// Of the hub's 5 ms: long enough for all that a reading client has room for.
    private static let resetTicksMax = 400

    init(id: ConnectionID, hub: Hub, channel: any Channel, meter: SealedBytes?) {
        self.id = id
        self.hub = hub
        self.channel = channel
        self.writer = FrameWriter(meter: meter)
        self.pending = channel.allocator.buffer(capacity: 1 << 12)
    }

    // MARK: - Out

    /// Where a frame came to lie: the first since the last flush, a further one, or nowhere.
    enum Place { case first, further, ended }

    /// Adds a message to what the next flush sends, in so many frames.
    func append(_ opcode: WebSocketOpcode, _ payload: ArraySlice<UInt8>, pieces: Int = 1) -> Place {
        guard self.isOpen else { return .ended }
        let before = self.pending.readableBytes
        let header = self.pending.writeMessage(opcode, payload, pieces: pieces)
        let isTooLong = payload.count > Self.messageBytesMax
        self.outbox.append(
            bytes: self.pending.readableBytes - before,
            isCounted: opcode == .text || opcode == .binary,
            judgedAfter: isTooLong ? header : nil
        )
        return before == 0 ? .first : .further
    }

    /// Sends the first bytes of a frame, and then ends. That frame is cut off.
    func tear(_ payload: ArraySlice<UInt8>, bytes: Int) {
        guard self.isOpen else { return self.hub.cutOff(self, frames: 1) }
        let before = self.pending.readableBytes
        self.pending.writeMessage(.text, payload, pieces: 1)
        let surplus = max(0, self.pending.readableBytes - before - bytes)
        self.pending.moveWriterIndex(to: self.pending.writerIndex - surplus)
        self.outbox.append(bytes: self.pending.readableBytes - before, isCounted: false)
        _ = self.flush()
        self.hub.cutOff(self, frames: 1)
        self.end(code: nil)
    }

    /// Hands all pending frames to the socket and returns how many bytes it has not taken yet.
    func flush() -> Int {
        guard self.isOpen, self.pending.readableBytes > 0 else { return 0 }
        self.writer.write(self.pending)
        self.pending = self.channel.allocator.buffer(capacity: min(self.pending.readableBytes, 1 << 16))
        return self.noteUntakenBytes()
    }

    /// Looks what the socket has taken meanwhile.
    @discardableResult
    func noteUntakenBytes() -> Int {
        guard let buffered = try? self.channel.syncOptions?.getOption(.bufferedWritableBytes) else { return 0 }
        self.hasUntakenBytes = buffered > 0
        self.outbox.left(untakenBytes: self.writer.untakenBytes(buffered: buffered) + self.pending.readableBytes)
        return buffered
    }

    /// Closes, after a close frame of that code or without a word.
    func end(code: UInt16?) {
        guard self.isOpen else { return }
        if let code {
            _ = self.append(.connectionClose, [UInt8(code >> 8), UInt8(code & 255)])
            _ = self.flush()
        }
        self.noteUntakenBytes()
        self.isOpen = false
        self.hub.cutOff(self, frames: self.outbox.abandon())
        if code == nil { self.channel.hangUp() } else { self.channel.close(promise: nil) }
    }

    /// Resets the connection as soon as the socket has taken what was sent before, so that it is known what arrives.
    func reset() {
        guard self.isOpen else { return }
        _ = self.flush()
        self.isOpen = false
        self.ticksToReset = Self.resetTicksMax
    }

    /// Looks after what takes time; asked every tick.
    func tick() {
        guard self.hasUntakenBytes || self.ticksToReset != nil else { return }
        let buffered = self.noteUntakenBytes()
        guard let ticks = self.ticksToReset else { return }
        guard buffered == 0 || ticks == 0 else { return self.ticksToReset = ticks - 1 }
        self.ticksToReset = nil
        self.hub.cutOff(self, frames: self.outbox.abandon())
        self.channel.resetConnection()
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
            let code = payload.count >= 2 ? UInt16(payload[0]) << 8 | UInt16(payload[1]) : nil
            self.hub.received(.close(code: code), on: self)
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
