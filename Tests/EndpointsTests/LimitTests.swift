import Dispatch
import Testing

@testable import Endpoints

@Suite("Limits of the server", .timeLimit(.minutes(5)))
struct LimitTests {
    private static let hello = Route("/hello") { _ in .text("hello\n") }
    private static let request = "GET /hello HTTP/1.1\r\nHost: test\r\n\r\n"

    @Test(
        "a client that never finishes its first request is cut off and counted",
        arguments: ["", "GET /hel", "GET /hello HTTP/1.1\r\nA: b\r\n"]
    )
    func slowRequest(beginning: String) async throws {
        try await RunningServer.with(routes: [Self.hello], limits: ServerLimits(requestTimeout: .milliseconds(50))) {
            server in
            let client = try await RawClient(port: server.port)
            // On a busy machine the time may be up before the first byte is out.
            try? await client.send(beginning)
            #expect(await client.readToEnd().isEmpty)
            #expect(server.metric("arb1d_http_rejected_total{reason=\"timeout\"}") == "1")
        }
    }

    @Test("a client that keeps its connection and asks no more is cut off")
    func idle() async throws {
        try await RunningServer.with(routes: [Self.hello], limits: ServerLimits(idleTimeout: .milliseconds(50))) {
            server in
            let client = try await RawClient(port: server.port)
            try await client.send(Self.request)
            #expect(Answer(await client.readToEnd()).body == "hello\n")
            #expect(server.metric("arb1d_http_rejected_total{reason=\"timeout\"}") == "1")
        }
    }

    @Test("a client that does not read its answer is cut off")
    func neverReads() async throws {
        let large = Route("/large") { _ in
            EndpointResponse(contentType: "text/plain", body: [UInt8](repeating: 65, count: 64 << 20))
        }
        let limits = ServerLimits(responseTimeout: .milliseconds(200))
        try await RunningServer.with(routes: [large], limits: limits) { server in
            let client = try await RawClient(port: server.port, reads: false)
            try await client.send("GET /large HTTP/1.1\r\nHost: test\r\n\r\n")
            await server.wait(for: "arb1d_http_rejected_total{reason=\"timeout\"}", toBe: "1")
            await server.wait(for: "arb1d_http_connections", toBe: "0")
            client.close()
        }
    }

    @Test("headers beyond the limit get 400 and the connection is closed", arguments: [1, 50])
    func largeHeaders(fields: Int) async throws {
        try await RunningServer.with(routes: [Self.hello], limits: ServerLimits(maxHeaderBytes: 1024)) { server in
            let client = try await RawClient(port: server.port)
            let header = (0..<fields).map { "X-\($0): \(String(repeating: "a", count: 2000 / fields))\r\n" }.joined()
            try await client.send("GET /hello HTTP/1.1\r\n\(header)\r\n")
            #expect(Answer(await client.readToEnd()).status == 400)
            #expect(server.metric("arb1d_http_rejected_total{reason=\"header\"}") == "1")
        }
    }

    @Test("who comes above the connection limit is closed and counted, until there is room again")
    func connectionLimit() async throws {
        try await RunningServer.with(routes: [Self.hello], limits: ServerLimits(maxConnections: 1)) { server in
            #expect(server.metric("arb1d_http_connections_limit") == "1")
            let first = try await RawClient(port: server.port)
            try await first.send(Self.request)
            #expect(Answer(await first.read { $0.hasSuffix("hello\n") }).status == 200)
            #expect(server.metric("arb1d_http_connections") == "1")
            #expect(await (try RawClient(port: server.port)).readToEnd().isEmpty)
            #expect(server.metric("arb1d_http_rejected_total{reason=\"limit\"}") == "1")
            first.close()
            await server.wait(for: "arb1d_http_connections", toBe: "0")
            #expect(try await server.ask("GET", "/hello").status == 200)
        }
    }

    @Test("a connection serves several requests, pipelined too, in order")
    func pipelining() async throws {
        try await RunningServer.with(routes: [Self.hello]) { server in
            let client = try await RawClient(port: server.port)
            try await client.send(Self.request + Self.request.replacing("/hello", with: "/none") + Self.request)
            let text = await client.read { $0.ranges(of: "HTTP/1.1 ").count == 3 && $0.hasSuffix("hello\n") }
            #expect(text.split(separator: "HTTP/1.1 ").map { $0.prefix(3) } == ["200", "404", "200"])
            client.close()
        }
    }

    @Test("an HTTP/1.0 client is answered and closed")
    func http10() async throws {
        try await RunningServer.with(routes: [Self.hello]) { server in
            let client = try await RawClient(port: server.port)
            try await client.send("GET /hello HTTP/1.0\r\n\r\n")
            #expect(Answer(await client.readToEnd()).body == "hello\n")
        }
    }

    @Test("a probe answers while a slow route is at work")
    func slowRoute() async throws {
        let gate = DispatchSemaphore(value: 0)
        let slow = Route("/slow", isSlow: { true }) { _ in
            gate.wait()
            return .text("slow\n")
        }
        try await RunningServer.with(routes: [slow, Self.hello]) { server in
            let first = try await RawClient(port: server.port)
            try await first.send("GET /slow HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n")
            for _ in 0..<5 { #expect(try await server.ask("GET", "/hello").body == "hello\n") }
            gate.signal()
            #expect(Answer(await first.readToEnd()).body == "slow\n")
        }
    }
}
