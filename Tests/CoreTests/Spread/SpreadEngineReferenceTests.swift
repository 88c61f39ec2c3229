import TestSupport
import Testing

@testable import Core

@Suite("Spread engine against its reference")
struct SpreadEngineReferenceTests {
    @Test("agrees in every reading and every count, batch by batch", arguments: Seeds.fresh(16))
    func agreement(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        var run = try EngineRun(&random)
        for _ in 0..<120 {
            run.step(&random)
            let differences = run.differences()
            #expect(differences.isEmpty, "\(run.settings)")
            if !differences.isEmpty { return }
        }
    }

    @Test("tells of every point, and computes the same points and bands from the windows", arguments: Seeds.fresh(16))
    func points(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        var run = try EngineRun(&random)
        for step in 1...160 {
            run.step(&random)
            guard step % 20 == 0 else { continue }
            let differences = run.differentPoints(&random)
            #expect(differences.isEmpty, "\(run.settings)")
            if !differences.isEmpty { return }
        }
    }

    @Test("finds the opportunities that the whole past of each pair shows", arguments: Seeds.fresh(16))
    func opportunities(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        var run = try EngineRun(&random)
        for step in 1...120 {
            run.step(&random)
            if step == 120 { run.finish() }
            guard step % 40 == 0 else { continue }
            let differences = run.differentOpportunities() + run.differentOpportunityCounts()
            #expect(differences.isEmpty, "\(run.settings)")
            if !differences.isEmpty { return }
        }
    }

    @Test("is put to the proof: some of those histories are complete, and some have lost their beginning")
    func historiesOfBothKinds() throws {
        var (all, incomplete) = (0, 0)
        for seed in 1...6 as ClosedRange<UInt64> {
            var random = SplitMix64(seed: seed)
            var run = try EngineRun(&random)
            for _ in 0..<4 {
                for _ in 0..<30 { run.step(&random) }
                #expect(run.differentPoints(&random).isEmpty)
            }
            (all, incomplete) = (all + run.histories, incomplete + run.incompleteHistories)
        }
        #expect(incomplete > 10)
        #expect(all - incomplete > 10)
    }

    @Test("is put to the proof: over a few fixed seeds every count of the reference moves")
    func liveliness() throws {
        var sums: [String: UInt64] = [:]
        for seed in 1...6 as ClosedRange<UInt64> {
            var random = SplitMix64(seed: seed)
            var run = try EngineRun(&random)
            for _ in 0..<120 { run.step(&random) }
            for name in EngineRun.names { sums[name, default: 0] += run.sum(name) }
            sums["rejected as delisted", default: 0] += UInt64(run.reference.delisted)
            sums["listed again", default: 0] += UInt64(run.listedAgain)
            for (reason, count) in run.reference.stale.joined() { sums["stale " + reason.label, default: 0] += count }
        }
        for reason in StaleReason.allCases { #expect(sums["stale " + reason.label, default: 0] > 0, "\(reason)") }
        for name in ["rejected as delisted", "listed again"] { #expect(sums[name, default: 0] > 0, "\(name)") }
        for name in EngineRun.names { #expect(sums[name, default: 0] > 0, "\(name)") }
    }

    @Test("is put to the proof: opportunities end for every reason, hundreds of them")
    func livelyOpportunities() throws {
        var ends: [String: Int] = [:]
        var (quarantines, releases) = (0, 0)
        for seed in 1...20 as ClosedRange<UInt64> {
            var random = SplitMix64(seed: seed)
            var run = try EngineRun(&random)
            for _ in 0..<100 { run.step(&random) }
            run.finish()
            for pair in run.reference.pairs.indices {
                for found in run.reference.opportunities(of: pair) { ends[found.reason ?? "open", default: 0] += 1 }
            }
            let active = run.reference.pairs.filter { $0.quarantine != nil }.count
            quarantines += active
            releases += (Int(run.reference.quarantineChanges) - active) / 2
        }
        for end in OpportunityEnd.allCases { #expect(ends[end.label, default: 0] > 0, "\(ends)") }
        #expect(ends.values.reduce(0, +) > 300, "\(ends)")
        #expect(quarantines > 0 && releases > 0, "\(quarantines), \(releases)")
    }
}
