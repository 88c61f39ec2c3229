import NIOCore
import NIOSSL
import NIOWebSocket
import Simulation

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Sits next to the socket, or to its TLS, so that whole batches of encoded frames bypass the encoder.
final class FrameWriter: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    /// No more plain text fits into a TLS record (RFC 8446, section 5.1).
    private static let recordBytesMax = 1 << 14

    private var context: ChannelHandlerContext?
    private let meter: SealedBytes?
    private var records = Records()

    /// With `meter`, what is written goes through TLS.
    init(meter: SealedBytes?) { self.meter = meter }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }
    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    func write(_ frames: ByteBuffer) {
        guard let meter = self.meter else {
            self.context?.writeAndFlush(NIOAny(frames), promise: nil)
            return
        }
        // One record each, so that it is known which bytes lie in which.
        var frames = frames
        while let part = frames.readSlice(length: min(frames.readableBytes, Self.recordBytesMax)),
            part.readableBytes > 0
        {
            self.context?.writeAndFlush(NIOAny(part), promise: nil)
            self.records.append(plainBytes: part.readableBytes, endingAt: meter.count)
        }
    }

    /// How many bytes of what was written never leave when the last `buffered` bytes before the socket do not.
    func untakenBytes(buffered: Int) -> Int {
        guard let meter = self.meter else { return buffered }
        return self.records.untakenBytes(afterSealed: meter.count - buffered)
    }
}

/// Counts what TLS hands to the socket.
final class SealedBytes: ChannelOutboundHandler {
    typealias OutboundIn = ByteBuffer

    private(set) var count = 0

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        self.count += self.unwrapOutboundIn(data).readableBytes
        context.write(data, promise: promise)
    }
}

extension ByteBuffer {
    /// One unmasked message in so many frames (RFC 6455, section 5.2), and the size of its first header.
    @discardableResult
    mutating func writeMessage(_ opcode: WebSocketOpcode, _ payload: ArraySlice<UInt8>, pieces: Int) -> Int {
        let size = max(1, (payload.count + pieces - 1) / pieces)
        let before = self.readableBytes
        var rest = payload
        var part = rest.prefix(size)
        rest = rest.dropFirst(part.count)
        self.writeFrame(opcode, part, isFinal: rest.isEmpty)
        let header = self.readableBytes - before - part.count
        while !rest.isEmpty {
            part = rest.prefix(size)
            rest = rest.dropFirst(part.count)
            self.writeFrame(.continuation, part, isFinal: rest.isEmpty)
        }
        return header
    }

    private mutating func writeFrame(_ opcode: WebSocketOpcode, _ payload: ArraySlice<UInt8>, isFinal: Bool) {
        self.writeInteger((isFinal ? 0x80 : 0) | UInt8(webSocketOpcode: opcode))
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

extension Channel {
    /// Closes at once: a TLS session ends without its goodbye, whose answer it would wait for.
    func hangUp() {
        guard let tls = try? self.pipeline.syncOperations.context(handlerType: NIOSSLServerHandler.self) else {
            return self.close(promise: nil)
        }
        tls.close(promise: nil)
    }

    /// Ends with a reset: what the peer has not been sent it will never get.
    func resetConnection() {
        if let socket = self as? any SocketOptionProvider {
            socket.setSoLinger(linger(l_onoff: 1, l_linger: 0)).whenComplete { _ in self.hangUp() }
        } else {
            self.hangUp()
        }
    }
}
