import Core
import Synchronization
import TestSupport
import Testing

@Suite("Raw channel of several shards")
struct ShardedChannelTests {
    @Test("one batch is split by instrument; heartbeats go to all, what has no instrument to the first")
    func split() {
        let fixture = Fixture(capacity: 10)
        fixture.send([
            .numbered(1, instrument: fixture.loud, venue: 0), RawElement(.control, venue: VenueIndex(0)),
            .numbered(2, instrument: fixture.quiet, venue: 0), .numbered(3, instrument: fixture.loud, venue: 0),
        ])
        fixture.beat()
        let taken = (0..<2).map { fixture.take($0) }
        let (loud, quiet) = (taken[fixture.loudShard].batch, taken[1 - fixture.loudShard].batch)
        #expect(loud.compactMap(\.sequence) == [1, 3] && quiet.compactMap(\.sequence) == [2])
        #expect(taken.allSatisfy { $0.batch.last?.isHeartbeat == true })
        #expect(taken[0].batch.contains { $0.payload == .control })
        #expect(!taken[1].batch.contains { $0.payload == .control })
        #expect((0..<2).allSatisfy { fixture.take($0).outcome == .empty })
        #expect(fixture.flow.terms(.raw).into == 5, "the heartbeat is one element")
        #expect(fixture.isBalanced)
    }

    @Test("wakes those who sleep and have something to do, each once")
    func wakes() {
        let fixture = Fixture(capacity: 10)
        for shard in 0..<2 { #expect(fixture.take(shard).outcome == .empty) }
        fixture.send([.numbered(1, instrument: fixture.quiet, venue: 0)])
        fixture.send([.numbered(2, instrument: fixture.quiet, venue: 0)])
        #expect(fixture.wakes[fixture.loudShard] == 0 && fixture.wakes[1 - fixture.loudShard] == 1)
        fixture.beat()
        #expect(fixture.wakes == [1, 1])
        for shard in 0..<2 { while fixture.take(shard).outcome == .batch {} }
        fixture.channel.finish()
        #expect(fixture.wakes == [2, 2])
        #expect((0..<2).allSatisfy { fixture.take($0).outcome == .finished })
    }

    @Test("a full lane loses its own elements alone, exactly, and names its own instruments", arguments: Seeds.fresh(5))
    func overloadOfOne(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let fixture = Fixture(capacity: 50)
        var (sent, received, loud, quiet, beats) = (UInt64(0), [UInt64](), UInt64(0), [UInt64](), UInt64(0))
        for _ in 0..<60 {
            var burst: [RawElement] = []
            for _ in 0..<random.int(1...60) {
                sent += 1
                let isQuiet = random.oneIn(20)
                burst.append(.numbered(sent, instrument: isQuiet ? fixture.quiet : fixture.loud, venue: 0))
                if isQuiet { quiet.append(sent) } else { loud += 1 }
            }
            fixture.send(burst)
            fixture.beat()
            beats += 1
            // Only the quiet one keeps up.
            let taken = fixture.take(1 - fixture.loudShard)
            received += taken.batch.compactMap(\.sequence)
            #expect(taken.displaced.isEmpty)
            #expect(fixture.isBalanced)
        }
        #expect(received == quiet)
        let flow = fixture.flow
        let (full, other) = (flow.shards[fixture.loudShard], flow.shards[1 - fixture.loudShard])
        #expect(full.depth == 50 && full.capacity == 50 && full.depthMax == 50)
        #expect(other.displaced.reduce(0, +) == 0)
        #expect(full.displaced.reduce(0, +) == loud + beats - 50)
        let taken = fixture.take(fixture.loudShard)
        #expect(taken.displaced.map(\.position) == [fixture.loud])
        #expect(taken.batch.count == 50)
        #expect(fixture.isBalanced)
    }

    @Test("what comes after the end is refused in each shard", arguments: [false, true])
    func finished(isAfterTaking: Bool) {
        let fixture = Fixture(capacity: 10)
        fixture.channel.finish()
        fixture.send((0..<4).map { .numbered($0, instrument: fixture.quiet, venue: 0) })
        fixture.beat()
        if isAfterTaking { #expect((0..<2).allSatisfy { fixture.take($0).outcome == .finished }) }
        #expect(fixture.flow.terms(.raw).dropped.first { $0.reason == "finished" }?.count == 5)
        #expect(fixture.isBalanced)
    }
}

extension RawElement {
    fileprivate var isHeartbeat: Bool { if case .heartbeat = self.payload { true } else { false } }
}

/// A channel for one venue and two engines, an instrument for each, and consumers that complete whatever they took.
private final class Fixture {
    let channel: RawChannel
    let loud: Int
    let quiet: Int
    let loudShard: Int
    private let bells = [WakeCount(), WakeCount()]
    private var inHand: [(elements: UInt64, heartbeats: UInt64)] = [(0, 0), (0, 0)]
    private var beats: Int64 = 0

    init(capacity: Int) {
        var universe = Universe(
            venues: [VenueEntry(name: "A", isPerpetual: false, fee: 0, repeatStaleAfter: nil)],
            shards: 2
        )
        for symbol in ["a", "b", "c", "d"] {
            _ = universe.add(venue: VenueIndex(0), symbol: symbol, venueSymbol: symbol)
        }
        self.loud = 0
        self.loudShard = Int(universe.instruments[0].shard)
        let shard = universe.instruments[0].shard
        self.quiet = universe.instruments.firstIndex { $0.shard != shard } ?? 0
        self.channel = RawChannel(capacity: capacity, venues: 1, shards: 2) { [bells] in bells[$0].add() }
        self.channel.extend(to: universe)
    }

    var wakes: [Int] { self.bells.map(\.value) }
    var flow: FlowSnapshot { self.channel.snapshot() }
    var isBalanced: Bool {
        let flow = self.flow
        return FlowStage.allCases.allSatisfy { flow.residual($0) == 0 && flow.terms($0).residual == 0 }
    }

    func send(_ elements: [RawElement]) {
        var (batch, tally) = (elements, FeedTally())
        for _ in elements { tally.countEvent(.quote) }
        self.channel.send(&batch, tally: &tally, venue: VenueIndex(0))
    }

    func beat() {
        self.beats += 1
        var (batch, tally) = ([RawElement](), FeedTally())
        batch.append(RawElement(.heartbeat(loop: 0, sentAt: .origin + self.beats), venue: .none))
        tally.synthetic = 1
        self.channel.send(&batch, tally: &tally, venue: .none)
    }

    func take(_ shard: Int) -> (batch: [RawElement], displaced: [InstrumentIndex], outcome: TakeOutcome) {
        var completed = EngineTally()
        (completed.applied, completed.heartbeats) = self.inHand[shard]
        var (batch, displaced) = ([RawElement](), [InstrumentIndex]())
        let outcome = self.channel.take(from: shard, into: &batch, displaced: &displaced, completed: completed)
        self.inHand[shard] = (UInt64(batch.count), UInt64(batch.count { $0.isHeartbeat }))
        return (batch, displaced, outcome)
    }
}

private final class WakeCount: Sendable {
    private let count = Atomic<Int>(0)
    var value: Int { self.count.load(ordering: .relaxed) }
    func add() { self.count.add(1, ordering: .relaxed) }
}
