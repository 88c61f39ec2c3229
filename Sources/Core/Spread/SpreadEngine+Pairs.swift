/// What a quote does to the pairs of its instrument.
extension SpreadEngine {
    /// Brings both pairs with another instrument up to date with a quote.
    @inline(__always)
    mutating func take(quoteOf position: Int, through link: PairLink, at time: Int64, receivedAt: Timestamp) {
        // Of the same two legs, so that what forbids a spread forbids the other, and both are of one age.
        let fault = JoinFault(self.legs[position].join, self.legs[Int(link.other)].join)
        let (first, second) = (link.pairs.lowerBound, link.pairs.lowerBound + 1)
        self.take(quoteOf: position, through: link, in: first, fault, at: time, receivedAt: receivedAt)
        self.take(quoteOf: position, through: link, in: second, fault, at: time, receivedAt: receivedAt)
        guard fault == nil else { return }
        switch (self.pairs[first].status == .fresh, self.pairs[second].status == .fresh) {
        case (true, let isBoth): self.observeAge(of: first, bothWays: isBoth, at: receivedAt)
        case (false, true): self.observeAge(of: second, bothWays: false, at: receivedAt)
        case (false, false): return
        }
    }

    private mutating func take(
        quoteOf position: Int,
        through link: PairLink,
        in pair: Int,
        _ fault: JoinFault?,
        at time: Int64,
        receivedAt: Timestamp
    ) {
        let (side, other) = (link.side(in: pair), Int(link.other))
        if !self.pairs[pair].quarantine.isDiscovered { self.discover(pair) }
        let (change, point) = self.pairs[pair].take(
            quoteOf: side,
            sell: self.legs[side == .sell ? position : other],
            buy: self.legs[side == .sell ? other : position],
            fault,
            at: time,
            points: self.settings.points,
            band: self.settings.band
        )
        if change.before != change.after { self.note(change, of: pair) }
        if change.after == .fresh, !self.summaries.isEmpty {
            self.summaries[pair].add(self.pairs[pair].reading.spread)
        }
        if change.concernsOpportunity { self.judgeOpportunity(of: pair, change.netSpread, by: side, at: receivedAt) }
        if let point, self.pairs[pair].isWatched {
            self.keep(point, of: pair, at: time, by: self.legs[position].venue, receivedAt: receivedAt)
        }
    }

    /// Records for how long the older leg of a pair has stood.
    @inline(__always)
    private func observeAge(
        of pair: Int,
        bothWays: Bool,
        at now: Timestamp
    ) {
        let entry = self.pairs[pair].entry
        let isSellOlder = self.legs[entry.sell.position].changedAt <= self.legs[entry.buy.position].changedAt
        let older = isSellOlder ? entry.sell : entry.buy
        let age = max(0, now.nanoseconds(since: self.legs[older.position].changedAt))
        let origin = QuoteOrigin(instrument: older, number: self.legs[older.position].sequence, time: now)
        self.pairs[pair].counts.use { counts in
            if bothWays {
                counts.legAgeBothWays?.record(nanoseconds: age, of: origin)
            } else {
                counts.legAge?.record(nanoseconds: age, of: origin)
            }
        }
    }

    /// Brings a pair up to date with a change that is no quote.
    mutating func reevaluate(_ pair: Int, at now: Timestamp) {
        if !self.pairs[pair].quarantine.isDiscovered { self.discover(pair) }
        let entry = self.pairs[pair].entry
        let change = self.pairs[pair].reevaluate(
            sell: self.legs[entry.sell.position],
            buy: self.legs[entry.buy.position]
        )
        if change.before != change.after { self.note(change, of: pair) }
        if change.concernsOpportunity { self.judgeOpportunity(of: pair, change.netSpread, by: nil, at: now) }
    }

    @inline(never)
    private mutating func note(_ change: PairChange, of pair: Int) {
        self.freshPairs += (change.after == .fresh ? 1 : 0) - (change.before == .fresh ? 1 : 0)
        if (change.after == .quarantined) != (change.before == .quarantined) { self.board.noteQuarantineChange() }
    }

    private mutating func keep(
        _ spread: Double,
        of pair: Int,
        at time: Int64,
        by venue: VenueIndex,
        receivedAt: Timestamp
    ) {
        self.newPoints.append(
            PairPoint(
                pair: PairIndex(pair),
                number: self.pairs[pair].points,
                time: Timestamp(nanoseconds: time),
                spread: spread,
                band: self.pairs[pair].band,
                venue: venue,
                receivedAt: receivedAt
            )
        )
    }
}
