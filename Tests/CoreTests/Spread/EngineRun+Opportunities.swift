import Core

extension EngineRun {
    /// Where the engine's opportunities, open or ended, are not those of the reference.
    func differentOpportunities() -> [String] {
        let report = self.engine.opportunities
        var differences: [String] = []
        for pair in self.reference.pairs.indices {
            let found = (report.ended.reversed() + report.open).filter { $0.pair == PairIndex(pair) }
                .map(ExpectedOpportunity.init)
            let expected = self.reference.opportunities(of: pair)
            if found != expected { differences.append("opportunities of \(pair): \(found), not \(expected)") }
        }
        return differences
    }

    /// Where what is counted of them is not so.
    func differentOpportunityCounts() -> [String] {
        var differences: [String] = []
        var expected = Array(repeating: [ExpectedOpportunity](), count: 9)
        for (index, pair) in self.reference.pairs.enumerated() {
            let venues = [pair.sell, pair.buy].map { self.reference.instruments[$0].venue }
            expected[venues[0] * 3 + venues[1]] += self.reference.opportunities(of: index)
        }
        for (index, cells) in self.board.read().venuePairs.enumerated() {
            let opportunities = expected[index]
            let active = opportunities.filter { $0.reason == nil }.count
            if cells.opportunities.value != UInt64(opportunities.count) || cells.opportunitiesActive != UInt64(active) {
                differences.append(
                    "opportunities at \(index): \(cells.opportunities.value), not \(opportunities.count)"
                )
            }
            for (reason, cell) in zip(OpportunityEnd.allCases, cells.opportunitiesEnded) {
                let count = opportunities.filter { $0.reason == reason.label }.count
                if cell.value != UInt64(count) {
                    differences.append("\(reason) at \(index): \(cell.value), not \(count)")
                }
            }
            let ended = opportunities.filter { $0.endedAt != nil }
            let durations = ended.map { ($0.endedAt ?? 0) - $0.beganAt }
            if self.durations[index].all.sorted() != durations.sorted() { differences.append("durations at \(index)") }
            if self.peaks[index].all.sorted() != ended.map(\.peak).sorted() { differences.append("peaks at \(index)") }
        }
        return differences
    }

    /// Where the two do not agree on what is quarantined.
    func differentQuarantine() -> [String] {
        let cells = self.board.read()
        let readings = self.reference.pairs.indices.map { cells.pairs[$0].read().quarantine }
        let expected = self.reference.pairs.map(\.quarantine)
        var differences = readings == expected ? [] : ["quarantine: \(readings), not \(expected)"]
        if self.board.quarantineChangeCount != self.reference.quarantineChanges {
            differences.append("quarantine changed \(self.board.quarantineChangeCount) times")
        }
        return differences
    }
}

extension ExpectedOpportunity {
    fileprivate init(_ opportunity: Opportunity) {
        self.init(
            beganAt: opportunity.beganAt.nanoseconds,
            endedAt: opportunity.endedAt?.nanoseconds,
            net: opportunity.netSpread,
            notional: opportunity.notional,
            legAge: opportunity.legAge,
            peak: opportunity.peak,
            reason: opportunity.end?.label
        )
    }
}
