import Glibc
import Logging
import Metrics
import ServiceLifecycle
import Testing

@testable import Endpoints

@Suite("Ends of WebSocket clients", .serialized, .timeLimit(.minutes(5)))
struct WebSocketEndingTests {
    private static let patient = Duration.seconds(600)

    @Test("a silent client is asked, and given back")
    func silent() async throws {
        let limits = WebSocketLimits(pingInterval: .milliseconds(20), pongTimeout: .milliseconds(100))
        _ = try await RunningServer.with(TestService(), limits: limits) { server in
            let client = try await WebSocketTester.connected(port: server.port)
            #expect(await client.next() == .init(opcode: 9, payload: []))
            while await client.next() != nil {}
            await server.waitForChart("closed_total{reason=\"idle\"}", toBe: "1")
        }
    }

    @Test("shutdown says goodbye to a client, and waits for its answer", arguments: [true, false])
    func shutdown(answers: Bool) async throws {
        let service = TestService()
        // Where the client answers, only its answer can end the server within the time limit of this suite.
        let limits = WebSocketLimits(closeTimeout: answers ? Self.patient : .milliseconds(50))
        let goodbye = Mutexed<UInt16?>(nil)
        let (_, server) = try await RunningServer.with(service, limits: limits) { server in
            let client = try await WebSocketTester.connected(port: server.port)
            Task {
                goodbye.value = await client.next()?.closeCode
                if answers { try? await client.send(WebSocketTester.frame(0x88, [3, 233])) }
                _ = await client.rest()
            }
        }
        while goodbye.value == nil { await Task.yield() }
        #expect(goodbye.value == 1001)
        #expect(server.chart("clients") == "0")
        #expect(server.chart("closed_total{reason=\"shutdown\"}") == "1")
        #expect(service.books.stopped == 1)
    }

    @Test(
        "shutdown closes who has not finished its upgrade at once",
        arguments: ["", "GET /ws", WebSocketTester.request, WebSocketTester.request + "Content-Length: 9\r\n\r\n"]
    )
    func shutdownWhileUpgrading(beginning: String) async throws {
        let limits = ServerLimits(
            requestTimeout: Self.patient,
            idleTimeout: Self.patient,
            responseTimeout: Self.patient,
            shutdownTimeout: Self.patient
        )
        let service = TestService()
        let (client, _) = try await RunningServer.with(service, serverLimits: limits) { server in
            let client = try await WebSocketTester(port: server.port)
            await server.wait(for: "arb1d_http_connections", toBe: "1")
            try await client.send(Array(beginning.utf8))
            return client
        }
        #expect(await client.rest().isEmpty)
        #expect(service.books.opened == 0 && service.books.stopped == 1)
    }

    @Test("clients that come while the server shuts down are served or closed, and all are accounted for")
    func shutdownInTheRush() async throws {
        for _ in 0..<10 {
            let service = TestService()
            let (tasks, server) = try await RunningServer.with(service) { server in
                let tasks = (0..<20).map { _ in
                    Task {
                        let client = try? await WebSocketTester.connected(port: server.port)
                        while let frame = await client?.next() {
                            if frame.opcode == 8 { client?.close() }
                        }
                    }
                }
                await service.wait { $0.opened > 0 }
                return tasks
            }
            for task in tasks { await task.value }
            let books = service.books
            #expect(books.opened == books.closed && books.stopped == 1)
            #expect(server.chart("connections_total") == "\(books.opened)")
            #expect(server.chart("clients") == "0")
            #expect(server.metric("arb1d_http_connections") == "0")
        }
    }

    @Test("at every scrape, those who came are those who are gone and those who are there")
    func balance() async throws {
        _ = try await RunningServer.with(TestService()) { server in
            let rush = Task {
                try await withThrowingTaskGroup(of: Void.self) { tasks in
                    for _ in 0..<100 { tasks.addTask { try await Self.run(.finish, port: server.port) } }
                    try await tasks.waitForAll()
                }
            }
            var closed = 0
            while closed < 100 {
                let text = String(decoding: server.registry.render(), as: UTF8.self)
                let values = ["clients ", "connections_total ", "closed_total{"].map { name in
                    text.split(separator: "\n").filter { $0.hasPrefix("arb1d_chart_\(name)") }
                        .compactMap { Int($0.split(separator: " ").last ?? "") }.reduce(0, +)
                }
                #expect(values[1] == values[0] + values[2])
                closed = values[2]
                await Task.yield()
            }
            try await rush.value
        }
    }

    @Test("a client that keeps its side open after closing is closed after a while")
    func lingering() async throws {
        let limits = WebSocketLimits(closeTimeout: .milliseconds(50))
        _ = try await RunningServer.with(TestService(), limits: limits) { server in
            let client = try await WebSocketTester(port: server.port, keepsOpen: true)
            #expect(try await client.ask(WebSocketTester.request + "\r\n").status == 101)
            try await client.send(WebSocketTester.frame(0x88, [3, 232]))
            #expect(await client.next()?.closeCode == 1000)
            await server.waitForChart("closed_total{reason=\"client\"}", toBe: "1")
            client.close()
        }
    }

