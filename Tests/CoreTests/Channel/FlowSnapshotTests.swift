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
            #expect(corrupted.terms(corruption.stage).residual != 0, "corruption \(index) of \(corruption.stage)")
        }
    }

    @Test("shows an element that a stage lost or doubled on the way to the next")
    func lostElement() {
        for lost in [1, -1] as [Int64] {
            var flow = Self.balanced(seed: 1)
            flow.engine.applied &+= UInt64(bitPattern: lost)
            #expect(flow.terms(.engine).residual == -lost)
            flow = Self.balanced(seed: 1)
            flow.depth &+= UInt64(bitPattern: lost)
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
        flow.enqueued[1] += 1
        flow.dequeued[1] += 1
        flow.engineIn += 2
        flow.engine.applied += 2
        #expect(flow.terms(.decode).residual == 0 && flow.residual(.decode) == 1)
        #expect(flow.terms(.feed).residual == 0 && flow.residual(.feed) == 1)
        #expect(flow.terms(.engine).residual == 0 && flow.residual(.engine) == 1)
    }

    /// A ledger of three venues in which elements were moved by hand, one stage after the other.
    private static func balanced(seed: UInt64) -> FlowSnapshot {
        var random = SplitMix64(seed: seed)
        var flow = FlowSnapshot.empty(venues: 3)
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
            Corruption(.feed) { $0.enqueued[2] += 1 },
            Corruption(.feed) { $0.refused[0] += 1 },
            Corruption(.raw) { $0.enqueued[0] -= 1 },
            Corruption(.raw) { $0.dequeued[1] += 1 },
            Corruption(.raw) { $0.displaced[2] += 1 },
            Corruption(.raw) { $0.conflated[1] += 1 },
            Corruption(.raw) { $0.depth += 1 },
        ]
    }

    static var ofEngine: [Corruption] {
        [
            Corruption(.engine) { $0.engineIn += 1 },
            Corruption(.engine) { $0.engineHeld += 1 },
            Corruption(.engine) { $0.engine.applied -= 1 },
            Corruption(.engine) { $0.engine.rejectedUnknown += 1 },
            Corruption(.engine) { $0.engine.rejectedDelisted += 1 },
            Corruption(.window) { $0.engine.windowAppended += 1 },
            Corruption(.window) { $0.engine.windowExpired += 1 },
            Corruption(.window) { $0.engine.windowEvicted += 1 },
            Corruption(.window) { $0.engine.windowDelisted += 1 },
            Corruption(.window) { $0.engine.windowHeld += 1 },
        ]
    }
}

extension FlowSnapshot {
    fileprivate static func empty(venues: Int) -> FlowSnapshot {
        let zeros = [UInt64](repeating: 0, count: venues + 1)
        return FlowSnapshot(
            feeds: Array(repeating: FeedTally(), count: venues + 1),
            enqueued: zeros,
            dequeued: zeros,
            displaced: zeros,
            conflated: zeros,
            refused: zeros,
            displacedHeartbeats: 0,
            depth: 0,
            depthMax: 0,
            capacity: 100,
            engine: EngineTally(),
            engineIn: 0,
            engineHeld: 0
        )
    }

    /// Moves one event from its feed to where chance lets it end.
    fileprivate mutating func moveEvent(_ venue: Int, _ random: inout SplitMix64) {
        let kind = EventKind.allCases[random.int(0...3)]
        if random.oneIn(5) { self.feeds[venue].synthetic += 1 } else { self.feeds[venue].countEvent(kind) }
        if random.oneIn(5) { return self.feeds[venue].rejectEvent(kind, RejectReason.allCases[random.int(0...4)]) }
        if random.oneIn(9) { return self.refused[venue] += 1 }
        self.enqueued[venue] += 1
        if random.oneIn(9) { return self.displaced[venue] += 1 }
        if random.oneIn(9) { return self.conflated[venue] += 1 }
        if random.oneIn(9) { return self.depth += 1 }
        self.dequeued[venue] += 1
        self.engineIn += 1
        if random.oneIn(9) { return self.engineHeld += 1 }
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
