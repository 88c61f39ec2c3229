import Core
import Testing

@testable import Feed

/// What a venue refuses, over a loopback socket.
@Suite("Refused topics", .timeLimit(.minutes(5)))
struct RefusedTopicsTests {
    @Test("narrows a refusal down to the topic that the venue does not want")
    func refusal() async throws {
        let server = try await LoopbackServer.start()
        let bench = FeedBench(server)
        bench.watch("A", "B")
        let peer = await server.nextPeer()
        #expect(await peer.next() == .text("sub 1 A,B"))
        peer.send("no 1 unknown B")
        #expect(await peer.next() == .text("sub 2 A"))
        peer.send("ack 2")
        try await bench.until { bench.feed.status.isLive }
        try await bench.until { bench.value(#"arb1d_feed_subscriptions{venue="fake",state="refused"}"#) == 1 }
        try await bench.until { bench.value(#"arb1d_feed_subscriptions{venue="fake",state="acknowledged"}"#) == 1 }
        await bench.finish()
    }

    @Test("shows how far the trades of each instrument got, and asks again for those that were refused")
    func refusedTrades() async throws {
        let server = try await LoopbackServer.start()
        let bench = FeedBench(server) { ($0.hasTrades, $0.refusedRetry) = (true, .milliseconds(50)) }
        func count(_ state: String) -> Double? {
            bench.value(#"arb1d_feed_trade_subscriptions{venue="fake",state="\#(state)"}"#)
        }
        bench.watch("A", "B")
        let peer = await server.nextPeer()
        #expect(await peer.next() == .text("sub 1 A,B"))
        #expect(await peer.next() == .text("subt 2 A,B"))
        try await bench.until { count("requested") == 2 }
        peer.send("ack 1")
        peer.send("no 2 unknown B")
        #expect(await peer.next() == .text("subt 3 A"))
        peer.send("ack 3")
        peer.send("q A 1 1.5 1.6")
        peer.send("t A 7 1.5")
        try await bench.until { bench.feed.status.isLive && count("live") == 1 }
        try await bench.until { count("refused") == 1 && bench.value(#"arb1d_feed_streams{venue="fake"}"#) == 3 }
        #expect(await peer.next() == .text("subt 4 B"))
        peer.send("ack 4")
        try await bench.until { count("acknowledged") == 1 && bench.value(#"arb1d_feed_streams{venue="fake"}"#) == 4 }
        bench.feed.unwatch([FeedBench.instrument("A")])
        try await bench.until { count("live") == 0 && count("acknowledged") == 1 }
        await bench.finish()
        #expect(bench.channel.snapshot().terms(.feed).residual == 0)
    }

    @Test("comes back when everything was refused, and is not live meanwhile")
    func allRefused() async throws {
        let server = try await LoopbackServer.start()
        let bench = FeedBench(server)
        bench.watch("A")
        let peer = await server.nextPeer()
        #expect(await peer.next() == .text("sub 1 A"))
        peer.write(serverFrame(1, Array("no 1 not now".utf8)) + serverFrame(1, Array("note".utf8)))
        #expect(await peer.next() == .close([0x03, 0xE8]))
        let again = await server.nextPeer()
        #expect(await again.next() == .text("sub 1 A"))
        #expect(!bench.feed.status.isLive)
        #expect(bench.value(#"arb1d_feed_reconnects_total{venue="fake",reason="closed"}"#) == 1)
        again.send("ack 1")
        try await bench.until { bench.feed.status.isLive }
        await bench.finish()
    }
}
