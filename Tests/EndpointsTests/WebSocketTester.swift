import Glibc
import NIOCore
import NIOPosix
import Synchronization

@testable import Endpoints

/// A WebSocket client that says exactly what a test tells it to; belongs to one task.
final class WebSocketTester: Sendable {
    struct Frame: Equatable {
        let opcode: UInt8
        let payload: [UInt8]

        static func text(_ text: String) -> Frame { Frame(opcode: 1, payload: Array(text.utf8)) }

        /// The code of a close frame; nil when it has none, or is of another kind.
        var closeCode: UInt16? {
            guard self.opcode == 8, self.payload.count >= 2 else { return nil }
            return UInt16(self.payload[0]) << 8 | UInt16(self.payload[1])
        }
    }

    private final class Collector: ChannelInboundHandler, Sendable {
        typealias InboundIn = ByteBuffer
        let continuation: AsyncStream<[UInt8]>.Continuation

        init(_ continuation: AsyncStream<[UInt8]>.Continuation) { self.continuation = continuation }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            self.continuation.yield(Array(self.unwrapInboundIn(data).readableBytesView))
        }

        func channelInactive(context: ChannelHandlerContext) { self.continuation.finish() }

        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
    }

    /// An upgrade that nothing is wrong with, but for the last line.
    static let request = """
        GET /ws HTTP/1.1\r\nHost: test\r\nConnection: keep-alive, Upgrade\r\nUpgrade: WebSocket\r\n\
        Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n
        """

    private let channel: any Channel
    private let received: AsyncStream<[UInt8]>
    private let buffer = Mutex<[UInt8]>([])

    init(port: Int, reads: Bool = true, keepsOpen: Bool = false) async throws {
        let (received, continuation) = AsyncStream<[UInt8]>.makeStream()
        self.received = received
        self.channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.autoRead, value: reads)
            .channelOption(.allowRemoteHalfClosure, value: keepsOpen)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelInitializer { $0.pipeline.addHandler(Collector(continuation)) }
            .connect(host: "127.0.0.1", port: port)
            .get()
    }

    /// A client that has been let in.
    static func connected(port: Int, path: String = "/ws", _ first: [UInt8] = []) async throws -> WebSocketTester {
        let tester = try await WebSocketTester(port: port)
        let answer = try await tester.ask(self.request.replacing("/ws", with: path) + "\r\n", first)
        guard answer.status == 101 else { throw Refused(status: answer.status) }
        return tester
    }

    struct Refused: Error {
        let status: Int
    }

    /// Sends a request, and what is to follow in the same segment; gives the head of the answer.
    func ask(_ request: String, _ following: [UInt8] = []) async throws -> Answer {
        try await self.send(Array(request.utf8) + following)
        return await self.head()
    }

    func head() async -> Answer {
        while true {
            if let head = self.buffer.withLock({ Self.takeHead(from: &$0) }) { return Answer(head) }
            guard await self.more() else { return Answer("") }
        }
    }

    func send(_ bytes: [UInt8]) async throws { try await self.channel.writeAndFlush(ByteBuffer(bytes: bytes)) }

    func send(_ text: String) async throws { try await self.send(Self.frame(0x81, Array(text.utf8))) }

    /// The next frame; nil when the server has closed.
    func next() async -> Frame? {
        while true {
            if let frame = self.buffer.withLock({ Self.takeFrame(from: &$0) }) { return frame }
            guard await self.more() else { return nil }
        }
    }

    /// What comes until the server closes, unread frames included.
    func rest() async -> [UInt8] {
        while await self.more() {}
        return self.buffer.withLock { $0 }
    }

    func close() { self.channel.close(promise: nil) }

    /// Ends the way from the client to the server only.
    func finish() { self.channel.close(mode: .output, promise: nil) }

    /// Ends with a reset.
    func reset() async throws {
        try await (self.channel as? any SocketOptionProvider)?.setSoLinger(linger(l_onoff: 1, l_linger: 0)).get()
        self.channel.close(promise: nil)
    }

    /// A masked frame: the first byte, and the payload as it is before the mask.
    static func frame(_ first: UInt8, _ payload: [UInt8], isMasked: Bool = true) -> [UInt8] {
        let mask: [UInt8] = isMasked ? [1, 2, 3, 4] : []
        let bit: UInt8 = isMasked ? 0x80 : 0
        let count = payload.count
        let length =
            switch count {
            case ...125: [bit | UInt8(count)]
            case ...65_535: [bit | 126, UInt8(count >> 8), UInt8(count & 255)]
            default: [bit | 127] + (0..<8).map { UInt8(count >> (56 - 8 * $0) & 255) }
            }
        let body = isMasked ? payload.enumerated().map { $1 ^ mask[$0 % 4] } : payload
        return [first] + length + mask + body
    }

    private func more() async -> Bool {
        for await bytes in self.received {
            self.buffer.withLock { $0 += bytes }
            return true
        }
        return false
    }

    private static func takeHead(from buffer: inout [UInt8]) -> String? {
        guard let end = buffer.firstRange(of: Array("\r\n\r\n".utf8)) else { return nil }
        let head = String(decoding: buffer[..<end.upperBound], as: UTF8.self)
        buffer.removeSubrange(..<end.upperBound)
        return head
    }

    private static func takeFrame(from buffer: inout [UInt8]) -> Frame? {
        guard buffer.count >= 2 else { return nil }
        var (start, count) = (2, Int(buffer[1]))
        if count >= 126 {
            start += count == 126 ? 2 : 8
            guard buffer.count >= start else { return nil }
            count = buffer[2..<start].reduce(0) { $0 << 8 | Int($1) }
        }
        guard buffer.count >= start + count else { return nil }
        let frame = Frame(opcode: buffer[0] & 15, payload: Array(buffer[start..<start + count]))
        buffer.removeSubrange(..<(start + count))
        return frame
    }
}
