import NIOHTTP1
import Testing
import Venues

@testable import Feed

@Suite("REST requests", .timeLimit(.minutes(5)))
struct RestRequestTests {
    private func withClient(
        _ settings: RestSettings = RestSettings(version: "1.2.3"),
        _ body: (RestClient) async throws -> Void
    ) async throws {
        let client = RestClient(settings: settings, clock: ReceiveClock())
        defer { client.shutDown() }
        try await body(client)
    }

    @Test("a body arrives whole, byte for byte", arguments: [0, 1, 1000, 3_000_000])
    func wholeBody(count: Int) async throws {
        let server = try await RequestServer.start()
        let body = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        try await self.withClient { client in
            let response = try await client.send(
                RestRequest("http://127.0.0.1:\(server.port)/hook?a=b", method: .post(body))
            )
            #expect(response.status == 200)
        }
        let request = await server.next()
        #expect(request.method == "POST" && request.path == "/hook?a=b" && request.body == body)
        // A client that first asks whether it may send would wait a second for servers that do not know the question.
        #expect(request.headers["Expect"] == [] && request.headers["Content-Length"] == ["\(count)"])
    }

    @Test("headers arrive, beside those that every request has")
    func headers() async throws {
        let server = try await RequestServer.start()
        try await self.withClient { client in
            let request = RestRequest(
                "http://127.0.0.1:\(server.port)/",
                method: .post([65]),
                headers: [("Content-Type", "application/json"), ("X-Signature", "sha256=00"), ("X-Odd", "ä \"b\"")]
            )
            _ = try await client.send(request)
        }
        let headers = await server.next().headers
        #expect(headers["Content-Type"] == ["application/json"])
        #expect(headers["X-Signature"] == ["sha256=00"] && headers["X-Odd"] == ["ä \"b\""])
        #expect(headers["User-Agent"] == ["arb1d/1.2.3"])
    }

    @Test("a header that would begin another line stops the process")
    func brokenLine() async {
        await #expect(processExitsWith: .failure) {
            let client = RestClient(settings: RestSettings(version: "test"), clock: ReceiveClock())
            _ = try await client.send(RestRequest("http://127.0.0.1:1/", headers: [("A", "b\r\nC: d")]))
        }
    }

    @Test("any status answers a body too, and its Retry-After is read")
    func statuses() async throws {
        let server = try await LoopbackServer.start { $0.answer("503 Later", headers: "Retry-After: 7\r\n") }
        try await self.withClient { client in
            let response = try await client.send(RestRequest("http://127.0.0.1:\(server.port)/", method: .post([])))
            #expect(response.status == 503 && response.retryAfter == .seconds(7))
        }
    }

    @Test("a request may be given less time than the client gives, and none at all is still a limit")
    func ownTimeout() async throws {
        let server = try await LoopbackServer.start { _ in }
        try await self.withClient { client in
            for timeout in [Duration.milliseconds(50), .zero] {
                let url = "http://127.0.0.1:\(server.port)/"
                let request = RestRequest(url, method: .post([65]), totalTimeout: timeout)
                await #expect(throws: RestError.timeout) { try await client.send(request) }
            }
        }
    }

    @Test("a connection is used again, a body after a document")
    func reuse() async throws {
        let server = try await RequestServer.start()
        try await self.withClient { client in
            let url = "http://127.0.0.1:\(server.port)/"
            _ = try await client.get(url)
            _ = try await client.send(RestRequest(url, method: .post([66])))
            _ = try await client.get(url)
        }
        let requests = [await server.next(), await server.next(), await server.next()]
        #expect(requests.map(\.method) == ["GET", "POST", "GET"] && requests.map(\.body) == [[], [66], []])
        #expect(requests.allSatisfy { $0.connection == 1 })
    }

    @Test("a caller that is no task is told once")
    func completion() async throws {
        let server = try await RequestServer.start(status: .noContent)
        try await self.withClient { client in
            let url = "http://127.0.0.1:\(server.port)/"
            let result: Result<RestResponse, RestError> = await withCheckedContinuation { continuation in
                client.send(RestRequest(url, method: .post([66]))) { continuation.resume(returning: $0) }
            }
            guard case .success(let response) = result else { throw CancellationError() }
            #expect(response.status == 204)
        }
    }
}

/// What a receiver of notifications may do to whom only its status interests.
@Suite("REST requests that want no body", .timeLimit(.minutes(5)))
struct RestStatusOnlyTests {
    /// None of these servers closes, and the client's own limits are far away: whoever waited for a body would be late.
    private static func post(_ port: Int, _ body: [UInt8] = [65], timeout: Duration = .seconds(600)) -> RestRequest {
        RestRequest("http://127.0.0.1:\(port)/", method: .post(body), totalTimeout: timeout, wantsBody: false)
    }

    private func send(_ requests: [RestRequest], _ judge: (RestResponse) -> Void) async throws(RestError) {
        var settings = RestSettings(version: "test")
        settings.maxBodyBytes = 1000
        let client = RestClient(settings: settings, clock: ReceiveClock())
        defer { client.shutDown() }
        for request in requests { judge(try await client.send(request)) }
    }

