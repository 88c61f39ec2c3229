import Logging
import Metrics
import NIOCore
import NIOPosix
import Testing

@testable import Endpoints

@Suite("Clients that leave in the middle of the upgrade", .serialized, .timeLimit(.minutes(5)))
struct WebSocketResetTests {
    /// Ends the connection within the first flush, as the system does when the client has reset it.
    private final class Breaker: ChannelOutboundHandler, Sendable {
        typealias OutboundIn = ByteBuffer

        func flush(context: ChannelHandlerContext) {
            context.close(promise: nil)
            context.flush()
        }
    }

    @Test("a connection that ends as the upgrade is answered gives its place back")
    func endWithinTheAnswer() async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let eventLoop = group.next()
        let (registry, service) = (Registry(), TestService())
        let endpoint = WebSocketEndpoint(path: "/ws", registry: registry, service: service)
        let metrics = HTTPMetrics(registry: registry, routes: [], maxConnections: 9)
        let hub = try await eventLoop.submit {
            NIOLoopBound(WebSocketHub(endpoint: endpoint, eventLoop: eventLoop), eventLoop: eventLoop)
        }.get()
        let guarded = try await eventLoop.submit {
            GuardedChannel(
                limits: ServerLimits(),
                responder: { _, _, _ in },
                connections: Connections(limit: 9, metrics: metrics),
                metrics: metrics,
                hubs: NIOLoopBound(["/ws": hub.value], eventLoop: eventLoop)
            )
        }.get()
        let server = try await ServerBootstrap(group: group)
            .childChannelInitializer { channel in
                channel.pipeline.addHandler(Breaker()).flatMap {
                    guarded.setup(channel: channel, logger: .silent).map { _ in }
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let client = try await RawClient(port: try #require(server.localAddress?.port))
        try await client.send(WebSocketTester.request + "\r\n")
        #expect(await client.readToEnd().isEmpty)
        // The next turn of the loop: the one that answered is over.
        let page = try await eventLoop.submit { String(decoding: registry.render(), as: UTF8.self) }.get()
        for line in ["connections_total 1", "clients 0", "closed_total{reason=\"client\"} 1", "queued_bytes 0"] {
            try #require(page.contains("\narb1d_chart_\(line)\n"))
        }
        // Were the client still counted in, the hub would wait for it.
        try await eventLoop.flatSubmit { hub.value.stop() }.get()
        #expect(service.books.opened == service.books.closed && service.books.stopped == 1)
        try await server.close()
        try await group.shutdownGracefully()
    }

    @Test("many clients that reset at any moment of the upgrade leave nobody behind")
    func resets() async throws {
        let service = TestService()
        let (_, server) = try await RunningServer.with(service) { server in
            for round in 0..<20 {
                let clients = try await Self.connect(20, port: server.port)
                for client in clients { try await client.send(Array((WebSocketTester.request + "\r\n").utf8)) }
                // From none to some thousand: a moment before, within, and after the upgrade.
                for _ in 0..<(round * round * 10) { await Task.yield() }
                for client in clients { try? await client.reset() }
            }
            await server.waitForChart("clients", toBe: "0")
        }
        let books = service.books
        #expect(books.opened == books.closed && books.stopped == 1)
        #expect(server.chart("clients") == "0")
        #expect(server.metric("arb1d_http_connections") == "0")
    }

    private static func connect(_ count: Int, port: Int) async throws -> [WebSocketTester] {
        var clients: [WebSocketTester] = []
        for _ in 0..<count { clients.append(try await WebSocketTester(port: port)) }
        return clients
    }
}
