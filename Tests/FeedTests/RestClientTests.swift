import Core
import NIOCore
import Synchronization
import Testing

@testable import Feed

@Suite("REST client", .timeLimit(.minutes(5)))
struct RestClientTests {
    private func client(_ change: (inout RestSettings) -> Void = { _ in }) -> RestClient {
        var settings = RestSettings(version: "1.2.3")
        change(&settings)
        return RestClient(settings: settings, clock: ReceiveClock())
    }

    @Test("gets a document, and says when it asked")
    func document() async throws {
        let server = try await LoopbackServer.start { $0.answer("200 OK", body: Array("hello".utf8)) }
        let (client, clock) = (self.client(), ReceiveClock())
        let before = clock.now
        let response = try await client.get("http://127.0.0.1:\(server.port)/a?b=c")
        #expect(response.status == 200 && response.body == Array("hello".utf8) && response.retryAfter == nil)
        #expect(abs(response.startedAt.nanoseconds(since: before)) < 10_000_000_000)
        let peer = await server.nextPeer()
        #expect(peer.path == "/a?b=c")
        #expect(peer.header("User-Agent") == "arb1d/1.2.3" && peer.header("Accept-Encoding") == "gzip")
    }

    @Test(
        "takes any status as an answer, and follows nobody elsewhere",
        arguments: [
            "404 Not Found", "500 Oops", "301 Moved",
        ]
    )
    func statuses(status: String) async throws {
        let server = try await LoopbackServer.start {
            $0.answer(status, headers: "Location: /elsewhere\r\nRetry-After: 7\r\n")
        }
        let response = try await self.client().get("http://127.0.0.1:\(server.port)/")
        #expect(response.status == Int(status.prefix(3)) && response.retryAfter == .seconds(7))
    }

    @Test("unpacks gzip")
    func gzip() async throws {
        // printf hello | gzip -n
        let packed: [UInt8] = [
            0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, 0xCB, 0x48, 0xCD, 0xC9, 0xC9, 7, 0, 0x86, 0xA6, 0x10, 0x36, 5, 0, 0, 0,
        ]
        let server = try await LoopbackServer.start {
            $0.answer("200 OK", headers: "Content-Encoding: gzip\r\n", body: packed)
        }
        #expect(try await self.client().get("http://127.0.0.1:\(server.port)/").body == Array("hello".utf8))
    }

    @Test("refuses more than the limit, announced or not", arguments: [true, false])
    func tooLarge(isAnnounced: Bool) async throws {
        let server = try await LoopbackServer.start { peer in
            if isAnnounced {
                peer.answer("200 OK", body: .init(repeating: 65, count: 2000))
            } else {
                peer.write(Array("HTTP/1.1 200 OK\r\n\r\n".utf8) + .init(repeating: 65, count: 2000))
                peer.close()
            }
        }
        let client = self.client { $0.maxBodyBytes = 1000 }
        await #expect(throws: RestError.tooLarge) { try await client.get("http://127.0.0.1:\(server.port)/") }
    }

    @Test(
        "says what was wrong with an answer",
        arguments: [
            ("nonsense\r\n\r\n", RestError.reset), ("", .reset),
            ("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf", .reset),
            ("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nhalf", .reset),
        ]
    )
    func brokenAnswers(answer: String, error: RestError) async throws {
        let server = try await LoopbackServer.start { peer in
            peer.channel.writeAndFlush(ByteBuffer(string: answer)).whenComplete { _ in peer.close() }
        }
        let client = self.client()
        await #expect(throws: error) { try await client.get("http://127.0.0.1:\(server.port)/") }
    }

    @Test("gives a slow server up")
    func slow() async throws {
        let server = try await LoopbackServer.start { _ in }
        let client = self.client { $0.totalTimeout = .milliseconds(50) }
        await #expect(throws: RestError.timeout) { try await client.get("http://127.0.0.1:\(server.port)/") }
    }

    @Test("says that nobody listens")
    func refused() async throws {
        let client = self.client()
        // A port that a test had and gave up may be another test's by now; this one is nobody's.
        await #expect(throws: RestError.refused) { try await client.get("http://127.0.0.1:1/") }
    }

    @Test("speaks HTTP only", arguments: ["file:///etc/passwd", "ftp://127.0.0.1/", "x", ""])
    func otherSchemes(url: String) async throws {
        let client = self.client()
        await #expect(throws: RestError.badURL) { try await client.get(url) }
    }

    @Test("ends what is under way when it is shut down, and refuses what comes later")
    func shutDown() async throws {
        let server = try await LoopbackServer.start { _ in }
        let client = self.client()
        let answer = Task { try await client.get("http://127.0.0.1:\(server.port)/") }
        _ = await server.nextPeer()
        client.shutDown()
        await #expect(throws: RestError.shutDown) { try await answer.value }
        await #expect(throws: RestError.shutDown) { try await client.get("http://127.0.0.1:\(server.port)/") }
    }

    @Test("calls nobody any more once it has ended")
    func ended() async throws {
        let server = try await LoopbackServer.start { _ in }
        let client = self.client()
        let open = Atomic<Int>(40)
        let later = Atomic<Int>(0)
        for number in 0..<40 {
            client.send(RestRequest("http://127.0.0.1:\(server.port)/\(number)")) { result in
                if case .failure(.shutDown) = result { open.subtract(1, ordering: .relaxed) }
            }
        }
        _ = await server.nextPeer()
        client.shutDown()
        await client.ended()
        #expect(open.load(ordering: .relaxed) == 0)
        client.send(RestRequest("http://127.0.0.1:\(server.port)/")) { _ in later.add(1, ordering: .relaxed) }
        #expect(later.load(ordering: .relaxed) == 1)  // Refused by the caller's own thread.
        await client.ended()
    }

    @Test("ends a request whose task is cancelled, before or after it began")
    func cancellation() async throws {
        let server = try await LoopbackServer.start { _ in }
        let client = self.client()
        let url = "http://127.0.0.1:\(server.port)/"
        let running = Task { try await client.get(url) }
        _ = await server.nextPeer()
        running.cancel()
        await #expect(throws: RestError.cancelled) { try await running.value }
        await withTaskGroup(of: Void.self) { group in
            group.cancelAll()
            group.addTask {
                await #expect(throws: RestError.cancelled) { try await client.get(url) }
            }
        }
    }

    @Test("serves many at once")
    func many() async throws {
        // This server reads one request of a connection, and the client would use one again that is free.
        let server = try await LoopbackServer.start { peer in
            peer.answer("200 OK", headers: "Connection: close\r\n", body: Array(peer.path.utf8))
        }
        let client = self.client()
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<50 {
                group.addTask {
                    let url = "http://127.0.0.1:\(server.port)/\(number)"
                    #expect((try? await client.get(url))?.body == Array("/\(number)".utf8))
                }
            }
        }
    }
}
