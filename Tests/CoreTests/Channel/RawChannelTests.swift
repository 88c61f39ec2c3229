import Core
import Synchronization
import TestSupport
import Testing

@Suite("Raw channel")
struct RawChannelTests {
    @Test("hands everything over in order while there is room")
    func order() {
        let fixture = Fixture(capacity: 10)
        fixture.send([.numbered(1, instrument: 0, venue: 0), .numbered(2, instrument: 1, venue: 0)], venue: 0)
        fixture.send([.numbered(3, instrument: 2, venue: 1)], venue: 1)
        let taken = fixture.take()
        #expect(taken.batch.map(\.sequence) == [1, 2, 3])
        #expect(taken.displaced.isEmpty)
        #expect(taken.outcome == .batch)
        #expect(fixture.take().outcome == .empty)
    }

    @Test("hands a backlog over a batch at a time, in order, and counts what still waits as held")
    func batches() {
        let fixture = Fixture(capacity: 5_000)
        fixture.send((1...3_000).map { .numbered($0, instrument: 0, venue: 0) }, venue: 0)
        var taken: [UInt64] = []
        for (size, waiting) in [(1_024, 1_976), (1_024, 952), (952, 0)] {
            let batch = fixture.take().batch
            #expect(batch.count == size)
            #expect(fixture.channel.snapshot().depth == UInt64(waiting))
            taken += batch.compactMap(\.sequence)
        }
        #expect(taken == Array(1...3_000))
        #expect(fixture.take().outcome == .empty)
    }

    @Test("empties the sender's batch and tally, but keeps the batch's storage")
    func reuse() {
        let channel = RawChannel(capacity: 4, venues: 1, wake: {})
        var (batch, tally) = ([RawElement](), FeedTally())
        batch.reserveCapacity(100)
        batch.append(.numbered(1, instrument: 0, venue: 0))
        tally.framesIn = 1
        channel.send(&batch, tally: &tally, venue: VenueIndex(0))
        #expect(batch.isEmpty && batch.capacity >= 100)
        #expect(tally == FeedTally())
        #expect(channel.snapshot().feeds[0].framesIn == 1)
    }

    @Test("hands a displaced instrument over once, ahead of the next batch, and again when it loses another element")
    func displaced() {
        let fixture = Fixture(capacity: 2)
        fixture.send((1...6).map { .numbered($0, instrument: $0 == 2 ? 9 : 4, venue: 0) }, venue: 0)
        let first = fixture.take()
        #expect(first.batch.map(\.sequence) == [5, 6])
        #expect(first.displaced.map(\.position) == [4, 9])
        fixture.send([.numbered(7, instrument: 4, venue: 0)], venue: 0)
        #expect(fixture.take().displaced.isEmpty)
        fixture.send((8...10).map { .numbered($0, instrument: 4, venue: 0) }, venue: 0)
        #expect(fixture.take().displaced.map(\.position) == [4])
    }

    @Test("names no instrument for a displaced trade, control message or heartbeat, but counts all three")
    func displacedWithoutInstrument() {
        let fixture = Fixture(capacity: 1)
        let one = ExactDecimal(mantissa: 1, scale: 0)
        let trade = Trade(
            instrument: InstrumentIndex(0),
            price: one,
            size: one,
            taker: .buy,
            id: 1,
            exchangeTime: .origin,
            receivedAt: .origin
        )
        fixture.send(
            [RawElement(.trade(trade), venue: VenueIndex(0)), RawElement(.control, venue: VenueIndex(0))],
            venue: 0
        )
        fixture.send([RawElement(.heartbeat(loop: 0, sentAt: .origin), venue: .none)], venue: 0)
        fixture.send([.numbered(1, instrument: 3, venue: 1)], venue: 1)
        let taken = fixture.take()
        #expect(taken.batch.map(\.sequence) == [1])
        #expect(taken.displaced.isEmpty)
        let flow = fixture.channel.snapshot()
        #expect(flow.displaced == [2, 0, 0, 1])
        #expect(flow.displacedHeartbeats == 1)
    }

    @Test("a loud instrument displaces a quiet one's only quote, and the quiet one is named")
    func loudAndQuiet() {
        let fixture = Fixture(capacity: 100)
        fixture.send([.numbered(1, instrument: 7, venue: 1)], venue: 1)
        for burst in 0..<5 {
            fixture.send((0..<50).map { .numbered(UInt64(burst * 50 + $0 + 2), instrument: 0, venue: 0) }, venue: 0)
        }
        let taken = fixture.take()
        #expect(taken.batch.compactMap(\.sequence) == Array(152...251))
        #expect(Set(taken.displaced.map(\.position)) == [0, 7])
        #expect(taken.displaced.count == 2)
        let flow = fixture.channel.snapshot()
        #expect(flow.displaced == [150, 1, 0, 0])
        #expect(flow.dequeued == [100, 0, 0, 0])
        #expect(flow.depthMax == 100)
    }

