import Core
import Metrics
import Testing

@testable import Feed

@Suite("A feed from recordings")
struct RecordedFeedTests {
    private final class Bench {
        let channel = RawChannel(capacity: 1_000, venues: 1, wake: {})
        var asked: [String] = []
        var known: Set<String> = ["A", "B"]
        lazy var feed = RecordedFeed(
            adapter: FakeVenue.self,
            index: VenueIndex(0),
            channel: self.channel,
            metrics: FeedMetrics(Registry())
        ) { [unowned self] name in
            self.asked.append(name)
            return self.known.contains(name) ? InstrumentIndex(self.asked.count - 1) : nil
        }

        func receive(_ frame: String, on connection: Int) {
            self.feed.receive(Array(frame.utf8).span, on: connection, at: Timestamp(nanoseconds: 5))
        }

        func taken() -> [RawElement] {
            var (batch, displaced): ([RawElement], [InstrumentIndex]) = ([], [])
            _ = self.channel.take(into: &batch, displaced: &displaced, completed: EngineTally())
            return batch
        }
    }

    @Test("learns a symbol once for all connections, and counts its first frame once")
    func learns() {
        let bench = Bench()
        let (first, second) = (bench.feed.connect(), bench.feed.connect())
        bench.receive("q A 7 1.5 1.6", on: first)
        bench.receive("q A 8 1.5 1.6", on: second)
        bench.receive("q B 1 1.5 1.6", on: second)
        #expect(bench.asked == ["A", "B"])
        let tally = bench.channel.snapshot().feeds[0]
        #expect(tally.framesIn == 3 && tally.framesOut == 3 && tally.events(.quote) == 3 && tally.rejectedTotal == 0)
        #expect(bench.taken().map(\.instrument?.position) == [0, 0, 1])
    }

    @Test("what is not wanted stays unknown; broken and oversized frames are counted, and the next one is taken")
    func refuses() {
        let bench = Bench()
        let connection = bench.feed.connect()
        bench.receive("q C 7 1.5 1.6", on: connection)
        bench.receive("nonsense", on: connection)
        bench.receive("odd", on: connection)
        bench.receive(String(repeating: "x", count: (1 << 20) + 1), on: connection)
        bench.receive("q A 7 1.5 1.6", on: connection)
        let tally = bench.channel.snapshot().feeds[0]
        #expect(tally.rejected(.quote, .unknownSymbol) == 1)
        #expect(tally.framesIn == 5 && tally.framesOut == 2)
        for reason in [FrameDropReason.malformed, .unknownType, .oversized] {
            #expect(tally.framesDropped(reason) == 1)
        }
        #expect(bench.taken().count == 1)
        let flow = bench.channel.snapshot()
        for stage in [FlowStage.decode, .feed, .raw] { #expect(flow.residual(stage) == 0) }
    }
}