    @Test(
        "the head is the answer, whatever follows it",
        arguments: [
            "200 OK\r\nContent-Length: 104857600\r\n\r\n", "201 Created\r\nContent-Length: 10\r\n\r\na",
            "200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n", "200 OK\r\n\r\nuntil it closes",
            "200 OK\r\nTransfer-Encoding: chunked\r\n\r\nno chunk\r\n", "202 Bare\nContent-Length: 10\n\n",
            "200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nhalf",
            "204 No Content\r\n\r\n", "200 OK\r\nContent-Length: 0\r\n\r\n",
            "302 Found\r\nLocation: /x\r\nContent-Length: 10\r\n\r\n", "410 Gone\r\nContent-Length: 10\r\n\r\n",
        ]
    )
    func headOnly(answer: String) async throws {
        for interim in ["", "HTTP/1.1 100 Continue\r\n\r\n", "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"] {
            let server = try await LoopbackServer.start { $0.write(Array((interim + "HTTP/1.1 " + answer).utf8)) }
            try await self.send([Self.post(server.port)]) { response in
                #expect(response.status == Int(answer.prefix(3)) && response.body.isEmpty)
            }
        }
    }

    @Test("a body beyond every limit does no harm")
    func long() async throws {
        let server = try await LoopbackServer.start { $0.answer("200 OK", body: .init(repeating: 65, count: 5 << 20)) }
        try await self.send([Self.post(server.port)]) { response in
            #expect(response.status == 200 && response.body.isEmpty)
        }
    }

    @Test("Retry-After is read also where a body is on its way")
    func retryAfter() async throws {
        let server = try await LoopbackServer.start { peer in
            let head = "HTTP/1.1 503 Later\r\nContent-Length: 104857600\r\nRetry-After: 7\r\n\r\n"
            peer.write(Array(head.utf8))
        }
        try await self.send([Self.post(server.port)]) { response in
            #expect(response.status == 503 && response.retryAfter == .seconds(7))
        }
    }

    @Test(
        "less than the head of a final response is no answer",
        arguments: [
            "", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n", "HTTP/1.1 100 Continue\r\n\r\n",
            "HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\n",
        ]
    )
    func unfinished(answer: String) async throws {
        let server = try await LoopbackServer.start { $0.write(Array(answer.utf8)) }
        await #expect(throws: RestError.timeout) {
            try await self.send([Self.post(server.port, timeout: .milliseconds(100))]) { _ in }
        }
    }

    @Test("a connection is used again where the answer has no body, or a short one", arguments: [[], [65, 66]])
    func reuse(body: [UInt8]) async throws {
        let server = try await RequestServer.start(answer: .init(body: body))
        try await self.send([Self.post(server.port), Self.post(server.port)]) { response in
            #expect(response.status == 200 && response.body.isEmpty)
        }
        let connections = [await server.next().connection, await server.next().connection]
        #expect(connections == [1, 1])
    }

    @Test("who answers before it has read all of the request gets the rest")
    func early() async throws {
        let server = try await RequestServer.start(answer: .init(isEarlyHead: true))
        let body = [UInt8](repeating: 65, count: 8_000_000)
        try await self.send([Self.post(server.port, body)]) { #expect($0.status == 200) }
        #expect(await server.next().body == body)
    }
}

@Suite("Certificates of a request", .timeLimit(.minutes(5)))
struct RestCertificateTests {
    private static func post(_ client: RestClient, _ host: String, _ port: Int, caFile: String?) async -> String {
        let request = RestRequest("https://\(host):\(port)/", method: .post([65]), caFile: caFile)
        do throws(RestError) {
            return "\(try await client.send(request).status)"
        } catch {
            return error.label
        }
    }

    @Test("each request trusts its own authority only, also where a connection stands open")
    func ownAuthority() async throws {
        let (certificates, others) = (try Certificates(), try Certificates())
        defer {
            certificates.remove()
            others.remove()
        }
        let server = try await RequestServer.start(tls: certificates.serverContext())
        let client = RestClient(settings: RestSettings(version: "test"), clock: ReceiveClock())
        defer { client.shutDown() }
        for (caFile, host, outcome) in [
            (certificates.caFile, "localhost", "200"), (others.caFile, "localhost", "tls"),
            (certificates.caFile, "127.0.0.1", "tls"), (nil, "localhost", "tls"), ("/nowhere.pem", "localhost", "tls"),
            (certificates.caFile, "localhost", "200"),
        ] {
            #expect(await Self.post(client, host, server.port, caFile: caFile) == outcome)
        }
        let connections = [await server.next().connection, await server.next().connection]
        #expect(connections[0] == connections[1])
    }

    @Test("a request's authority stands instead of the client's, not beside it")
    func insteadOfTheClients() async throws {
        let (certificates, others) = (try Certificates(), try Certificates())
        defer {
            certificates.remove()
            others.remove()
        }
        let server = try await RequestServer.start(tls: certificates.serverContext())
        let settings = RestSettings(version: "test", caFile: certificates.caFile)
        let client = RestClient(settings: settings, clock: ReceiveClock())
        defer { client.shutDown() }
        #expect(await Self.post(client, "localhost", server.port, caFile: nil) == "200")
        #expect(await Self.post(client, "localhost", server.port, caFile: others.caFile) == "tls")
    }

    @Test("a venue's REST interface trusts the authority of its settings")
    func venue() async throws {
        let (certificates, others) = (try Certificates(), try Certificates())
        defer {
            certificates.remove()
            others.remove()
        }
        let server = try await LoopbackServer.start(tls: certificates.serverContext()) { $0.answer("200 OK") }
        for (caFile, isTrusted) in [(certificates.caFile, true), (others.caFile, false)] {
            let bench = FeedBench(server, caFile: caFile) { $0.restBase = "https://localhost:\(server.port)" }
            if isTrusted {
                #expect(try await bench.feed.rest.get(.instruments).status == 200)
            } else {
                await #expect(throws: RestError.tls) { try await bench.feed.rest.get(.instruments) }
            }
            await bench.finish()
        }
    }
}
