import TestSupport
import Testing

@testable import Core

@Suite("Flow ledger")
struct FlowSnapshotTests {
    @Test("is balanced in every stage when nothing was lost or doubled", arguments: Seeds.fresh(10))
    func balanced(seed: UInt64) {
        let flow = Self.balanced(seed: seed)
        for stage in FlowStage.allCases {
            #expect(flow.terms(stage).residual == 0, "\(stage)")
            #expect(flow.terms(stage).into > 0, "\(stage) is exercised")
        }
    }

    @Test("shows any single term that is off", arguments: FlowStage.allCases, Seeds.fresh(3))
    func corruptedTerms(stage: FlowStage, seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let terms = Self.balanced(seed: seed).terms(stage)
        let error = UInt64(bitPattern: Int64(random.int(1...9) * (random.oneIn(2) ? 1 : -1)))
        var corrupted: [FlowSnapshot.Terms] = []
        for path in [\FlowSnapshot.Terms.into, \.out, \.held] {
            var one = terms
            one[keyPath: path] &+= error
            corrupted.append(one)
        }
        for index in terms.dropped.indices {
            var one = terms
            one.dropped[index].count &+= error
            corrupted.append(one)
        }
        #expect(corrupted.count >= 4)
        for one in corrupted { #expect(one.residual != 0, "\(one)") }
    }

    @Test("shows any single count that is off, in the stage that the count belongs to", arguments: Seeds.fresh(5))
    func corruptedCounts(seed: UInt64) {
        let corruptions = Corruption.ofFeeds + Corruption.ofChannel + Corruption.ofEngine
        let flow = Self.balanced(seed: seed)
        for (index, corruption) in corruptions.enumerated() {
            var corrupted = flow
            corruption.change(&corrupted)
            #expect(corrupted.residual(corruption.stage) != 0, "corruption \(index) of \(corruption.stage)")
        }
    }

    @Test("shows an element that a stage lost or doubled on the way to the next")
    func lostElement() {
        for lost in [1, -1] as [Int64] {
            var flow = Self.balanced(seed: 1)
            flow.shards[0].engine.applied &+= UInt64(bitPattern: lost)
            #expect(flow.terms(.engine).residual == -lost)
            flow = Self.balanced(seed: 1)
            flow.shards[0].depth &+= UInt64(bitPattern: lost)
            #expect(flow.terms(.raw).residual == -lost)
        }
    }

    @Test("counts every kind and reason under its own label")
    func labels() {
        #expect(Set(FrameDropReason.allCases.map(\.label)).count == FrameDropReason.allCases.count)
        #expect(Set(RejectReason.allCases.map(\.label)).count == RejectReason.allCases.count)
        #expect(Set(EventKind.allCases.map(\.label)).count == EventKind.allCases.count)
        var tally = FeedTally()
        for (index, kind) in EventKind.allCases.enumerated() {
            for _ in 0...index { tally.countEvent(kind) }
            for (other, reason) in RejectReason.allCases.enumerated() {
                for _ in 0...(index * 7 + other) { tally.rejectEvent(kind, reason) }
            }
        }
        var twice = tally
        twice.add(tally)
        for (index, kind) in EventKind.allCases.enumerated() {
            #expect(tally.events(kind) == UInt64(index + 1))
            #expect(twice.events(kind) == UInt64(index + 1) * 2)
            for (other, reason) in RejectReason.allCases.enumerated() {
                #expect(tally.rejected(kind, reason) == UInt64(index * 7 + other + 1))
                #expect(twice.rejected(kind, reason) == UInt64(index * 7 + other + 1) * 2)
            }
        }
        #expect(twice != tally)
    }

    @Test("a loss of one venue is not cancelled by a double of another")
    func noCancelling() {
        var flow = Self.balanced(seed: 7)
        for stage in FlowStage.allCases { #expect(flow.residual(stage) == 0, "\(stage)") }
        flow.feeds[0].framesIn += 1
        flow.feeds[1].framesIn -= 1
        flow.feeds[0].countEvent(.quote)
        flow.shards[0].enqueued[1] += 1
        flow.shards[0].dequeued[1] += 1
        flow.shards[0].engineIn += 2
        flow.shards[0].engine.applied += 2
        #expect(flow.terms(.decode).residual == 0 && flow.residual(.decode) == 1)
        #expect(flow.terms(.feed).residual == 0 && flow.residual(.feed) == 1)
        #expect(flow.terms(.engine).residual == 0 && flow.residual(.engine) == 1)
    }

    @Test("a heartbeat is one element, to however many shards it goes", arguments: Seeds.fresh(5))
    func heartbeats(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let flow = Self.balanced(seed: seed)
        let sent = flow.feeds[3].synthetic
        #expect(sent > 0 && flow.shards.allSatisfy { $0.heartbeats == sent })
        #expect(flow.whole.heartbeats == sent)
        for stage in FlowStage.allCases { #expect(flow.residual(stage) == 0, "\(stage)") }
        // Without them the shards add up to the whole.
        let venues = flow.shards.map(\.withoutHeartbeats)
        let whole = flow.whole.withoutHeartbeats
        for stage in [FlowStage.raw, .engine, .window] {
            #expect(whole.terms(stage).into == venues.reduce(0) { $0 + $1.terms(stage).into })
            #expect(whole.terms(stage).held == venues.reduce(0) { $0 + $1.terms(stage).held })
            #expect(whole.terms(stage).residual == 0)
        }
        // One that came to a single shard, or to none of one, is not.
        var lost = flow
        lost.shards[lost.shards.count - 1].moveEvent(3, isHeartbeat: true, &random)
        #expect(lost.residual(.feed) == 1 && lost.residual(.raw) == 0)
    }

    /// A ledger of three venues and some shards in which elements were moved by hand, one stage after the other.
    private static func balanced(seed: UInt64) -> FlowSnapshot {
        var random = SplitMix64(seed: seed)
        var flow = FlowSnapshot.empty(venues: 3, shards: random.int(1...3))
        for _ in 0..<random.int(5...20) {
            flow.feeds[3].synthetic += 1
            for shard in flow.shards.indices { flow.shards[shard].moveEvent(3, isHeartbeat: true, &random) }
        }
        for venue in 0..<3 {
            for _ in 0..<random.int(20...40) {
                flow.feeds[venue].framesIn += 1
                if random.oneIn(5) {
                    flow.feeds[venue].dropFrame(FrameDropReason.allCases[random.int(0...3)])
                    continue
                }
                flow.feeds[venue].framesOut += 1
                for _ in 0..<random.int(0...4) { flow.moveEvent(venue, &random) }
            }
        }
        return flow
    }
}

/// One count that is off, and the stage that must show it.
private struct Corruption {
    let stage: FlowStage
    let change: (inout FlowSnapshot) -> Void

    init(_ stage: FlowStage, _ change: @escaping (inout FlowSnapshot) -> Void) {
        (self.stage, self.change) = (stage, change)
    }

    static var ofFeeds: [Corruption] {
        var all = [
            Corruption(.decode) { $0.feeds[1].framesIn += 1 },
            Corruption(.decode) { $0.feeds[1].framesOut -= 1 },
            Corruption(.feed) { $0.feeds[0].synthetic += 1 },
        ]
        for reason in FrameDropReason.allCases { all.append(Corruption(.decode) { $0.feeds[2].dropFrame(reason) }) }
        for kind in EventKind.allCases {
            all.append(Corruption(.feed) { $0.feeds[2].countEvent(kind) })
            for reason in RejectReason.allCases {
                all.append(Corruption(.feed) { $0.feeds[0].rejectEvent(kind, reason) })
            }
        }
        return all
    }

    static var ofChannel: [Corruption] {
        [
            Corruption(.feed) { $0.last.enqueued[2] += 1 },
            Corruption(.feed) { $0.last.refused[0] += 1 },
            Corruption(.raw) { $0.last.enqueued[0] -= 1 },
            Corruption(.raw) { $0.last.dequeued[1] += 1 },
            Corruption(.raw) { $0.last.displaced[2] += 1 },
            Corruption(.raw) { $0.last.conflated[1] += 1 },
            Corruption(.raw) { $0.last.depth += 1 },
            Corruption(.feed) { $0.last.enqueued[3] += 1 },
            Corruption(.raw) { $0.last.enqueued[3] += 1 },
            Corruption(.raw) { $0.last.dequeued[3] -= 1 },
            Corruption(.engine) { $0.last.dequeued[3] -= 1 },
            Corruption(.raw) { $0.last.displaced[3] += 1 },
        ]
    }

    static var ofEngine: [Corruption] {
        [
            Corruption(.engine) { $0.last.engineIn += 1 },
            Corruption(.engine) { $0.last.engineHeld += 1 },
            Corruption(.engine) { $0.last.engine.applied -= 1 },
            Corruption(.engine) { $0.last.engine.rejectedUnknown += 1 },
            Corruption(.engine) { $0.last.engine.rejectedDelisted += 1 },
            Corruption(.window) { $0.last.engine.windowAppended += 1 },
            Corruption(.window) { $0.last.engine.windowExpired += 1 },
            Corruption(.window) { $0.last.engine.windowEvicted += 1 },
            Corruption(.window) { $0.last.engine.windowDelisted += 1 },
            Corruption(.window) { $0.last.engine.windowHeld += 1 },
        ]
    }
}

extension FlowSnapshot {
    fileprivate static func empty(venues: Int, shards: Int) -> FlowSnapshot {
        FlowSnapshot(
            feeds: Array(repeating: FeedTally(), count: venues + 1),
            shards: (0..<shards).map { _ in ShardFlow(venues: venues, capacity: 100) }
        )
    }

    /// The shard that is not told of in any other way: of one, that one.
    fileprivate var last: ShardFlow {
        get { self.shards[self.shards.count - 1] }
        set { self.shards[self.shards.count - 1] = newValue }
    }

    /// Moves one event from its feed to where chance lets it end.
    fileprivate mutating func moveEvent(_ venue: Int, _ random: inout SplitMix64) {
        let kind = EventKind.allCases[random.int(0...3)]
        if random.oneIn(5) { self.feeds[venue].synthetic += 1 } else { self.feeds[venue].countEvent(kind) }
        if random.oneIn(5) { return self.feeds[venue].rejectEvent(kind, RejectReason.allCases[random.int(0...4)]) }
        self.shards[random.int(0...(self.shards.count - 1))].moveEvent(venue, isHeartbeat: false, &random)
    }
}

extension ShardFlow {
    fileprivate mutating func moveEvent(_ slot: Int, isHeartbeat: Bool, _ random: inout SplitMix64) {
        if random.oneIn(9) { return self.refused[slot] += 1 }
        self.enqueued[slot] += 1
        if random.oneIn(9) {
            if isHeartbeat { self.displacedHeartbeats += 1 }
            return self.displaced[slot] += 1
        }
        if random.oneIn(9), !isHeartbeat { return self.conflated[slot] += 1 }
        if random.oneIn(9) { return self.depth += 1 }
        self.dequeued[slot] += 1
        self.engineIn += 1
        if random.oneIn(9) { return self.engineHeld += 1 }
        if isHeartbeat {
            self.engine.heartbeats += 1
            return self.engine.applied += 1
        }
        if random.oneIn(9) { return self.engine.rejectedUnknown += 1 }
        if random.oneIn(9) { return self.engine.rejectedDelisted += 1 }
        self.engine.applied += 1
        self.engine.windowAppended += 1
        switch random.int(0...3) {
        case 0: self.engine.windowExpired += 1
        case 1: self.engine.windowEvicted += 1
        case 2: self.engine.windowDelisted += 1
        default: self.engine.windowHeld += 1
        }
    }
}
