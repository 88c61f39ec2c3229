import Testing

@testable import Endpoints

@Suite("WebSocket handshake", .serialized, .timeLimit(.minutes(5)))
struct WebSocketHandshakeTests {
    private static let request = WebSocketTester.request

    @Test("an upgrade is accepted with the answer to its key, and moves the connection to the clients")
    func accepted() async throws {
        let service = TestService()
        let (_, server) = try await RunningServer.with(service) { server in
            #expect(server.chart("clients") == "0")
            #expect(server.chart("clients_limit") == "2000")
            let client = try await WebSocketTester(port: server.port)
            let answer = try await client.ask(Self.request.replacing("/ws", with: "/ws?q=a%20b") + "\r\n")
            #expect(answer.status == 101)
            #expect(answer.headers["sec-websocket-accept"] == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
            #expect(answer.headers["upgrade"] == "websocket")
            #expect(answer.headers["connection"] == "upgrade")
            try await client.send("hé")
            #expect(await client.next() == .text("hé"))
            #expect(service.books.queries == ["a b"])
            #expect(server.chart("clients") == "1")
            await server.wait(for: "arb1d_http_connections", toBe: "0")
            #expect(server.metric("arb1d_http_requests_total{route=\"/ws\",method=\"GET\",code=\"101\"}") == "1")
            await server.waitForChart("messages_total", toBe: "1")
            await server.waitForChart("bytes_total", toBe: "3")
            client.close()
            await server.waitForChart("clients", toBe: "0")
        }
        #expect(server.chart("connections_total") == "1")
        #expect(server.chart("closed_total{reason=\"client\"}") == "1")
        #expect(server.chart("queued_bytes") == "0")
        let books = service.books
        #expect(books.started == 1 && books.stopped == 1)
    }

    @Test(
        "a faulty upgrade gets an answer that says so, and is counted",
        arguments: [
            ("/ws HTTP/1.1", "/ws/ HTTP/1.1", 404, nil), ("/ws HTTP/1.1", "/hello HTTP/1.1", 404, nil),
            ("GET", "POST", 400, "protocol"), ("HTTP/1.1", "HTTP/1.0", 400, "protocol"),
            ("Version: 13", "Version: 8", 426, "protocol"),
            (
                "Version: 13", "Version: 13\r\nSec-WebSocket-Version: 13",
                426, "protocol"
            ), ("Sec-WebSocket-Version: 13\r\n", "", 426, "protocol"),
            ("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n", "", 400, "protocol"),
            ("jZQ==", "jZQ=", 400, "protocol"), ("jZQ==", "jZR==", 400, "protocol"), ("dGhl", "d$hl", 400, "protocol"),
            ("Key: dGhl", "Key: AAAAdGhl", 400, "protocol"), ("Host: test\r\n", "", 400, "protocol"),
            ("Host: test", "Host: test\r\nOrigin: http://other", 403, "origin"),
            ("Host: test", "Host: test\r\nOrigin: null", 403, "origin"),
            ("Host: test", "Host: test\r\nOrigin: http://test\r\nOrigin: http://test", 403, "origin"),
        ] as [(String, String, Int, String?)]
    )
    func refused(part: String, replacement: String, status: Int, reason: String?) async throws {
        _ = try await RunningServer.with(TestService()) { server in
            let client = try await RawClient(port: server.port)
            try await client.send(Self.request.replacing(part, with: replacement) + "\r\n")
            let answer = Answer(await client.readToEnd())
            #expect(answer.status == status)
            #expect(answer.headers["content-type"] == "text/plain; charset=utf-8")
            #expect(answer.headers["connection"]?.hasSuffix("close") == true)
            #expect(answer.headers["content-length"] == "\(answer.body.utf8.count)")
            #expect(answer.body.hasSuffix("\n"))
            if status == 426 {
                #expect(answer.headers["sec-websocket-version"] == "13")
                #expect(answer.headers["upgrade"] == "websocket")
            }
            for known in ["limit", "origin", "address", "protocol"] {
                #expect(server.chart("rejected_total{reason=\"\(known)\"}") == (known == reason ? "1" : "0"))
            }
            let route = reason == nil ? "other" : "/ws"
            let method = part == "GET" ? "POST" : "GET"
            let labels = "route=\"\(route)\",method=\"\(method)\",code=\"\(status)\""
            #expect(server.metric("arb1d_http_requests_total{\(labels)}") == "1")
            #expect(server.chart("connections_total") == "0")
            await server.wait(for: "arb1d_http_connections", toBe: "0")
        }
    }

    @Test("a request that is no upgrade gets 426 on the path, and keeps its connection")
    func plain() async throws {
        _ = try await RunningServer.with(TestService()) { server in
            let client = try await WebSocketTester(port: server.port)
            let answer = try await client.ask("HEAD /ws HTTP/1.1\r\nHost: test\r\n\r\n")
            #expect(answer.status == 426)
            #expect(answer.headers["upgrade"] == "websocket")
            #expect(answer.headers["connection"] == "Upgrade")
            #expect(try await client.ask(Self.request + "\r\n").status == 101)
            #expect(try await server.ask("GET", "/ws").body == "this is a WebSocket endpoint\n")
            #expect(try await server.ask("POST", "/ws").status == 405)
            client.close()
        }
    }

