import Metrics
import ServiceLifecycle
import Testing

@testable import Endpoints

@Suite("Life of the server", .timeLimit(.minutes(5)))
struct LifecycleTests {
    private static let hello = Route("/hello") { _ in .text("hello\n") }

    private func server(_ address: ListenAddress) -> HTTPServer {
        HTTPServer(address: address, routes: [Self.hello], registry: Registry(), logger: .silent)
    }

    @Test("a port in use is a typed error that names the address and the remedy")
    func portInUse() async throws {
        try await RunningServer.with(routes: []) { running in
            let address = ListenAddress(port: running.port)
            let error = await #expect(throws: ListenError.self) { try await self.server(address).run() }
            #expect(error?.address == address)
            #expect(
                error.map(String.init(describing:))
                    == "cannot listen on 127.0.0.1:\(running.port): address already in use; stop the process that "
                    + "holds it, or choose another port (listen, ARB1D_LISTEN)"
            )
        }
    }

    @Test("the error comes out of a service group unchanged")
    func portInUseInGroup() async throws {
        try await RunningServer.with(routes: []) { running in
            let server = self.server(ListenAddress(port: running.port))
            let group = ServiceGroup(configuration: .init(services: [server], logger: .silent))
            await #expect(throws: ListenError.self) { try await group.run() }
        }
    }

    @Test(
        "an address that cannot be had says why",
        arguments: [("192.0.2.1", "no interface of this host"), ("no-such-host.invalid", "no address")]
    )
    func badAddress(host: String, part: String) async {
        let error = await #expect(throws: ListenError.self) {
            try await self.server(ListenAddress(host: host, port: 0)).run()
        }
        #expect(error?.reason.contains(part) == true, "\(String(describing: error))")
    }

    @Test("IPv6 addresses are written in brackets")
    func brackets() {
        #expect(ListenAddress(host: "::1", port: 5000).description == "[::1]:5000")
        #expect(ListenAddress(port: 5000).description == "127.0.0.1:5000")
    }

    @Test("shutdown closes idle connections at once, whatever they were about to say", arguments: ["", "GET /hel"])
    func shutdownWithIdleClient(beginning: String) async throws {
        // The time limit of this suite is shorter than these limits, so only closing at once can pass.
        let patient = Duration.seconds(600)
        let limits = ServerLimits(
            requestTimeout: patient,
            idleTimeout: patient,
            responseTimeout: patient,
            shutdownTimeout: patient
        )
        let client = try await RunningServer.with(routes: [Self.hello], limits: limits) { server in
            let client = try await RawClient(port: server.port)
            try await client.send("GET /hello HTTP/1.1\r\nHost: test\r\n\r\n\(beginning)")
            #expect(Answer(await client.read { $0.hasSuffix("hello\n") }).status == 200)
            return client
        }
        client.close()
    }

    @Test("shutdown waits no longer than its limit for a client that does not read")
    func shutdownWithStuckClient() async throws {
        let large = Route("/large") { _ in
            EndpointResponse(contentType: "text/plain", body: [UInt8](repeating: 65, count: 64 << 20))
        }
        let limits = ServerLimits(responseTimeout: .seconds(600), shutdownTimeout: .milliseconds(100))
        let client = try await RunningServer.with(routes: [large], limits: limits) { server in
            let client = try await RawClient(port: server.port, reads: false)
            try await client.send("GET /large HTTP/1.1\r\nHost: test\r\n\r\n")
            await server.wait(for: "arb1d_http_connections", toBe: "1")
            return client
        }
        client.close()
    }

    @Test("cancelling ends the server with clients connected")
    func cancellation() async throws {
        let (ports, continuation) = AsyncStream<Int>.makeStream()
        let server = HTTPServer(
            address: ListenAddress(port: 0),
            routes: [Self.hello],
            registry: Registry(),
            logger: .silent
        ) { continuation.yield($0.port) }
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await server.run() }
            var iterator = ports.makeAsyncIterator()
            let port = try #require(await iterator.next())
            let client = try await RawClient(port: port)
            try await client.send("GET /hello HTTP/1.1\r\nHost: test\r\n\r\n")
            _ = await client.read { $0.hasSuffix("hello\n") }
            tasks.cancelAll()
            try? await tasks.waitForAll()
            client.close()
        }
    }

    @Test("the address is free again after the shutdown")
    func reuse() async throws {
        let port = try await RunningServer.with(routes: []) { $0.port }
        let (ports, continuation) = AsyncStream<Int>.makeStream()
        let server = HTTPServer(
            address: ListenAddress(port: port),
            routes: [],
            registry: Registry(),
            logger: .silent
        ) { continuation.yield($0.port) }
        let group = ServiceGroup(configuration: .init(services: [server], logger: .silent))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask {
                defer { continuation.finish() }
                try await group.run()
            }
            var iterator = ports.makeAsyncIterator()
            #expect(await iterator.next() == port)
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
    }
}
