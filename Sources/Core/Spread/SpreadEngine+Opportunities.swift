/// The opportunities of pairs.
extension SpreadEngine {
    /// All that are open and the last that ended.
    public var opportunities: OpportunityReport {
        OpportunityReport(
            open: self.opportunityLog.open.compactMap { self.opportunityOf[$0.position].current },
            ended: self.opportunityLog.lastEnded
        )
    }

    /// Ends all opportunities: nobody will see how they go on.
    public mutating func finish(at now: Timestamp) {
        for pair in self.opportunityLog.open { self.endOpportunity(of: pair.position, .shutdown, at: now.nanoseconds) }
    }

    /// Takes the pair's new figures.
    ///
    /// - Parameters:
    ///   - pair: One that has an opportunity, or whose net spread may begin one.
    ///   - netSpread: `nil`: there is none now.
    ///   - side: Whose quote gave them; `nil`: a leg only became stale or live, which begins none.
    ///   - now: When that came.
    mutating func judgeOpportunity(of pair: Int, _ netSpread: Double?, by side: PairSide?, at now: Timestamp) {
        let entry = self.pairs[pair].entry
        let time = self.order[self.legs[entry.sell.position].symbol.position].time
        guard let side else {
            if netSpread == nil { self.endOpportunity(of: pair, .stale, at: time) }
            return
        }
        if self.opportunityOf[pair].current == nil {
            guard netSpread != nil else { return }
            let isSellOlder =
                self.legs[entry.sell.position].changedAt <= self.legs[entry.buy.position].changedAt
            let begins = self.opportunityOf[pair].begin(
                PairIndex(pair),
                self.pairs[pair].reading,
                from: self.pairs[pair].opportunityFrom,
                older: isSellOlder ? .sell : .buy,
                at: time,
                receivedAt: now,
                self.settings.opportunities
            )
            if begins { self.note(beginOf: pair) }
        } else if let netSpread, netSpread >= self.settings.opportunities.exit {
            self.opportunityOf[pair].goOn(netSpread, by: side)
        } else {
            self.endOpportunity(of: pair, self.opportunityOf[pair].end(by: side), at: time)
        }
    }

    private mutating func note(beginOf pair: Int) {
        self.pairs[pair].hasOpportunity = true
        self.pairs[pair].counts.use { $0.opportunities.add() }
        self.opportunityLog.begin(PairIndex(pair))
    }

    /// Ends the pair's opportunity, should there be one.
    mutating func endOpportunity(of pair: Int, _ end: OpportunityEnd, at time: Int64) {
        guard let ended = self.opportunityOf[pair].end(end, at: time) else { return }
        self.pairs[pair].hasOpportunity = false
        self.opportunityLog.end(ended)
        self.pairs[pair].counts.use {
            $0.opportunitiesEnded[Int(end.rawValue)].add()
            $0.ended?.duration.record(nanoseconds: ended.duration(at: .never))
            $0.ended?.peak.record(ratio: ended.peak)
        }
    }
}
