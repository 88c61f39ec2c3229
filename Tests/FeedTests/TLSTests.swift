import Testing

@testable import Feed

@Suite("TLS", .timeLimit(.minutes(5)))
struct TLSTests {
    @Test("opens a stream to a server whose authority and name are right")
    func trusted() async throws {
        let certificates = try Certificates()
        defer { certificates.remove() }
        let server = try await LoopbackServer.start(tls: certificates.serverContext())
        let bench = FeedBench(server, scheme: "wss", host: "localhost", caFile: certificates.caFile)
        bench.watch("A")
        let peer = await server.nextPeer()
        peer.send("q A 1 1 2")
        #expect(await bench.quotes(1).count == 1)
        await bench.finish()
    }

    @Test("refuses a server of an unknown authority")
    func unknownAuthority() async throws {
        let (certificates, others) = (try Certificates(), try Certificates())
        defer {
            certificates.remove()
            others.remove()
        }
        let server = try await LoopbackServer.start(tls: certificates.serverContext())
        for caFile in [others.caFile, nil] {
            try await self.expectRefusal(FeedBench(server, scheme: "wss", host: "localhost", caFile: caFile))
        }
    }

    @Test("refuses a trusted certificate that is for another name")
    func otherName() async throws {
        let certificates = try Certificates()
        defer { certificates.remove() }
        let server = try await LoopbackServer.start(tls: certificates.serverContext())
        try await self.expectRefusal(FeedBench(server, scheme: "wss", caFile: certificates.caFile))
    }

    @Test("says at once that certificates cannot be read")
    func noCertificates() async throws {
        let server = try await LoopbackServer.start()
        let bench = FeedBench(server, scheme: "wss", caFile: "/nowhere.pem")
        #expect(bench.feed.settingsError != nil)
        await bench.finish()
    }

    @Test("asks REST routes of a trusted server, and of no other")
    func rest() async throws {
        let (certificates, others) = (try Certificates(), try Certificates())
        defer {
            certificates.remove()
            others.remove()
        }
        let server = try await LoopbackServer.start(tls: certificates.serverContext()) { $0.answer("200 OK") }
        for (caFile, host, isTrusted) in [
            (certificates.caFile, "localhost", true), (others.caFile, "localhost", false),
            (certificates.caFile, "127.0.0.1", false), (nil, "localhost", false), ("/nowhere.pem", "localhost", false),
        ] {
            let client = RestClient(settings: RestSettings(version: "test", caFile: caFile), clock: ReceiveClock())
            let url = "https://\(host):\(server.port)/"
            if isTrusted {
                #expect(try await client.get(url).status == 200)
            } else {
                await #expect(throws: RestError.tls) { try await client.get(url) }
            }
            client.shutDown()
        }
    }

    private func expectRefusal(_ bench: FeedBench) async throws {
        bench.watch("A")
        try await bench.until {
            (bench.value(#"arb1d_feed_connect_failures_total{venue="fake",reason="tls"}"#) ?? 0) >= 1
        }
        await bench.finish()
    }
}
