/// One ordered pair: its last reading, its points' band, and where they are published.
///
/// There is one of each: whoever only looks at one shall not copy it by oversight.
struct PairState: ~Copyable {
    let entry: PairEntry
    // Both are the board's, which the engine holds.
    private let cell: Kept<PairCell>
    let counts: Kept<VenuePairCells>
    /// `1 − fee` of the sell venue and `1 + fee` of the buy venue.
    private let sellFactor: Double
    private let buyFactor: Double
    private(set) var reading = PairReading()
    private var maker = PointMaker()
    var quarantine: Quarantine
    var opportunity: OpportunityWatch
    /// Somebody wants to be told of each point.
    var isWatched = false
    /// A leg is no longer listed, or another engine has the pair: no quote asks for it.
    private(set) var isOver: Bool

    /// Begins with neither leg quoting.
    ///
    /// - Parameters:
    ///   - entry: Which instruments it is of.
    ///   - cell: Where it is published.
    ///   - counts: Those of its venues.
    ///   - fees: Taker fees of both venues, as ratios.
    ///   - isAllowed: The configuration keeps it out of quarantine.
    ///   - isOver: No quote shall ask for it.
    ///   - settings: Of its opportunities.
    init(
        entry: PairEntry,
        cell: PairCell,
        counts: VenuePairCells,
        fees: (sell: Double, buy: Double),
        isAllowed: Bool,
        isOver: Bool,
        settings: OpportunitySettings
    ) {
        (self.entry, self.cell, self.counts) = (entry, Kept(cell), Kept(counts))
        (self.sellFactor, self.buyFactor) = (1 - fees.sell, 1 + fees.buy)
        self.quarantine = Quarantine(isAllowed: isAllowed)
        self.opportunity = OpportunityWatch(settings, isBasis: entry.isBasis)
        self.isOver = isOver
    }

    /// Points made so far.
    var points: UInt64 { self.maker.number }

    /// Has the processor bring near what a point of this pair will touch besides.
    @inline(__always)
    func prefetch() {
        self.cell.use { $0.prefetch() }
        self.maker.prefetch()
    }

    func publish() { self.cell.use { $0.store(self.reading) } }

    /// Why there is no spread; `nil`: there is one.
    @inline(__always)
    func missing(_ sell: JoinLeg, _ buy: JoinLeg) -> SpreadMissing? {
        self.quarantine.isActive ? .quarantined : JoinFault(sell, buy)?.spreadMissing
    }

    /// Computes the spread from the standing quotes of both legs, or why there is none; ``publish()`` follows.
    ///
    /// `countsEvaluation` says that a quote asked for it, as opposed to a leg becoming stale.
    @inline(__always)
    mutating func evaluate(sell: Leg, buy: Leg, countsEvaluation: Bool, at now: Timestamp) {
        let missing = self.missing(sell.join, buy.join)
        if countsEvaluation {
            self.counts.use { $0.evaluations.add() }
            if let missing { self.counts.use { $0.missing[Int(missing.rawValue)].add() } }
        }
        self.reading.quarantine = self.quarantine.reason
        switch missing {
        case .quarantined: self.reading.status = .quarantined
        case .stale: self.reading.status = .stale
        case .noQuote, .crossed, .outlier: self.reading.status = .missing
        case nil:
            self.reading.status = .fresh
            self.reading.spread = sell.join.bid / buy.join.ask - 1
            self.reading.netSpread = (sell.join.bid * self.sellFactor) / (buy.join.ask * self.buyFactor) - 1
            self.reading.notional = min(sell.bidSize, buy.askSize) * buy.join.ask
            self.reading.olderLegChangedAt = min(sell.changedAt, buy.changedAt)
            if countsEvaluation {
                let isSellOlder = sell.changedAt <= buy.changedAt
                let age = max(0, now.nanoseconds(since: self.reading.olderLegChangedAt))
                let origin = QuoteOrigin(
                    instrument: isSellOlder ? self.entry.sell : self.entry.buy,
                    number: isSellOlder ? sell.sequence : buy.sequence,
                    time: now
                )
                self.counts.use { $0.legAge?.record(nanoseconds: age, of: origin) }
            }
        }
    }

    /// Adds the spread that was just evaluated to the points, unless its slot has one already or a leg forbids it.
    ///
    /// - Returns: The spread of the point that it made.
    @inline(__always)
    mutating func makePoint(sell: JoinLeg, buy: JoinLeg, at time: Int64, settings: EngineSettings) -> Double? {
        // A pair in quarantine was not evaluated; its points go on, for charts.
        switch self.maker.take(
            sell: sell,
            buy: buy,
            spread: self.reading.status == .fresh ? self.reading.spread : sell.bid / buy.ask - 1,
            at: time,
            settings: settings
        ) {
        case .taken: return nil
        case .missing(let reason):
            self.counts.use { $0.pointsMissing[Int(reason.rawValue)].add() }
            return nil
        case .point(let spread, let breach):
            switch breach {
            case .above: self.counts.use { $0.breachesAbove.add() }
            case .below: self.counts.use { $0.breachesBelow.add() }
            case nil: break
            }
            self.counts.use { $0.points.add() }
            self.reading.band = self.maker.band
            return spread
        }
    }

    /// A leg is no longer listed: there is no pair any more, and nothing of it is kept.
    mutating func end() {
        (self.reading, self.maker, self.isWatched) = (PairReading(), PointMaker(), false)
        self.isOver = true
        self.publish()
    }

    /// Drops points that have grown too old; `true` when that changed the band.
    mutating func expireBand(before limit: Int64, settings: BandSettings) -> Bool {
        guard self.maker.expire(before: limit, settings: settings) else { return false }
        self.reading.band = self.maker.band
        return true
    }
}
