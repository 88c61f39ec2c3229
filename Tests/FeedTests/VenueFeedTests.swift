import Core
import Synchronization
import Testing

@testable import Feed

@Suite("Venue feed", .timeLimit(.minutes(5)))
struct VenueFeedTests {
    /// Connects, and answers the first request of the connection.
    private func live(_ bench: FeedBench, _ server: LoopbackServer, number: Int = 1, _ names: String = "A") async
        -> Peer
    {
        let peer = await server.nextPeer()
        #expect(await peer.next() == .text("sub \(number) \(names)"))
        peer.send("ack \(number)")
        return peer
    }

    @Test("connects, subscribes, and hands quotes over")
    func quotes() async throws {
        let server = try await LoopbackServer.start()
        let bench = FeedBench(server)
        bench.watch("A", "B", "C")
        let peer = await server.nextPeer()
        #expect(peer.path == "/stream")
        #expect(peer.header("Sec-WebSocket-Version") == "13")
        #expect(peer.header("Sec-WebSocket-Extensions") == nil)
        #expect(await peer.next() == .text("sub 1 A,B"))
        #expect(await peer.next() == .text("sub 2 C"))
        peer.send("ack 1")
        peer.send("ack 2")
        peer.send("q A 1 1.5 1.6")
        peer.send("q C 1 2.5 2.6")
        let quotes = await bench.quotes(2)
        #expect(quotes.map(\.instrument) == [FeedBench.instrument("A"), FeedBench.instrument("C")])
        #expect(quotes[0].bid.description == "1.5" && quotes[0].ask.description == "1.6")
        try await bench.until { bench.feed.status.isLive }
        try await bench.until { bench.value(#"arb1d_feed_subscriptions{venue="fake",state="live"}"#) == 2 }
        try await bench.until { bench.value(#"arb1d_feed_subscriptions{venue="fake",state="acknowledged"}"#) == 1 }
        try await bench.until { bench.value(#"arb1d_feed_streams{venue="fake"}"#) == 3 }
        try await bench.until { bench.value(#"arb1d_feed_connections{venue="fake",state="live"}"#) == 1 }
        #expect((bench.value(#"arb1d_feed_last_quote_timestamp_seconds{venue="fake"}"#) ?? 0) > 1_000_000_000)
        await bench.finish()
        #expect(await peer.next() == .close([0x03, 0xE8]))
        try await bench.until { bench.value(#"arb1d_feed_connections{venue="fake",state="stopped"}"#) == 1 }
    }

    @Test("divides the instruments over connections, and fills those that have room before it opens more")
    func division() async throws {
        let server = try await LoopbackServer.start()
        let bench = FeedBench(server)
        bench.watch("A", "B", "C", "D", "E")
        var sizes: [Int] = []
        for _ in 0..<2 {
            let peer = await server.nextPeer()
            guard case .text(let first) = await peer.next() else { break }
            sizes.append(first.contains("A,B") ? 4 : 1)
        }
        #expect(sizes.sorted() == [1, 4])
        bench.watch("E", "F", "G", "H", "I")
        let other = await server.nextPeer()
        #expect(await other.next() == .text("sub 1 I"))
        try await bench.until { bench.feed.status.connections == 3 }
        await bench.finish()
    }

    @Test("ends the subscription of what is unwatched, rejects what still comes of it, and ends an empty connection")
    func unwatch() async throws {
        let server = try await LoopbackServer.start()
        let bench = FeedBench(server)
        bench.watch("A", "B")
        let peer = await self.live(bench, server, "A,B")
        peer.send("q A 1 1 2")
        _ = await bench.quotes(1)
        bench.feed.unwatch([FeedBench.instrument("A"), FeedBench.instrument("Z")])
        #expect(await peer.next() == .text("unsub 2 A"))
        peer.send("q A 2 1 2")
        peer.send("q B 1 1 2")
        let elements = await bench.elements(3) { $0.instrument != nil }
        let isDelisted = elements.map { if case .delisted = $0.payload { true } else { false } }
        #expect(isDelisted == [true, true, false] && elements.last?.instrument == FeedBench.instrument("B"))
        #expect(bench.channel.snapshot().feeds[0].rejected(.quote, .unknownSymbol) == 1)
        try await bench.until { bench.value(#"arb1d_feed_subscriptions{venue="fake",state="live"}"#) == 1 }
        bench.feed.unwatch([FeedBench.instrument("B")])
        #expect(await peer.next() == .text("unsub 3 B"))
        #expect(await peer.next() == .close([0x03, 0xE8]))
        try await bench.until { bench.feed.status.connections == 0 }
        // Gone without a trace, and its name may be listed anew.
        try await bench.until { bench.value(#"arb1d_feed_connections{venue="fake",state="stopped"}"#) == 0 }
        bench.feed.watch([(InstrumentIndex(20), "A")])
        #expect(await server.nextPeer().next() == .text("sub 1 A"))
        await bench.finish()
        #expect(bench.channel.snapshot().terms(.feed).residual == 0)
    }

    @Test("reads quotes that are split over writes, several in one write, and those that come with the upgrade")
    func splitWrites() async throws {
        let early = serverFrame(1, Array("q A 1 1 2".utf8))
        let server = try await LoopbackServer.start { $0.acceptUpgrade(extra: early) }
        let bench = FeedBench(server)
        bench.watch("A")
        let peer = await self.live(bench, server)
        #expect(await bench.quotes(1).map(\.sequence) == [1])
        let two = serverFrame(1, Array("q A 2 1 2".utf8)) + serverFrame(1, Array("q A 3 1 2".utf8))
        for byte in two { peer.write([byte]) }
        peer.write(serverFrame(1, Array("q A".utf8), isFinal: false) + serverFrame(0, Array(" 4 1 2".utf8)))
        #expect(await bench.quotes(3).map(\.sequence) == [2, 3, 4])
        await bench.finish()
    }

    @Test("answers pings with their payload")
    func pings() async throws {
        let server = try await LoopbackServer.start()
        let bench = FeedBench(server)
        bench.watch("A")
        let peer = await self.live(bench, server)
        peer.write(serverFrame(9, [1, 2, 3]))
        #expect(await peer.next() == .pong([1, 2, 3]))
        await bench.finish()
    }

    @Test("comes back after the venue closed, with the quotes stale in between")
    func close() async throws {
        let server = try await LoopbackServer.start()
        let bench = FeedBench(server)
        bench.watch("A", "B")
        let peer = await self.live(bench, server, "A,B")
        peer.send("q A 9 1 2")
        peer.write(serverFrame(8, [0x03, 0xE8]))
        #expect(await peer.next() == .close([0x03, 0xE8]))
        let elements = await bench.elements(2) { $0.instrument != nil }
        guard case .stale(let instrument, .session, _) = elements[1].payload else {
            Issue.record("not stale: \(elements)")
            return
        }
        #expect(instrument == FeedBench.instrument("A"))
        #expect(bench.value(#"arb1d_feed_reconnects_total{venue="fake",reason="closed"}"#) == 1)
        let again = await self.live(bench, server, "A,B")
        again.send("q A 1 1 2")  // Numbers start anew with the connection.
        #expect(await bench.quotes(1).map(\.sequence) == [1])
        await bench.finish()
    }

    @Test(
        "gives a connection up that brings garbage",
        arguments: [
            serverFrame(1, Array("what?".utf8)), serverFrame(3), serverFrame(1, [], masked: true),
            [0x81, 127, 0, 0, 0, 0, 0, 0x20, 0, 0],
        ]
    )
    func garbage(bytes: [UInt8]) async throws {
        let server = try await LoopbackServer.start()
        let bench = FeedBench(server)
        bench.watch("A")
        let peer = await self.live(bench, server)
        peer.write(bytes)
        let again = await self.live(bench, server)
        again.send("q A 1 1 2")
        #expect(await bench.quotes(1).count == 1)
        #expect(bench.value(#"arb1d_feed_reconnects_total{venue="fake",reason="garbage"}"#) == 1)
        let flow = bench.channel.snapshot()
        #expect(flow.terms(.decode).residual == 0)
        #expect(flow.feeds[0].framesDroppedTotal == 1)
        await bench.finish()
    }

    @Test("counts binary frames and unknown types, and carries on")
    func unknown() async throws {
        let server = try await LoopbackServer.start()
        let bench = FeedBench(server)
        bench.watch("A")
        let peer = await self.live(bench, server)
        peer.write(serverFrame(2, [1, 2]))
        peer.send("odd")
        peer.send("q A 1 1 2")
        #expect(await bench.quotes(1).count == 1)
        let tally = bench.channel.snapshot().feeds[0]
        #expect(tally.framesDropped(.binary) == 1 && tally.framesDropped(.unknownType) == 1)
        await bench.finish()
    }

    @Test("asks a silent connection for a sign of life, then gives it up")
    func silent() async throws {
        let server = try await LoopbackServer.start()
        let bench = FeedBench(server, deadAfter: .seconds(1))
        bench.watch("A")
        let peer = await self.live(bench, server)
        var heard = await [peer.next()]
        while heard.last != .ended { heard.append(await peer.next()) }
        // One ping a silence; a slow machine may have had one before the answer to the request, too.
        #expect(heard.count >= 2 && heard.dropLast().allSatisfy { $0 == .ping([]) })
        _ = await server.nextPeer()
        try await bench.until { (bench.value(#"arb1d_feed_reconnects_total{venue="fake",reason="silent"}"#) ?? 0) >= 1 }
        await bench.finish()
    }

    @Test("reconnects when the venue announces its end")
    func announced() async throws {
        let server = try await LoopbackServer.start()
        let bench = FeedBench(server)
        bench.watch("A")
        let peer = await self.live(bench, server)
        peer.send("bye")
        _ = await self.live(bench, server)
        #expect(bench.value(#"arb1d_feed_reconnects_total{venue="fake",reason="announced"}"#) == 1)
        await bench.finish()
    }

    @Test("seeds what has no quote yet from the book ticker, once the connection is live")
    func seeds() async throws {
        let server = try await LoopbackServer.start()
        let book = try await LoopbackServer.start { $0.answer("200 OK", body: Array("A 1 2\nB 3 4\nX 5 6\n".utf8)) }
        let bench = FeedBench(server, restPort: book.port)
        bench.watch("A", "B")
        let peer = await server.nextPeer()
        #expect(await peer.next() == .text("sub 1 A,B"))
        peer.send("q A 1 1.5 1.6")
        peer.send("ack 1")
        let quotes = await bench.quotes(2)
        #expect(quotes[0].bid.description == "1.5" && !quotes[0].flags.contains(.seeded))
        #expect(quotes[1].bid.description == "3" && quotes[1].flags.contains(.seeded))
        #expect(quotes[1].instrument == FeedBench.instrument("B"))
        try await bench.until { bench.value(#"arb1d_feed_subscriptions{venue="fake",state="seeded"}"#) == 1 }
        #expect(bench.channel.snapshot().feeds[0].events(.seed) == 1)
        #expect(
            bench.value(#"arb1d_rest_requests_total{venue="fake",route="book_ticker",code="200"}"#) == 1
        )
        await bench.finish()
    }

    @Test("asks for the book ticker again while an instrument has no quote but a seed, and gives it up when that fails")
    func seedsAgain() async throws {
        let server = try await LoopbackServer.start()
        let asked = Atomic<Int>(0)
        let book = try await LoopbackServer.start { peer in
            let isTicker = peer.path == "/book_ticker"
            let number = isTicker ? asked.add(1, ordering: .relaxed).newValue : asked.load(ordering: .relaxed)
            peer.answer(
                number <= 2 ? "200 OK" : "500 Oops",
                headers: "Connection: close\r\n",
                body: Array("A \(number) 9\n".utf8)
            )
        }
        let bench = FeedBench(server, restPort: book.port) { $0.auditInterval = .milliseconds(10) }
        bench.watch("A")
        _ = await self.live(bench, server)
        #expect(await bench.quotes(2).map(\.bid.description) == ["1", "2"])
        let marks = await bench.elements(1) { if case .stale(_, .subscription, _) = $0.payload { true } else { false } }
        #expect(marks.map(\.instrument) == [FeedBench.instrument("A")])
        #expect(asked.load(ordering: .relaxed) >= 5)
        await bench.finish()
        let flow = bench.channel.snapshot()
        #expect(flow.terms(.decode).residual == 0 && flow.terms(.feed).residual == 0)
    }

    @Test("keeps the ledger whole from the first frame to the last mark")
    func ledger() async throws {
        let server = try await LoopbackServer.start()
        let bench = FeedBench(server)
        bench.watch("A")
        let peer = await self.live(bench, server)
        for frame in ["q A 5 1 2", "q A 5 1 2", "q A 4 1 2", "q Z 1 1 2", "q A 6 -1 2", "note", "pong", "q A 7 1 2"] {
            peer.send(frame)
        }
        _ = await bench.quotes(2)
        await bench.finish()
        let flow = bench.channel.snapshot()
        #expect(flow.terms(.decode).residual == 0 && flow.terms(.feed).residual == 0)
        let tally = flow.feeds[0]
        #expect(tally.rejected(.quote, .duplicate) == 1 && tally.rejected(.quote, .outOfOrder) == 1)
        #expect(tally.rejected(.quote, .unknownSymbol) == 1 && tally.rejected(.quote, .notPositive) == 1)
        #expect(tally.synthetic == 3)  // A mark for the old number, a withdrawal, and a mark at the end.
    }

    @Test(
        "says why it cannot connect",
        arguments: [
            ("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n", "http"), ("nonsense\r\n\r\n", "http"),
        ]
    )
    func declined(answer: String, reason: String) async throws {
        let server = try await LoopbackServer.start { $0.write(Array(answer.utf8)) }
        let bench = FeedBench(server)
        bench.watch("A")
        try await bench.until {
            (bench.value(#"arb1d_feed_connect_failures_total{venue="fake",reason="\#(reason)"}"#) ?? 0) >= 1
        }
        #expect(bench.feed.status.lastError != nil)
        await bench.finish()
    }

    @Test("refuses an upgrade with the wrong proof, or with an extension nobody asked for", arguments: [true, false])
    func wrongUpgrade(isProofWrong: Bool) async throws {
        let server = try await LoopbackServer.start { peer in
            if isProofWrong {
                peer.acceptUpgrade(accept: "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
            } else {
                peer.acceptUpgrade(headers: "Sec-WebSocket-Extensions: permessage-deflate\r\n")
            }
        }
        let bench = FeedBench(server)
        bench.watch("A")
        try await bench.until {
            (bench.value(#"arb1d_feed_connect_failures_total{venue="fake",reason="http"}"#) ?? 0) >= 1
        }
        await bench.finish()
    }

    @Test("says that nobody listens")
    func refusedConnection() async throws {
        let server = try await LoopbackServer.start()
        try await server.stop()
        let bench = FeedBench(server)
        bench.watch("A")
        try await bench.until {
            (bench.value(#"arb1d_feed_connect_failures_total{venue="fake",reason="refused"}"#) ?? 0) >= 1
        }
        await bench.finish()
    }

    @Test("connects by name, whichever of its addresses answers")
    func byName() async throws {
        let server = try await LoopbackServer.start()
        let bench = FeedBench(server, host: "localhost")
        bench.watch("A")
        let peer = await self.live(bench, server)
        peer.send("q A 1 1 2")
        #expect(await bench.quotes(1).count == 1)
        #expect(bench.value(#"arb1d_feed_connect_attempts_total{venue="fake"}"#) == 1)
        await bench.finish()
    }

    @Test("gives a server up that never finishes the handshake")
    func slowHandshake() async throws {
        let server = try await LoopbackServer.start { _ in }
        let bench = FeedBench(server) { $0.handshakeTimeout = .milliseconds(50) }
        bench.watch("A")
        try await bench.until {
            (bench.value(#"arb1d_feed_connect_failures_total{venue="fake",reason="timeout"}"#) ?? 0) >= 1
        }
        await bench.finish()
    }
}
