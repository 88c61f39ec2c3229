import TestSupport
import Testing

@testable import Core

@Suite("Engines of several shards")
struct ShardedEngineTests {
    @Test("find for each pair what one engine finds, and count together what it counts", arguments: Seeds.fresh(12))
    func agreement(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        var run = try ShardedRun(&random, shards: random.int(2...5))
        for step in 1...150 {
            run.step(&random)
            guard step % 10 == 0 else { continue }
            let differences = run.differences()
            #expect(differences.isEmpty, "after \(step) of \(run.many.engines.count)")
            if !differences.isEmpty { return }
        }
        let counts = run.one.board.read().venuePairs
        #expect(counts.contains { $0.points.value > 0 } && counts.contains { $0.evaluations.value > 0 })
        #expect(Set(run.many.universe.pairs.indices.map { run.many.universe.shard(of: PairIndex($0)) }).count > 1)
    }

    @Test("are put to the proof: there are opportunities, quarantines, delistings, evictions and late events")
    func liveliness() throws {
        var (opportunities, quarantines, delisted, evicted, late) = (0, UInt64(0), UInt64(0), UInt64(0), UInt64(0))
        for seed in 1...6 as ClosedRange<UInt64> {
            var random = SplitMix64(seed: seed)
            var run = try ShardedRun(&random, shards: 3)
            for _ in 0..<150 { run.step(&random) }
            opportunities += run.many.opportunities.ended.count
            quarantines += run.many.board.quarantineChangeCount
            let flow = run.many.channel.snapshot()
            delisted += flow.engine.windowDelisted
            evicted += flow.engine.windowExpired
            late += run.many.board.read().shards.flatMap(\.venues).flatMap(\.late).reduce(0) { $0 + $1.value }
        }
        #expect(opportunities > 100 && quarantines > 0 && delisted > 0 && evicted > 0 && late > 100)
    }

    @Test("share a list of ended opportunities: the last to end of all, as many as one keeps")
    func endedOpportunities() {
        func report(_ ends: [Int64]) -> OpportunityReport {
            OpportunityReport(open: [], ended: ends.map { Opportunity.ended(at: $0) })
        }
        let merged = OpportunityReport(merging: [report([9, 5, 1]), report([]), report([8, 6, 5])], kept: 4)
        #expect(merged.ended.map { $0.endedAt?.nanoseconds } == [9, 8, 6, 5])
        let one = report([5, 9])
        #expect(OpportunityReport(merging: [one], kept: 10) == one)
    }
}

extension Opportunity {
    fileprivate static func ended(at time: Int64) -> Opportunity {
        var (watch, reading) = (OpportunityWatch(), PairReading())
        (reading.netSpread, reading.notional) = (1, 1_000)
        let settings = OpportunitySettings()
        _ = watch.begin(PairIndex(0), reading, from: settings.enter, older: .buy, at: 0, receivedAt: .origin, settings)
        guard let ended = watch.end(.exit, at: time) else { preconditionFailure("it began") }
        return ended
    }
}