    @Test("cancelling ends the server and cuts its clients")
    func cancellation() async throws {
        let service = TestService()
        let registry = Registry()
        let limits = WebSocketLimits(closeTimeout: Self.patient)
        let (ports, continuation) = AsyncStream<Int>.makeStream()
        let server = HTTPServer(
            address: ListenAddress(port: 0),
            routes: [],
            webSockets: [WebSocketEndpoint(path: "/ws", limits: limits, registry: registry, service: service)],
            registry: registry,
            logger: .silent
        ) { continuation.yield($0.port) }
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await server.run() }
            var iterator = ports.makeAsyncIterator()
            let client = try await WebSocketTester.connected(port: try #require(await iterator.next()))
            tasks.cancelAll()
            try? await tasks.waitForAll()
            _ = await client.rest()
        }
        #expect(service.books.closed == 1 && service.books.stopped == 1)
    }

    @Test("a service that never gets to serve is stopped as well")
    func portInUse() async throws {
        try await RunningServer.with(routes: []) { running in
            let service = TestService()
            let server = HTTPServer(
                address: ListenAddress(port: running.port),
                routes: [],
                webSockets: [WebSocketEndpoint(path: "/ws", registry: running.registry, service: service)],
                registry: running.registry,
                logger: .silent
            )
            await #expect(throws: ListenError.self) { try await server.run() }
            #expect(service.books.started == 1 && service.books.stopped == 1)
        }
    }

    @Test("10,000 clients that end in any way leave no descriptor behind")
    func descriptors() async {
        // In a process of its own, where nobody else opens any.
        await #expect(processExitsWith: .success) {
            let limits = WebSocketLimits(pongTimeout: .milliseconds(100))
            let service = TestService()
            try await RunningServer.with(
                routes: [],
                webSockets: { registry in
                    [
                        WebSocketEndpoint(path: "/ws", registry: registry, service: service),
                        WebSocketEndpoint(
                            path: "/silent",
                            limits: limits,
                            registry: Registry(),
                            service: TestService()
                        ),
                    ]
                }
            ) { server in
                try await Self.expectNoDescriptors(after: [.finish: 3400, .reset: 3300, .silence: 3300], of: server)
                #expect(server.chart("closed_total{reason=\"client\"}") == "6701")
                #expect(service.books.opened == 6701 && service.books.closed == 6701)
            }
        }
    }

    @Test("clients that never finish their upgrade leave no descriptor behind")
    func unfinished() async {
        await #expect(processExitsWith: .success) {
            let limits = ServerLimits(requestTimeout: .milliseconds(50))
            _ = try await RunningServer.with(TestService(), serverLimits: limits) { server in
                try await Self.expectNoDescriptors(after: [.nothing: 500, .half: 500, .gone: 500], of: server)
                #expect(server.chart("connections_total") == "0")
            }
        }
    }

    enum Ending {
        case finish, reset, silence, nothing, half, gone
    }

    /// Lets clients end, a hundred at a time, and waits until no more sockets are open than after the first.
    private static func expectNoDescriptors(after endings: [Ending: Int], of server: RunningServer) async throws {
        try await self.run(endings[.finish] == nil ? .nothing : .finish, clients: 1, port: server.port)
        await server.wait(for: "arb1d_http_connections", toBe: "0")
        let before = self.openSockets()
        for (ending, clients) in endings {
            for _ in 0..<(clients / 100) { try await self.run(ending, clients: 100, port: server.port) }
        }
        await server.waitForChart("clients", toBe: "0")
        await server.wait(for: "arb1d_http_connections", toBe: "0")
        // The first one's own may still have been open: one too many, of thousands.
        while self.openSockets() > before { await Task.yield() }
    }

    private static func run(_ ending: Ending, clients: Int, port: Int) async throws {
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            for _ in 0..<clients { tasks.addTask { try await self.run(ending, port: port) } }
            try await tasks.waitForAll()
        }
    }

    private static func run(_ ending: Ending, port: Int) async throws {
        switch ending {
        case .finish:
            let client = try await WebSocketTester.connected(port: port)
            client.finish()
            _ = await client.rest()
        case .reset: try await WebSocketTester.connected(port: port).reset()
        case .silence: _ = await (try WebSocketTester.connected(port: port, path: "/silent")).rest()
        case .nothing: _ = await (try WebSocketTester(port: port)).rest()
        case .half:
            let client = try await WebSocketTester(port: port)
            // On a busy machine the time may be up before the first byte is out.
            try? await client.send(Array(WebSocketTester.request.utf8))
            _ = await client.rest()
        case .gone:
            let client = try await WebSocketTester(port: port)
            try? await client.send(Array(WebSocketTester.request.utf8))
            try? await client.reset()
        }
    }

    /// Sockets alone: a file for what the tests see may be opened at any time.
    private static func openSockets() -> Int {
        (0..<20_000).count { descriptor in
            var status = stat()
            return unsafe fstat(Int32(descriptor), &status) == 0 && status.st_mode & S_IFMT == S_IFSOCK
        }
    }
}
