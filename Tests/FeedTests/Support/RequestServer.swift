import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import Synchronization

/// What a client asked for, whole.
struct WholeRequest: Sendable {
    let method: String
    let path: String
    let headers: HTTPHeaders
    let body: [UInt8]
    /// The number of its connection, from 1.
    let connection: Int
}

/// An HTTP server on loopback that takes whole requests, with their bodies, on connections that stay open.
final class RequestServer: Sendable {
    let port: Int
    private let requests: Incoming<WholeRequest>

    /// What every request is answered with, in one write.
    struct Answer: Sendable {
        var status = HTTPResponseStatus.ok
        var body: [UInt8] = []
        /// The head of a response with a body comes before the request's own body was read, and nothing behind it.
        var isEarlyHead = false
    }

    /// Listens on a free port and answers every request with this status.
    static func start(tls: NIOSSLContext? = nil, status: HTTPResponseStatus = .ok) async throws -> RequestServer {
        try await Self.start(tls: tls, answer: Answer(status: status))
    }

    static func start(tls: NIOSSLContext? = nil, answer: Answer) async throws -> RequestServer {
        let requests = Incoming<WholeRequest>()
        let connections = Counted()
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    if let tls { try pipeline.addHandler(NIOSSLServerHandler(context: tls)) }
                    try pipeline.configureHTTPServerPipeline()
                    try pipeline.addHandler(RequestHandler(connections.next(), answer, requests))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        return RequestServer(port: channel.localAddress?.port ?? 0, requests: requests)
    }

    private init(port: Int, requests: Incoming<WholeRequest>) { (self.port, self.requests) = (port, requests) }

    func next() async -> WholeRequest { await self.requests.next() }
}

private final class Counted: Sendable {
    private let count = Mutex(0)

    func next() -> Int {
        self.count.withLock { count in
            count += 1
            return count
        }
    }
}

private final class RequestHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let connection: Int
    private let answer: RequestServer.Answer
    private let requests: Incoming<WholeRequest>
    private var head: HTTPRequestHead?
    private var body: [UInt8] = []

    init(_ connection: Int, _ answer: RequestServer.Answer, _ requests: Incoming<WholeRequest>) {
        (self.connection, self.answer, self.requests) = (connection, answer, requests)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch Self.unwrapInboundIn(data) {
        case .head(let head):
            (self.head, self.body) = (head, [])
            guard self.answer.isEarlyHead else { return }
            self.writeHead(context, length: 1)
            context.flush()
        case .body(let part): self.body += part.readableBytesView
        case .end:
            guard let head = self.head else { return }
            self.requests.put(
                WholeRequest(
                    method: head.method.rawValue,
                    path: head.uri,
                    headers: head.headers,
                    body: self.body,
                    connection: self.connection
                )
            )
            guard !self.answer.isEarlyHead else { return }
            self.writeHead(context, length: self.answer.body.count)
            let body = IOData.byteBuffer(ByteBuffer(bytes: self.answer.body))
            if !self.answer.body.isEmpty { context.write(Self.wrapOutboundOut(.body(body)), promise: nil) }
            context.writeAndFlush(Self.wrapOutboundOut(.end(nil)), promise: nil)
        }
    }

    private func writeHead(_ context: ChannelHandlerContext, length: Int) {
        let headers: HTTPHeaders = ["Content-Length": "\(length)"]
        let head = HTTPResponseHead(version: .http1_1, status: self.answer.status, headers: headers)
        context.write(Self.wrapOutboundOut(.head(head)), promise: nil)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
