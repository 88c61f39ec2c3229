import Testing

@testable import Endpoints

/// For every way in which a client can end: what was sent was written, or was left when it closed, or is queued.
@Suite("Flow to WebSocket clients", .serialized, .timeLimit(.minutes(5)))
struct WebSocketFlowTests {
    /// More than the system takes for a client that does not read.
    private static let flood = 1000
    private static let block = WebSocketMessage([UInt8](repeating: 65, count: 1 << 16))

    /// Sends a flood for each text.
    private static func flooding() -> TestService {
        TestService { service, _, client in
            for _ in 0..<Self.flood { service.send(Self.block, weight: 3, to: client) }
        }
    }

    private static func stuckClient(of server: RunningServer) async throws -> WebSocketTester {
        let client = try await WebSocketTester(port: server.port, reads: false)
        try await client.send(Array((WebSocketTester.request + "\r\n").utf8))
        try await client.send("flood")
        return client
    }

    @Test("everything arrives at a client that reads, in order")
    func complete() async throws {
        let service = TestService { service, text, client in
            for number in 0..<1000 { service.send("\(number)", weight: number, to: client) }
        }
        _ = try await RunningServer.with(service) { server in
            let client = try await WebSocketTester.connected(port: server.port)
            try await client.send("go")
            for number in 0..<1000 { #expect(await client.next() == .text("\(number)")) }
            #expect(service.books.sent == 499_500)
            await service.wait { $0.written == 499_500 }
            #expect(try await service.queuedWeight() == 0)
            #expect(server.chart("queued_bytes") == "0")
            #expect(server.chart("messages_total") == "1000")
            #expect(server.chart("bytes_total") == "2890")
            client.close()
        }
        #expect(service.books.unsent == 0)
    }

    @Test("a client that does not read is cut at the bound of its queue, and the others are not")
    func slow() async throws {
        let service = Self.flooding()
        let (stuck, server) = try await RunningServer.with(service) { server in
            let bystander = try await WebSocketTester.connected(port: server.port)
            let client = try await Self.stuckClient(of: server)
            await server.waitForChart("closed_total{reason=\"slow\"}", toBe: "1")
            #expect(server.chart("clients") == "1")
            #expect(server.chart("queued_bytes") == "0")
            try await bystander.send(WebSocketTester.frame(0x89, [1]))
            #expect(await bystander.next() == .init(opcode: 10, payload: [1]))
            bystander.close()
            return client
        }
        stuck.close()
        let books = service.books
        #expect(books.sent == 3 * Self.flood)
        #expect(books.sent == books.written + books.unsent)
        #expect(books.unsent > 0)
        #expect(server.chart("messages_total") == "\(books.written / 3)")
    }

    @Test("pongs count as queued: pinging does not evade the bound")
    func pings() async throws {
        let limits = WebSocketLimits(maxQueuedBytes: 100_000_000, maxMessageBurst: 1_000_000)
        let service = Self.flooding()
        let (stuck, _) = try await RunningServer.with(service, limits: limits) { server in
            let client = try await Self.stuckClient(of: server)
            await service.wait { $0.sent == 3 * Self.flood }
            await service.wait { $0.texts == ["flood"] }
            let handle = try #require(service.all().first)
            let before = Mutexed(0)
            try await service.onLoop { before.value = handle.queuedBytes }
            for _ in 0..<100 { try await client.send(WebSocketTester.frame(0x89, [UInt8](repeating: 1, count: 125))) }
            let after = Mutexed(0)
            while after.value < before.value + 100 * 127 {
                try await service.onLoop { after.value = handle.queuedBytes }
            }
            #expect(after.value == before.value + 100 * 127)
            return client
        }
        stuck.close()
        #expect(service.books.sent == service.books.written + service.books.unsent)
    }

    @Test("the books balance when a client vanishes with its queue", arguments: ["close", "reset", "finish"])
    func vanished(how: String) async throws {
        let service = Self.flooding()
        let limits = WebSocketLimits(maxQueuedBytes: 100_000_000)
        let (_, server) = try await RunningServer.with(service, limits: limits) { server in
            let client = try await Self.stuckClient(of: server)
            await service.wait { $0.sent == 3 * Self.flood }
            let queued = try await service.queuedWeight()
            let books = service.books
            #expect(queued > 0 && queued + books.written >= books.sent)
            switch how {
            case "close": client.close()
            case "reset": try await client.reset()
            default: client.finish()
            }
            await service.wait { $0.closed == 1 }
            client.close()
        }
        let books = service.books
        #expect(books.sent == 3 * Self.flood && books.sent == books.written + books.unsent && books.unsent > 0)
        #expect(server.chart("closed_total{reason=\"client\"}") == "1")
        #expect(server.chart("queued_bytes") == "0")
    }

    @Test("shutdown waits no longer than its limit for a client that does not read, and its books balance")
    func shutdown() async throws {
        let service = Self.flooding()
        let limits = WebSocketLimits(maxQueuedBytes: 100_000_000, closeTimeout: .milliseconds(100))
        let (stuck, server) = try await RunningServer.with(service, limits: limits) { server in
            let client = try await Self.stuckClient(of: server)
            await service.wait { $0.sent == 3 * Self.flood }
            return client
        }
        stuck.close()
        let books = service.books
        #expect(books.sent == books.written + books.unsent && books.unsent > 0)
        #expect(books.opened == 1 && books.closed == 1 && books.stopped == 1)
        #expect(server.chart("closed_total{reason=\"shutdown\"}") == "1")
    }

    @Test("200 clients at once get the same messages, framed once")
    func many() async throws {
        let service = TestService()
        let (_, server) = try await RunningServer.with(service) { server in
            try await withThrowingTaskGroup(of: Bool.self) { tasks in
                for _ in 0..<200 {
                    tasks.addTask {
                        let client = try await WebSocketTester.connected(port: server.port)
                        var seen: [WebSocketTester.Frame?] = []
                        for _ in 0..<10 { seen.append(await client.next()) }
                        client.close()
                        return seen == (0..<10).map { .text("message \($0)") }
                    }
                }
                await service.wait { $0.opened == 200 }
                #expect(server.chart("clients") == "200")
                for number in 0..<10 {
                    let message = WebSocketMessage("message \(number)".utf8)
                    try await service.onLoop { for client in service.all() { service.send(message, to: client) } }
                }
                for try await isRight in tasks { #expect(isRight) }
            }
            await server.waitForChart("clients", toBe: "0")
        }
        #expect(server.chart("closed_total{reason=\"client\"}") == "200")
        #expect(service.books.written == 2000 && service.books.unsent == 0)
    }
}
