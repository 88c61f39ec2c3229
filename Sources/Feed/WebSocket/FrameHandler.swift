import NIOCore

/// What a session hears from its connection, in this order, always on its event loop.
protocol FrameHandlerDelegate: AnyObject {
    /// Bytes came; what follows until ``readEnded()`` was among them.
    func readBegan()
    /// See ``FrameSink/texts(_:at:)``.
    func received(texts bytes: Span<UInt8>, at places: Span<Range<Int>>) -> Int
    func received(text payload: Span<UInt8>) -> Bool
    func received(binary payload: Span<UInt8>)
    /// A ping was answered.
    func answeredPing()
    func violated(_ violation: FrameViolation)
    /// Frames of any kind came in this burst, or none was whole yet.
    func readEnded(frames: Int)
    /// The connection is gone. Called once.
    func connectionEnded(_ handler: FrameHandler, close: CloseFrame?, error: (any Error)?)
}

/// The WebSocket end of one connection: walks over what comes, answers pings and the closing handshake, writes frames.
final class FrameHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let delegate: any FrameHandlerDelegate
    private var walker: FrameWalker
    private var context: ChannelHandlerContext?
    private var frames = 0
    private var closeFrame: CloseFrame?
    private var error: (any Error)?
    private var isCloseSent = false
    private var isEnded = false
    /// TLS says goodbye first, and still gives out what comes meanwhile: it is of a connection that is no more.
    private var isAbandoned = false

    init(delegate: any FrameHandlerDelegate, maxMessageBytes: Int) {
        self.delegate = delegate
        self.walker = FrameWalker(maxMessageBytes: maxMessageBytes)
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        // A server that agreed and hung up at once: the end of the connection came while HTTP was being taken out.
        guard !context.channel.isActive else { return }
        context.eventLoop.assumeIsolated().execute { self.end() }
    }

    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !self.isAbandoned else { return }
        let buffer = Self.unwrapInboundIn(data)
        self.delegate.readBegan()
        var sink = self
        do throws(FrameViolation) {
            try self.walker.walk(buffer.readableBytesUInt8Span, into: &sink)
        } catch {
            self.delegate.violated(error)
            self.close(code: error.closeCode)
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        if !self.isAbandoned { self.delegate.readEnded(frames: self.frames) }
        self.frames = 0
        if self.closeFrame != nil { context.close(promise: nil) }
        context.fireChannelReadComplete()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if self.error == nil { self.error = error }
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.end()
        context.fireChannelInactive()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        // Half-closure is off, so this comes only from TLS: the peer said its last word.
        if case ChannelEvent.inputClosed? = event as? ChannelEvent { context.close(promise: nil) }
        context.fireUserInboundEventTriggered(event)
    }
}

extension FrameHandler {
    func send(text: String) { self.write(.text, text.utf8) }
    func sendPing() { self.write(.ping, EmptyCollection<UInt8>()) }

    /// Sends a close frame and then ends the connection, without waiting for the peer's.
    func close(code: UInt16) {
        guard let context = self.context else { return }
        self.sendClose(FrameEncoder.closePayload(code))
        // After the frame left, or at once when it cannot leave.
        context.close(promise: nil)
    }

    /// Sends a close frame and waits for the peer to close; the caller limits how long.
    func beginClose(code: UInt16) { self.sendClose(FrameEncoder.closePayload(code)) }

    /// Ends the connection without a word: nobody listens at the other end.
    func abandon() {
        self.isAbandoned = true
        self.context?.close(promise: nil)
    }

    private func end() {
        guard !self.isEnded else { return }
        self.isEnded = true
        self.delegate.connectionEnded(self, close: self.closeFrame, error: self.error)
    }

    private func sendClose(_ payload: [UInt8]) {
        guard !self.isCloseSent else { return }
        self.isCloseSent = true
        self.write(.close, payload)
    }

    func write(_ opcode: FrameOpcode, _ payload: some Collection<UInt8>) {
        guard let context = self.context else { return }
        let frame = FrameEncoder.frame(opcode, payload, mask: .random(in: .min ... .max))
        var buffer = context.channel.allocator.buffer(capacity: frame.count)
        buffer.writeBytes(frame)
        context.writeAndFlush(Self.wrapOutboundOut(buffer), promise: nil)
    }
}

extension FrameHandler: FrameSink {
    func texts(_ bytes: Span<UInt8>, at places: Span<Range<Int>>) -> Int {
        let taken = self.delegate.received(texts: bytes, at: places)
        self.frames += taken
        return taken
    }

    func text(_ payload: Span<UInt8>) -> Bool {
        self.frames += 1
        return self.delegate.received(text: payload)
    }

    func binary(_ payload: Span<UInt8>) {
        self.frames += 1
        self.delegate.received(binary: payload)
    }

    func ping(_ payload: Span<UInt8>) {
        self.frames += 1
        // A peer that does not read its pongs gets no more of them: our buffer stays bounded.
        guard let context = self.context, context.channel.isWritable, !self.isCloseSent else { return }
        self.write(.pong, payload.indices.map { payload[$0] })
        self.delegate.answeredPing()
    }

    func pong() { self.frames += 1 }

    func close(_ frame: CloseFrame) {
        self.frames += 1
        self.closeFrame = frame
        self.sendClose(frame.code.map(FrameEncoder.closePayload) ?? [])
    }
}
