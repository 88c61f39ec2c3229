/// One ordered pair: its last reading, its points' band, and where they are published.
struct PairState {
    let entry: PairEntry
    private let cell: PairCell
    private let counts: VenuePairCells
    /// `1 − fee` of the sell venue and `1 + fee` of the buy venue.
    private let sellFactor: Double
    private let buyFactor: Double
    private(set) var reading = PairReading()
    private var maker = PointMaker()
    /// Somebody wants to be told of each point.
    var isWatched = false
    /// Kept where somebody asks for it at the end of a replay.
    var summary: SpreadSummary?

    init(entry: PairEntry, cell: PairCell, counts: VenuePairCells, sellFee: Double, buyFee: Double) {
        (self.entry, self.cell, self.counts) = (entry, cell, counts)
        (self.sellFactor, self.buyFactor) = (1 - sellFee, 1 + buyFee)
    }

    /// Points made so far.
    var points: UInt64 { self.maker.number }

    func publish() { self.cell.store(self.reading) }

    /// Computes the spread from the standing quotes of both legs, or why there is none; ``publish()`` follows.
    ///
    /// `countsEvaluation` says that a quote asked for it, as opposed to a leg becoming stale.
    mutating func evaluate(sell: Leg, buy: Leg, countsEvaluation: Bool, at now: Timestamp) {
        let missing = SpreadMissing(sell.join, buy.join)
        if countsEvaluation {
            self.counts.evaluations.add()
            if let missing { self.counts.missing[Int(missing.rawValue)].add() }
        }
        switch missing {
        case .noQuote, .crossed: self.reading.status = .missing
        case .stale: self.reading.status = .stale
        case nil:
            self.reading.status = .fresh
            self.reading.spread = sell.join.bid / buy.join.ask - 1
            self.reading.netSpread = (sell.join.bid * self.sellFactor) / (buy.join.ask * self.buyFactor) - 1
            self.reading.notional = min(sell.bidSize, buy.askSize) * buy.join.ask
            self.reading.olderLegChangedAt = min(sell.changedAt, buy.changedAt)
            if countsEvaluation {
                self.summary?.add(self.reading.spread)
                let isSellOlder = sell.changedAt <= buy.changedAt
                self.counts.legAge?.record(
                    nanoseconds: max(0, now.nanoseconds(since: self.reading.olderLegChangedAt)),
                    of: QuoteOrigin(
                        instrument: isSellOlder ? self.entry.sell : self.entry.buy,
                        number: isSellOlder ? sell.sequence : buy.sequence,
                        time: now
                    )
                )
            }
        }
    }

    /// Adds the spread that was just evaluated to the points, unless its slot has one already or a leg forbids it.
    ///
    /// - Returns: Whether it made a point.
    mutating func makePoint(sell: Leg, buy: Leg, at time: Int64, settings: EngineSettings) -> Bool {
        switch self.maker.take(
            sell: sell.join,
            buy: buy.join,
            spread: self.reading.spread,
            at: time,
            settings: settings
        ) {
        case .taken: return false
        case .missing(let reason):
            self.counts.pointsMissing[Int(reason.rawValue)].add()
            return false
        case .point(_, let breach):
            switch breach {
            case .above: self.counts.breachesAbove.add()
            case .below: self.counts.breachesBelow.add()
            case nil: break
            }
            self.counts.points.add()
            self.reading.band = self.maker.band
            return true
        }
    }

    /// A leg is no longer listed: there is no pair any more, and nothing of it is kept.
    mutating func end() {
        (self.reading, self.maker, self.isWatched) = (PairReading(), PointMaker(), false)
        self.publish()
    }

    /// Drops points that have grown too old; `true` when that changed the band.
    mutating func expireBand(before limit: Int64, settings: BandSettings) -> Bool {
        guard self.maker.expire(before: limit, settings: settings) else { return false }
        self.reading.band = self.maker.band
        return true
    }
}