    @Test("a frame in the segment of the request is not lost, and neither is one sent byte by byte")
    func segments() async throws {
        _ = try await RunningServer.with(TestService()) { server in
            let client = try await WebSocketTester.connected(
                port: server.port,
                WebSocketTester.frame(0x81, Array("first".utf8)) + WebSocketTester.frame(0x81, Array("second".utf8))
            )
            #expect(await client.next() == .text("first"))
            #expect(await client.next() == .text("second"))
            for byte in WebSocketTester.frame(0x81, Array("slow".utf8)) { try await client.send([byte]) }
            #expect(await client.next() == .text("slow"))
            client.close()
            let slow = try await WebSocketTester(port: server.port)
            let frame = WebSocketTester.frame(0x81, Array("ü".utf8))
            for byte in Array((Self.request + "\r\n").utf8) + frame { try await slow.send([byte]) }
            #expect(await slow.head().status == 101)
            #expect(await slow.next() == .text("ü"))
            slow.close()
        }
    }

    @Test("an upgrade may follow other requests of its connection, waiting for their answers")
    func afterRequests() async throws {
        let service = TestService()
        _ = try await RunningServer.with(service) { server in
            let client = try await WebSocketTester(port: server.port)
            let hello = "GET /hello HTTP/1.1\r\nHost: test\r\n\r\n"
            #expect(try await client.ask("HEAD /hello HTTP/1.1\r\nHost: test\r\n\r\n").status == 200)
            let frame = WebSocketTester.frame(0x81, Array("kept".utf8))
            #expect(
                try await client.ask(hello.replacing("GET", with: "HEAD") + Self.request + "\r\n", frame).status == 200
            )
            #expect(await client.head().status == 101)
            #expect(await client.next() == .text("kept"))
            await server.wait(for: "arb1d_http_connections", toBe: "0")
            client.finish()
            await server.waitForChart("clients", toBe: "0")
            #expect(server.chart("closed_total{reason=\"client\"}") == "1")
        }
    }

    @Test("another protocol than ours is ignored, as HTTP wants it")
    func otherProtocol() async throws {
        _ = try await RunningServer.with(TestService()) { server in
            for name in ["h2c", "h2c, x"] {
                let client = try await RawClient(port: server.port)
                try await client.send(
                    "GET /hello HTTP/1.1\r\nHost: test\r\nConnection: Upgrade\r\nUpgrade: \(name)\r\n\r\n"
                )
                #expect(Answer(await client.readToEnd()).body == "hello\n")
            }
        }
    }

    @Test("who comes above the limit of clients is told so, until there is room again", arguments: [true, false])
    func limit(isAddress: Bool) async throws {
        let limits = isAddress ? WebSocketLimits(maxClientsPerAddress: 2) : WebSocketLimits(maxClients: 2)
        _ = try await RunningServer.with(TestService(), limits: limits) { server in
            let first = try await WebSocketTester.connected(port: server.port)
            let second = try await WebSocketTester.connected(port: server.port)
            let third = try await RawClient(port: server.port)
            try await third.send(Self.request + "\r\n")
            let answer = Answer(await third.readToEnd())
            #expect(answer.status == 503)
            #expect(answer.headers["retry-after"] == "10")
            #expect(server.chart("rejected_total{reason=\"\(isAddress ? "address" : "limit")\"}") == "1")
            #expect(server.chart("clients") == "2")
            first.close()
            await server.waitForChart("clients", toBe: "1")
            let fourth = try await WebSocketTester.connected(port: server.port)
            second.close()
            fourth.close()
        }
    }

    @Test(
        "pages may connect from the origins that are allowed",
        arguments: [
            ([], "http://a.example", "a.example", true), ([], "https://a.example", "A.example", true),
            ([], "http://a.example:8080", "a.example:8080", true), ([], "http://a.example", "a.example:80", true),
            ([], "https://a.example", "a.example:443", true), ([], "https://a.example", "a.example:80", false),
            ([], "http://a.example:8080", "a.example", false), ([], "ftp://a.example", "a.example", false),
            ([], "http://a.example.evil", "a.example", false), ([], "http://[::1]:80", "[::1]", true),
            ([], "null", "null", false), ([], "", "", false), (["*"], "http://b", "a", true),
            (["*"], "null", "a", true),
            (["https://b.example"], "https://b.example", "a", true),
            (["https://B.example"], "https://b.example", "a", true),
            (["https://b.example"], "http://b.example", "a", false),
            (["https://b.example"], "http://a", "a", true), (["https://b.example"], "http://c", "a", false),
        ] as [([String], String, String, Bool)]
    )
    func origins(allowed: [String], origin: String, host: String, isAllowed: Bool) {
        #expect(OriginRule(allowed: allowed).allows(origins: [origin], host: host) == isAllowed)
        #expect(OriginRule(allowed: allowed).allows(origins: [], host: host))
    }
}
