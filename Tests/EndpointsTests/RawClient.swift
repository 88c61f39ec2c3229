import NIOCore
import NIOPosix

/// A TCP client that says exactly what a test tells it to, and shows exactly what came back.
final class RawClient: Sendable {
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

    private let channel: any Channel
    private let received: AsyncStream<[UInt8]>

    /// Connects to a port of the loopback.
    ///
    /// - Parameters:
    ///   - port: The port.
    ///   - reads: Whether it takes what the server sends, or lets it pile up.
    /// - Throws: What the system says when nobody listens there.
    init(port: Int, reads: Bool = true) async throws {
        let (received, continuation) = AsyncStream<[UInt8]>.makeStream()
        self.received = received
        self.channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.autoRead, value: reads)
            .channelOption(.allowRemoteHalfClosure, value: false)
            .channelInitializer { $0.pipeline.addHandler(Collector(continuation)) }
            .connect(host: "127.0.0.1", port: port)
            .get()
    }

    func send(_ text: String) async throws { try await self.channel.writeAndFlush(ByteBuffer(string: text)) }

    func close() { self.channel.close(promise: nil) }

    /// Everything that comes until the server closes, as it came.
    func readBytesToEnd() async -> [UInt8] {
        var all: [UInt8] = []
        for await bytes in self.received { all += bytes }
        return all
    }

    /// Everything that comes until the server closes.
    func readToEnd() async -> String { await self.read { _ in false } }

    /// What comes until `isEnough`, or until the server closes; not to be called again after it was enough.
    func read(until isEnough: (String) -> Bool) async -> String {
        var text = ""
        for await bytes in self.received {
            text += String(decoding: bytes, as: UTF8.self)
            if isEnough(text) { break }
        }
        return text
    }
}

/// An answer taken apart.
struct Answer {
    let status: Int
    let headers: [String: String]
    let body: String

    init(_ text: String) {
        let parts = text.split(separator: "\r\n\r\n", maxSplits: 1, omittingEmptySubsequences: false)
        let lines = parts[0].split(separator: "\r\n")
        self.status = lines.first.flatMap { Int($0.split(separator: " ").dropFirst().first ?? "") } ?? 0
        self.headers = Dictionary(
            lines.dropFirst().map { line in
                let field = line.split(separator: ":", maxSplits: 1)
                return (field[0].lowercased(), field.count > 1 ? String(field[1].drop { $0 == " " }) : "")
            },
            uniquingKeysWith: { "\($0), \($1)" }
        )
        self.body = parts.count > 1 ? String(parts[1]) : ""
    }
}
