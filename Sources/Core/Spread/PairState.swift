/// What a new reading of a pair asks of the engine.
struct PairChange {
    let before: PairStatus
    let after: PairStatus
    /// `nil`: there is no spread.
    let netSpread: Double?
    /// An opportunity may begin, go on or end.
    let concernsOpportunity: Bool
}

/// One ordered pair: its points' band, and where its figures stand.
///
/// There is one of each: whoever only looks at one shall not copy it by oversight.
struct PairState: ~Copyable {
    let entry: PairEntry
    private(set) var status = PairStatus.missing
    /// Any net spread makes a difference to the one that is open, and a quote without one too.
    var hasOpportunity = false
    /// Somebody wants to be told of each point.
    var isWatched = false
    /// A leg is no longer listed, or another engine has the pair: no quote asks for it.
    private(set) var isOver: Bool
    // Both are the board's, which the engine holds.
    private let line: PairLine
    let counts: Kept<VenuePairCells>
    /// `1 − fee` of the sell venue and `1 + fee` of the buy venue.
    private let sellFactor: Double
    private let buyFactor: Double
    /// The net spread that can begin an opportunity; infinite where there are none.
    let opportunityFrom: Double
    var quarantine: Quarantine
    private var maker = PointMaker()

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
        (self.entry, self.line, self.counts) = (entry, cell.line, Kept(counts))
        (self.sellFactor, self.buyFactor) = (1 - fees.sell, 1 + fees.buy)
        self.quarantine = Quarantine(isAllowed: isAllowed)
        self.opportunityFrom = entry.isBasis && !settings.includesBasis ? .infinity : settings.enter
        self.isOver = isOver
    }

    /// Points made so far.
    var points: UInt64 { self.maker.number }
    /// Of these points.
    var band: Band? { self.maker.band }
    /// As it is published.
    var reading: PairReading { self.line.read() }

    /// Has the processor bring near what a point of this pair will touch besides.
    @inline(__always)
    func prefetch() {
        self.line.prefetch()
        self.maker.prefetch()
    }

    /// Why there is no spread; `nil`: there is one.
    @inline(__always)
    func missing(_ fault: JoinFault?) -> SpreadMissing? {
        self.quarantine.isActive ? .quarantined : fault?.spreadMissing
    }

    /// Takes a quote of one of its legs: the spread, a point unless its slot has one or a leg forbids it, and the cell.
    ///
    /// All in one, for this is what the engine spends its time on.
    ///
    /// - Parameters:
    ///   - side: Whose quote it is.
    ///   - sell: The leg that is sold.
    ///   - buy: The one that is bought.
    ///   - fault: Why these two give no spread; `nil`: they do.
    ///   - time: Engine time.
    ///   - points: When it makes a point.
    ///   - band: Of how many points.
    /// - Returns: What else is to be done, and the spread of the point that was made.
    @inline(__always)
    mutating func take(
        quoteOf side: PairSide,
        sell: borrowing Leg,
        buy: borrowing Leg,
        _ fault: JoinFault?,
        at time: Int64,
        points: PointSettings,
        band: BandSettings
    ) -> (PairChange, point: Double?) {
        let (before, missing) = (self.status, self.missing(fault))
        self.status = missing?.status ?? .fresh
        self.counts.use { $0.evaluations.add() }
        if let missing { self.counts.use { $0.missing[Int(missing.rawValue)].add() } }
        let figures = missing == nil ? self.figures(sell: sell, buy: buy) : nil
        var point: Double?
        if points.by == .both || side == .sell {
            point = self.makePoint(sell: sell.join, buy: buy.join, fault, figures, at: time, points, band)
        }
        self.publish(figures)
        return (self.change(from: before, figures), point)
    }

    /// Brings spread and cell up to date with the standing quotes of both legs: no quote asked for it.
    mutating func reevaluate(sell: borrowing Leg, buy: borrowing Leg) -> PairChange {
        let (before, missing) = (self.status, self.missing(JoinFault(sell.join, buy.join)))
        self.status = missing?.status ?? .fresh
        let figures = missing == nil ? self.figures(sell: sell, buy: buy) : nil
        self.publish(figures)
        return self.change(from: before, figures)
    }

    @inline(__always)
    private func publish(_ figures: SpreadFigures?) {
        self.line.store(self.status, self.quarantine.reason, figures, band: self.maker.band)
    }

    @inline(__always)
    private func change(from before: PairStatus, _ figures: SpreadFigures?) -> PairChange {
        let mayBegin = figures.map { $0.netSpread >= self.opportunityFrom } ?? false
        return PairChange(
            before: before,
            after: self.status,
            netSpread: figures?.netSpread,
            concernsOpportunity: mayBegin || self.hasOpportunity
        )
    }

    @inline(__always)
    private func figures(sell: borrowing Leg, buy: borrowing Leg) -> SpreadFigures {
        SpreadFigures(
            spread: sell.join.bid / buy.join.ask - 1,
            netSpread: (sell.join.bid * self.sellFactor) / (buy.join.ask * self.buyFactor) - 1,
            notional: min(sell.bidSize, buy.askSize) * buy.join.ask,
            olderLegChangedAt: min(sell.changedAt, buy.changedAt)
        )
    }

    @inline(__always)
    private mutating func makePoint(
        sell: JoinLeg,
        buy: JoinLeg,
        _ fault: JoinFault?,
        _ figures: SpreadFigures?,
        at time: Int64,
        _ points: PointSettings,
        _ band: BandSettings
    ) -> Double? {
        // A pair in quarantine was not evaluated; its points go on, for charts.
        switch self.maker.take(
            sell: sell,
            buy: buy,
            fault: fault,
            spread: figures?.spread ?? (sell.bid / buy.ask - 1),
            at: time,
            points: points,
            band: band
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
            return spread
        }
    }

    /// A leg is no longer listed: there is no pair any more, and nothing of it is kept.
    mutating func end() {
        (self.status, self.isWatched, self.isOver) = (.missing, false, true)
        self.maker = PointMaker()
        self.line.store(.missing, nil, .initial, band: nil)
    }

    /// Drops points that have grown too old, and publishes the band that is left.
    mutating func expireBand(before limit: Int64, settings: BandSettings) {
        if self.maker.expire(before: limit, settings: settings) { self.line.store(self.maker.band) }
    }
}

extension SpreadMissing {
    /// What a pair is that has no spread for this reason.
    @inline(__always)
    fileprivate var status: PairStatus {
        switch self {
        case .quarantined: .quarantined
        case .stale: .stale
        case .noQuote, .crossed, .outlier: .missing
        }
    }
}
