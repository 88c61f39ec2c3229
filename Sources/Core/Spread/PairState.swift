/// One ordered pair: its last reading, its points' band, and where they are published.
struct PairState {
    let entry: PairEntry
    private let cell: PairCell
    private let counts: VenuePairCells
    /// `1 − fee` of the sell venue and `1 + fee` of the buy venue.
    private let sellFactor: Double
    private let buyFactor: Double
    private(set) var reading = PairReading()
    private var band = BandWindow()
    private var lastSlot = Int64.min

    init(entry: PairEntry, cell: PairCell, counts: VenuePairCells, sellFee: Double, buyFee: Double) {
        (self.entry, self.cell, self.counts) = (entry, cell, counts)
        (self.sellFactor, self.buyFactor) = (1 - sellFee, 1 + buyFee)
    }

    func publish() { self.cell.store(self.reading) }

    /// Computes the spread from the standing quotes of both legs and publishes it, or why there is none.
    ///
    /// `countsEvaluation` says that a quote asked for it, as opposed to a leg becoming stale.
    mutating func evaluate(sell: Leg, buy: Leg, countsEvaluation: Bool, at now: Timestamp) {
        let missing = Self.missing(sell, buy)
        if countsEvaluation {
            self.counts.evaluations.add()
            if let missing { self.counts.missing[Int(missing.rawValue)].add() }
        }
        switch missing {
        case .noQuote, .crossed: self.reading.status = .missing
        case .stale: self.reading.status = .stale
        case nil:
            self.reading.status = .fresh
            self.reading.spread = sell.bid / buy.ask - 1
            self.reading.netSpread = (sell.bid * self.sellFactor) / (buy.ask * self.buyFactor) - 1
            self.reading.notional = min(sell.bidSize, buy.askSize) * buy.ask
            self.reading.olderLegChangedAt = min(sell.changedAt, buy.changedAt)
            if countsEvaluation {
                self.counts.legAge?.record(nanoseconds: max(0, now.nanoseconds(since: self.reading.olderLegChangedAt)))
            }
        }
        self.publish()
    }

    /// Adds the spread at a quote to the points, unless its slot has one already or a leg forbids it.
    mutating func makePoint(sell: Leg, buy: Leg, at time: Int64, settings: EngineSettings) {
        let slot = settings.points.every > 0 ? time / settings.points.every : .min
        if slot != .min, slot == self.lastSlot { return }
        if let missing = Self.pointMissing(sell, buy, at: time, maxAge: settings.points.maxAge) {
            self.counts.pointsMissing[Int(missing.rawValue)].add()
            return
        }
        self.lastSlot = slot
        let spread = self.reading.spread
        // A breach is of the band as it is now, not as it was at the last point.
        self.band.expire(before: time - settings.band.maxAge)
        if let band = self.band.band(settings.band) {
            if spread > band.upper { self.counts.breachesAbove.add() }
            if spread < band.lower { self.counts.breachesBelow.add() }
        }
        self.band.append(spread, at: time, settings: settings.band)
        self.counts.points.add()
        self.reading.band = self.band.band(settings.band)
        self.publish()
    }

    /// Drops points that have grown too old; `true` when that changed the band.
    mutating func expireBand(before limit: Int64, settings: BandSettings) -> Bool {
        guard self.band.expire(before: limit) else { return false }
        let band = self.band.band(settings)
        defer { self.reading.band = band }
        return band != self.reading.band
    }

    private static func missing(_ sell: Leg, _ buy: Leg) -> SpreadMissing? {
        if !sell.hasQuote || !buy.hasQuote { return .noQuote }
        if sell.isStale || buy.isStale { return .stale }
        if sell.usability == .unusable || buy.usability == .unusable { return .crossed }
        return nil
    }

    private static func pointMissing(_ sell: Leg, _ buy: Leg, at time: Int64, maxAge: Int64?) -> PointMissing? {
        switch Self.missing(sell, buy) {
        case .noQuote: return .noLeg
        case .stale: return .stale
        case .crossed: return .crossed
        case nil: break
        }
        if sell.usability == .usable(locked: true) || buy.usability == .usable(locked: true) { return .locked }
        if let maxAge {
            let older = min(sell.changedAt, buy.changedAt)
            if Timestamp(nanoseconds: time).nanoseconds(since: older) > maxAge { return .tooOld }
        }
        return nil
    }
}