    @Test("delivers what waits when it is finished, and counts what comes later as finished")
    func finish() {
        let fixture = Fixture(capacity: 10)
        fixture.send([.numbered(1, instrument: 0, venue: 0), .numbered(2, instrument: 0, venue: 0)], venue: 0)
        fixture.channel.finish()
        fixture.send([.numbered(3, instrument: 0, venue: 0), .numbered(4, instrument: 1, venue: 2)], venue: 0)
        let taken = fixture.take()
        #expect(taken.outcome == .batch)
        #expect(taken.batch.map(\.sequence) == [1, 2])
        #expect(fixture.take().outcome == .finished)
        #expect(fixture.take().outcome == .finished)
        let flow = fixture.channel.snapshot()
        #expect(flow.refused == [1, 0, 1, 0])
        #expect(flow.terms(.raw).dropped.first { $0.reason == "finished" }?.count == 2)
        #expect(flow.terms(.raw).residual == 0)
        #expect(flow.terms(.feed).residual == 0)
    }

    @Test("wakes once a burst, and only a consumer that went to sleep")
    func wake() {
        let fixture = Fixture(capacity: 4)
        let element = RawElement.numbered(1, instrument: 0, venue: 0)
        fixture.send([element], venue: 0)
        #expect(fixture.wakes == 0, "nobody sleeps before the first look")
        #expect(fixture.take().outcome == .batch)
        fixture.send([element], venue: 0)
        #expect(fixture.wakes == 0, "it found something and works")
        #expect(fixture.take().outcome == .batch)
        #expect(fixture.take().outcome == .empty)
        fixture.send([], venue: 0)
        #expect(fixture.wakes == 0, "counts alone are no reason to wake")
        fixture.send(Array(repeating: element, count: 9), venue: 0)
        fixture.send([element], venue: 1)
        #expect(fixture.wakes == 1)
        #expect(fixture.take().outcome == .batch)
        #expect(fixture.take().outcome == .empty)
        fixture.channel.finish()
        #expect(fixture.wakes == 2)
        fixture.channel.finish()
        fixture.send([element], venue: 0)
        #expect(fixture.wakes == 2)
    }

    @Test(
        "conserves, keeps order and names every loss exactly once, whatever the interleaving",
        arguments: Seeds.fresh(10)
    )
    func conservation(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let fixture = Fixture(capacity: random.int(1...40))
        // The model: what waits, and whose loss was not told yet.
        var (waiting, lost, sent, isFinished, refused) = ([UInt64](), Set<Int>(), UInt64(0), false, 0)
        for _ in 0..<400 {
            switch random.int(0...9) {
            case 0...5:
                let venue = random.int(0...2)
                let burst = (0..<random.int(0...30)).map { _ in
                    sent += 1
                    return RawElement.numbered(sent, instrument: Self.instrument(of: sent), venue: venue)
                }
                fixture.send(burst, venue: venue)
                if isFinished { refused += burst.count } else { waiting += burst.compactMap(\.sequence) }
                while waiting.count > fixture.channel.capacity {
                    lost.insert(Self.instrument(of: waiting.removeFirst()))
                }
            case 9 where random.oneIn(20):
                fixture.channel.finish()
                isFinished = true
            default:
                let taken = fixture.take()
                #expect(taken.batch.compactMap(\.sequence) == waiting)
                #expect(taken.displaced.map(\.position).sorted() == lost.sorted())
                let expected: TakeOutcome = !waiting.isEmpty || !lost.isEmpty ? .batch : isFinished ? .finished : .empty
                #expect(taken.outcome == expected)
                (waiting, lost) = ([], [])
            }
            let flow = fixture.channel.snapshot()
            #expect(flow.depth == UInt64(waiting.count))
            #expect(flow.refused.reduce(0, +) == UInt64(refused))
            for stage in FlowStage.allCases { #expect(flow.terms(stage).residual == 0, "\(stage)") }
        }
    }

    /// Any fixed function will do: seven instruments, of which one is rare.
    private static func instrument(of sequence: UInt64) -> Int { sequence % 31 == 0 ? 6 : Int(sequence % 6) }
}

/// A channel for three venues, and a consumer that completes whatever it took.
private final class Fixture {
    let channel: RawChannel
    private let counter = WakeCounter()
    private var inHand: UInt64 = 0

    init(capacity: Int) {
        self.channel = RawChannel(capacity: capacity, venues: 3, wake: { [counter] in counter.add() })
    }

    var wakes: Int { self.counter.value }

    func send(_ elements: [RawElement], venue: Int) {
        var (batch, tally) = (elements, FeedTally())
        for _ in elements { tally.countEvent(.quote) }
        self.channel.send(&batch, tally: &tally, venue: VenueIndex(venue))
    }

    func take() -> (batch: [RawElement], displaced: [InstrumentIndex], outcome: TakeOutcome) {
        var completed = EngineTally()
        completed.applied = self.inHand
        var (batch, displaced) = ([RawElement](), [InstrumentIndex]())
        let outcome = self.channel.take(into: &batch, displaced: &displaced, completed: completed)
        self.inHand = UInt64(batch.count)
        return (batch, displaced, outcome)
    }
}

private final class WakeCounter: Sendable {
    private let count = Atomic<Int>(0)
    var value: Int { self.count.load(ordering: .relaxed) }
    func add() { self.count.add(1, ordering: .relaxed) }
}
