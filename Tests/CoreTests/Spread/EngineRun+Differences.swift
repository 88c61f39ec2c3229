import TestSupport

@testable import Core

extension EngineRun {
    /// Everything in which the two are of different opinion, in words.
    func differences() -> [String] {
        self.differentReadings() + self.differentTops() + self.differentCounts() + self.differentLedger()
            + self.differentQuarantine()
    }

    private func differentReadings() -> [String] {
        let cells = self.board.read()
        let pairs = self.universe.pairs.map { [$0.sell.position, $0.buy.position] }
        guard pairs == self.reference.pairs.map({ [$0.sell, $0.buy] }), cells.pairs.count == pairs.count else {
            return ["pairs: \(pairs)"]
        }
        var differences: [String] = []
        var fresh = 0
        for pair in pairs.indices {
            let reading = cells.pairs[pair].read()
            let status = self.reference.status(pair)
            if reading.status != status { differences.append("status of \(pairs[pair]): \(reading), not \(status)") }
            let band = self.reference.pairs[pair].band
            if reading.band?.upper.bitPattern != band?.upper.bitPattern
                || reading.band?.lower.bitPattern != band?.lower.bitPattern
            {
                differences.append("band of \(pairs[pair]): \(reading), not \(String(describing: band))")
            }
            guard status == .fresh else { continue }
            fresh += 1
            let figures = self.reference.figures(pair)
            if reading.spread.bitPattern != figures.spread.bitPattern
                || reading.netSpread.bitPattern != figures.net.bitPattern
                || reading.notional.bitPattern != figures.notional.bitPattern
                || reading.olderLegChangedAt != self.reference.olderLegChangedAt(pair)
            {
                differences.append("figures of \(pairs[pair]): \(reading), not \(figures)")
            }
        }
        if self.board.freshPairCount != fresh { differences.append("fresh pairs: \(self.board.freshPairCount)") }
        return differences
    }

    /// Tops of book against the reference, and against the last quote that was sent: an old one is never in force.
    private func differentTops() -> [String] {
        var differences: [String] = []
        for (index, instrument) in self.reference.instruments.enumerated() {
            let top = self.board.read().instruments[index].read().map { [$0.bid, $0.ask] }
            let standing = instrument.isStale || !instrument.givesSpread ? nil : instrument.standing
            let expected = standing.map { [$0.bidPrice, $0.askPrice] }
            if top != expected { differences.append("top of \(index): \(String(describing: top))") }
            let truth = self.script.lastSent[index].map { [$0.bidPrice, $0.askPrice] }
            if top != nil, top != truth { differences.append("an old quote of \(index) is in force") }
            let retained = self.engine.retainedQuotes(of: InstrumentIndex(index))
            let history = instrument.history.map { time, quote in
                RetainedQuote(
                    time: Timestamp(nanoseconds: time),
                    bid: ExactDecimal(mantissa: quote.bid, scale: UInt8(quote.places)),
                    ask: ExactDecimal(mantissa: quote.ask, scale: UInt8(quote.places))
                )
            }
            if retained != history.suffix(retained.count) || retained.isEmpty != history.isEmpty {
                differences.append("window of \(index)")
            }
            differences += self.differentTrades(index, instrument)
            if self.windowSpan > 1_000 * second, retained.count != history.count {
                differences.append("window of \(index) is short")
            }
        }
        return differences
    }

    private func differentTrades(_ index: Int, _ instrument: ReferenceEngine.Instrument) -> [String] {
        let trades = instrument.trades.map { time, price in
            RetainedTrade(
                time: Timestamp(nanoseconds: time),
                price: ExactDecimal(mantissa: price, scale: 2),
                size: ExactDecimal(mantissa: price + 1, scale: 1),
                taker: price % 2 == 0 ? .buy : .sell
            )
        }
        let retained = self.engine.retainedTrades(of: InstrumentIndex(index))
        return retained == trades.suffix(retained.count) ? [] : ["trades of \(index)"]
    }

    private func differentCounts() -> [String] {
        let cells = self.board.read()
        var differences: [String] = []
        for sell in 0..<3 {
            for buy in 0..<3 {
                let venuePair = cells.venuePair(sell: VenueIndex(sell), buy: VenueIndex(buy))
                for (name, count) in venuePair.named {
                    let key = ReferenceEngine.Count(sell: sell, buy: buy, name: name)
                    let expected = self.reference.counts[key] ?? 0
                    if count != expected { differences.append("\(key): \(count), not \(expected)") }
                }
                let key = ReferenceEngine.Count(sell: sell, buy: buy, name: "leg age")
                if self.legAges[sell * 3 + buy].all != self.reference.legAges[key] ?? [] {
                    differences.append("\(key)")
                }
            }
            for flag in QuoteFlag.allCases {
                let (count, expected) = (
                    cells.venues[sell].flagged[Int(flag.rawValue)].value, self.reference.flagged[sell][flag.label] ?? 0
                )
                if count != expected { differences.append("\(flag) at \(sell): \(count), not \(expected)") }
            }
            for reason in StaleReason.allCases {
                let count = cells.venues[sell].stale[Int(reason.rawValue)].value
                if count != self.reference.stale[sell][reason] ?? 0 { differences.append("stale \(reason) at \(sell)") }
            }
            if self.latencies[sell].all != self.reference.latencies[sell] { differences.append("latencies of \(sell)") }
        }
        return differences
    }

    private func differentLedger() -> [String] {
        var differences: [String] = []
        let history = self.reference.instruments.reduce(0) { $0 + $1.history.count }
        let rejected = self.tally.rejectedUnknown + self.tally.rejectedDelisted
        if self.tally.applied + rejected != UInt64(self.taken) { differences.append("\(self.tally)") }
        if self.tally.rejectedDelisted != UInt64(self.reference.delisted) { differences.append("\(self.tally)") }
        if self.tally.rejectedUnknown != UInt64(self.reference.unknown) { differences.append("unknown: \(self.tally)") }
        let trades = self.reference.instruments.reduce(0) { $0 + $1.trades.count }
        let elements = UInt64(history + self.reference.marks + trades + self.reference.forgotten)
        if self.tally.windowAppended != elements { differences.append("appended: \(self.tally), not \(elements)") }
        let kept = self.tally.windowHeld + self.tally.windowExpired + self.tally.windowDelisted
        if kept != elements { differences.append("held: \(self.tally)") }
        if self.heartbeats != self.expectedHeartbeats { differences.append("heartbeats") }
        return differences
    }
}

extension VenuePairCells {
    /// All counts, under the reference's names for them.
    fileprivate var named: [(name: String, count: UInt64)] {
        [
            ("evaluations", self.evaluations.value), ("points", self.points.value),
            ("above", self.breachesAbove.value), ("below", self.breachesBelow.value),
        ] + SpreadMissing.allCases.map { ("missing " + $0.label, self.missing[Int($0.rawValue)].value) }
            + PointMissing.allCases.map { ("no point " + $0.label, self.pointsMissing[Int($0.rawValue)].value) }
    }
}
