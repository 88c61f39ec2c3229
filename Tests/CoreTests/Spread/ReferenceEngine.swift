import Core

/// The engine's results, written from the words of the design with plain arrays, sorting and linear search.
///
/// It shares nothing with the engine but the values that go in, and is as slow as it looks.
struct ReferenceEngine {
    struct Settings {
        var every: Int64
        var bySellOnly: Bool
        var maxAge: Int64?
        var bandPoints: Int
        var bandMaxAge: Int64
        var minPoints: Int
        /// In per cent.
        var upper: Int
        var lower: Int
        var outlierRatio: Double? = 0.1
        var quarantine = QuarantineRule()
        var opportunities = OpportunityRule()
    }

    struct Venue {
        var isPerpetual: Bool
        var fee: Double
        var repeatStaleAfter: Int64?
    }

    struct Instrument {
        let venue: Int
        let symbol: String
        var standing: ScriptedQuote?
        var changedAt = Timestamp.never
        /// The same in engine time.
        var changedTime = Int64.min
        var provedAt = Timestamp.never
        var isStale = false
        /// Its venue lists it no more.
        var isUnlisted = false
        /// The element that says so has arrived.
        var isGone = false
        /// An outlier that nothing has confirmed.
        var isDoubted = false
        /// Bid and ask of every quote that could give a spread, and whether it was an outlier; `nil` for other quotes.
        var sums: [(sum: Double, isOutlier: Bool)?] = []
        /// Bid and ask of the last quote that gave a spread.
        var acceptedSum: Double?
        /// Everything that was accepted, at its engine time.
        var history: [(time: Int64, quote: ScriptedQuote)] = []
        /// Engine time and price of every trade.
        var trades: [(time: Int64, price: Int64)] = []

        var makesSense: Bool { self.standing.map { !$0.isOneSided && !$0.isCrossed } ?? false }
        var givesSpread: Bool { self.makesSense && !self.isDoubted }
    }

    struct Pair {
        let sell: Int
        let buy: Int
        var points: [(time: Int64, spread: Double)] = []
        /// All points ever, each with the band as it was from then on.
        var allPoints: [(time: Int64, spread: Double, band: (upper: Double, lower: Double)?)] = []
        var band: (upper: Double, lower: Double)?
        var lastSlot: Int64?
        var isOver = false
        /// Whether the spread was beyond the limit at each whole minute; `nil` where there was none.
        var minutes: [Bool?] = []
        var isDiscovered = false
        /// Why it is quarantined.
        var quarantine: QuarantineReason?
        /// All that happened to it.
        var moments: [Moment] = []
    }

    /// Counts by sell venue, buy venue and name.
    struct Count: Hashable {
        var sell: Int
        var buy: Int
        var name: String
    }

    let settings: Settings
    let venues: [Venue]
    var instruments: [Instrument] = []
    var pairs: [Pair] = []
    private(set) var counts: [Count: UInt64] = [:]
    /// By venue and flag.
    var flagged: [[String: UInt64]]
    /// Quotes that became stale, by venue and reason.
    private(set) var stale: [[StaleReason: UInt64]]
    private(set) var legAges: [Count: [Int64]] = [:]
    private(set) var latencies: [[Int64]]
    private(set) var unknown = 0
    private(set) var delisted = 0
    /// What the windows of delisted instruments were given.
    private(set) var forgotten = 0
    /// Changes of a standing quote that were no quotes.
    private(set) var marks = 0
    private(set) var lastTime: [String: Int64] = [:]
    /// The latest whole minute that was looked at.
    var lastMinute: Int64?
    private(set) var quarantineChanges: UInt64 = 0

    init(settings: Settings, venues: [Venue]) {
        (self.settings, self.venues) = (settings, venues)
        self.flagged = Array(repeating: [:], count: venues.count)
        self.stale = Array(repeating: [:], count: venues.count)
        self.latencies = Array(repeating: [], count: venues.count)
    }

    mutating func add(venue: Int, symbol: String) {
        let index = self.instruments.count
        self.instruments.append(Instrument(venue: venue, symbol: symbol))
        for other in 0..<index
        where self.instruments[other].symbol == symbol && !self.instruments[other].isUnlisted {
            self.pairs.append(Pair(sell: other, buy: index))
            self.pairs.append(Pair(sell: index, buy: other))
        }
    }

    // MARK: Events

    mutating func displace(_ instrument: Int) {
        guard instrument < self.instruments.count else { return }
        if self.instruments[instrument].isUnlisted {
            self.delist(instrument, at: .never)
        } else {
            self.markStale(instrument, .lost, at: .never)
        }
    }

    mutating func apply(_ event: MarketEvent, clock: Timestamp) {
        if let instrument = event.subject, instrument >= self.instruments.count {
            self.unknown += 1
            return
        }
        if let instrument = event.subject, self.instruments[instrument].isGone {
            self.delisted += 1
            return
        }
        if let instant = event.instant { self.passMinutes(until: instant.nanoseconds) }
        switch event {
        case .quote(let instrument, let quote, let instant, let isRepeat, let isSeed):
            self.take(quote, of: instrument, at: instant, isRepeat: isRepeat, isSeed: isSeed, clock: clock)
        case .stale(let instrument, let reason, let instant): self.markStale(instrument, reason, at: instant)
        case .withdrawn(let instrument, let instant):
            guard self.instruments[instrument].standing != nil else { return }
            self.instruments[instrument].standing = nil
            self.mark(instrument, at: instant)
        case .delisted(let instrument, let instant): self.delist(instrument, at: instant)
        case .trade(let instrument, let price, let instant):
            self.instruments[instrument].trades.append((self.nextTime(of: instrument, at: instant), price))
        case .control: break
        case .heartbeat(let instant): self.advance(to: instant)
        }
    }

    /// From now on the instrument may be listed anew, under another number.
    mutating func unlist(_ instrument: Int) {
        if instrument < self.instruments.count { self.instruments[instrument].isUnlisted = true }
    }

    private mutating func delist(_ instrument: Int, at instant: Timestamp) {
        if self.instruments[instrument].isGone { return }
        let time = self.nextTime(of: instrument, at: instant)
        self.instruments[instrument].isGone = true
        self.instruments[instrument].standing = nil
        self.forgotten += self.instruments[instrument].history.count + self.instruments[instrument].trades.count
        (self.instruments[instrument].history, self.instruments[instrument].trades) = ([], [])
        for pair in self.pairs.indices where self.pairs[pair].sell == instrument || self.pairs[pair].buy == instrument {
            self.note(.delisting, pair, at: time)
            if self.pairs[pair].quarantine != nil { self.changeQuarantine(of: pair, to: nil) }
            (self.pairs[pair].isOver, self.pairs[pair].points, self.pairs[pair].band) = (true, [], nil)
        }
    }

    private mutating func markStale(_ instrument: Int, _ reason: StaleReason, at instant: Timestamp) {
        guard self.instruments[instrument].standing != nil, !self.instruments[instrument].isStale else { return }
        self.instruments[instrument].isStale = true
        self.stale[self.instruments[instrument].venue][reason, default: 0] += 1
        self.mark(instrument, at: instant)
    }

    /// Counts a mark, which has its place in the order of the symbol's events like a quote.
    private mutating func mark(_ instrument: Int, at instant: Timestamp) {
        self.marks += 1
        let time = self.nextTime(of: instrument, at: instant)
        for pair in self.pairs.indices where self.pairs[pair].sell == instrument || self.pairs[pair].buy == instrument {
            // A leg that is proven to stand again can give a pair its first spread.
            self.discover(pair)
            self.note(.mark, pair, at: time)
        }
    }

    private mutating func nextTime(of instrument: Int, at instant: Timestamp) -> Int64 {
        let symbol = self.instruments[instrument].symbol
        let time = max(instant.nanoseconds, (self.lastTime[symbol] ?? .min) &+ 1)
        self.lastTime[symbol] = time
        return time
    }

    private mutating func take(
        _ quote: ScriptedQuote,
        of instrument: Int,
        at instant: Timestamp,
        isRepeat: Bool,
        isSeed: Bool,
        clock: Timestamp
    ) {
        let venue = self.instruments[instrument].venue
        if quote.isCrossed { self.flagged[venue]["crossed", default: 0] += 1 }
        if quote.isLocked { self.flagged[venue]["locked", default: 0] += 1 }
        if quote.isOneSided { self.flagged[venue]["one_sided", default: 0] += 1 }
        if isRepeat { self.flagged[venue]["repeat", default: 0] += 1 }
        self.instruments[instrument].provedAt = instant
        // A repeat of something that never arrived is the first of it.
        let isNew = !isRepeat || self.instruments[instrument].standing != quote
        let wasStale = self.instruments[instrument].isStale
        self.instruments[instrument].isStale = false
        guard isNew else {
            if wasStale { self.mark(instrument, at: instant) }
            return
        }
        let time = self.nextTime(of: instrument, at: instant)
        // A quote that shows what stood already is no younger than that.
        let before = self.instruments[instrument].standing
        let same =
            before.map {
                let volumes =
                    $0.isUnsized || quote.isUnsized
                    || $0.bidVolume == quote.bidVolume && $0.askVolume == quote.askVolume
                return $0.bidPrice == quote.bidPrice && $0.askPrice == quote.askPrice && volumes
            } ?? false
        self.instruments[instrument].standing = quote
        if !same {
            self.instruments[instrument].changedAt = instant
            self.instruments[instrument].changedTime = time
        }
        self.instruments[instrument].history.append((time, quote))
        self.judge(instrument)
        for pair in self.pairs.indices where self.pairs[pair].sell == instrument || self.pairs[pair].buy == instrument {
            if self.pairs[pair].isOver { continue }
            self.evaluate(pair, at: instant)
            let side: Moment.Side = self.pairs[pair].sell == instrument ? .sell : .buy
            self.note(.quote(side, at: instant), pair, at: time)
            if !self.settings.bySellOnly || self.pairs[pair].sell == instrument { self.makePoint(pair, at: time) }
        }
        if !isSeed { self.latencies[venue].append(max(0, clock.nanoseconds - instant.nanoseconds)) }
    }

    private mutating func evaluate(_ pair: Int, at instant: Timestamp) {
        self.discover(pair)
        self.count("evaluations", pair)
        if let missing = self.missing(pair) { return self.count("missing " + missing, pair) }
        let age = instant.nanoseconds - self.olderLegChangedAt(pair).nanoseconds
        self.legAges[self.key("leg age", pair), default: []].append(max(0, age))
    }

    private mutating func makePoint(_ pair: Int, at time: Int64) {
        var slot: Int64?
        if self.settings.every > 0 {
            slot = time / self.settings.every
            if slot == self.pairs[pair].lastSlot { return }
        }
        if let missing = self.faultOfLegs(pair) {
            return self.count("no point " + (missing == "no_quote" ? "no_leg" : missing), pair)
        }
        let legs = [self.instruments[self.pairs[pair].sell], self.instruments[self.pairs[pair].buy]]
        if legs.contains(where: { $0.standing?.isLocked == true }) { return self.count("no point locked", pair) }
        if let maxAge = self.settings.maxAge, legs.contains(where: { time - $0.changedTime > maxAge }) {
            return self.count("no point too_old", pair)
        }
        let spread = self.figures(pair).spread
        self.dropOldPoints(pair, at: time)
        if let band = self.bandOfPoints(pair) {
            if spread > band.upper { self.count("above", pair) }
            if spread < band.lower { self.count("below", pair) }
        }
        self.pairs[pair].points.append((time, spread))
        self.pairs[pair].points = self.pairs[pair].points.suffix(self.settings.bandPoints)
        self.pairs[pair].lastSlot = slot
        self.pairs[pair].band = self.bandOfPoints(pair)
        self.pairs[pair].allPoints.append((time, spread, self.pairs[pair].band))
        self.count("points", pair)
    }

    private mutating func advance(to now: Timestamp) {
        for index in self.instruments.indices where self.instruments[index].standing != nil {
            guard let limit = self.venues[self.instruments[index].venue].repeatStaleAfter else { continue }
            let silence = now.nanoseconds - self.instruments[index].provedAt.nanoseconds
            if silence > limit { self.markStale(index, .subscription, at: now) }
        }
        for pair in self.pairs.indices {
            self.dropOldPoints(pair, at: now.nanoseconds)
            self.pairs[pair].band = self.bandOfPoints(pair)
        }
    }

    private mutating func dropOldPoints(_ pair: Int, at time: Int64) {
        self.pairs[pair].points.removeAll { time - $0.time > self.settings.bandMaxAge }
    }

    mutating func changeQuarantine(of pair: Int, to reason: QuarantineReason?) {
        self.pairs[pair].quarantine = reason
        self.quarantineChanges += 1
    }

    private mutating func count(_ name: String, _ pair: Int) { self.counts[self.key(name, pair), default: 0] += 1 }

    private func key(_ name: String, _ pair: Int) -> Count {
        Count(
            sell: self.instruments[self.pairs[pair].sell].venue,
            buy: self.instruments[self.pairs[pair].buy].venue,
            name: name
        )
    }
}

// MARK: - Results

extension ReferenceEngine {
    /// Why the pair has no spread now, by its label.
    func missing(_ pair: Int) -> String? {
        self.pairs[pair].quarantine == nil ? self.faultOfLegs(pair) : "quarantined"
    }

    /// Why its legs give no spread.
    func faultOfLegs(_ pair: Int) -> String? {
        let (sell, buy) = (self.instruments[self.pairs[pair].sell], self.instruments[self.pairs[pair].buy])
        if self.pairs[pair].isOver || sell.standing == nil || buy.standing == nil { return "no_quote" }
        if sell.isStale || buy.isStale { return "stale" }
        if !sell.makesSense || !buy.makesSense { return "crossed" }
        return sell.isDoubted || buy.isDoubted ? "outlier" : nil
    }

    func status(_ pair: Int) -> PairStatus {
        switch self.missing(pair) {
        case nil: .fresh
        case "stale": .stale
        case "quarantined": .quarantined
        default: .missing
        }
    }

    /// Meaningful while the pair is fresh.
    func figures(_ pair: Int) -> (spread: Double, net: Double, notional: Double) {
        let (sell, buy) = (self.instruments[self.pairs[pair].sell], self.instruments[self.pairs[pair].buy])
        guard let sold = sell.standing, let bought = buy.standing else { return (.nan, .nan, .nan) }
        let (sellFee, buyFee) = (self.venues[sell.venue].fee, self.venues[buy.venue].fee)
        return (
            sold.bidPrice / bought.askPrice - 1,
            (sold.bidPrice * (1 - sellFee)) / (bought.askPrice * (1 + buyFee)) - 1,
            min(sold.bidVolume, bought.askVolume) * bought.askPrice
        )
    }

    func olderLegChangedAt(_ pair: Int) -> Timestamp {
        let legs = [self.instruments[self.pairs[pair].sell], self.instruments[self.pairs[pair].buy]]
        return legs.map(\.changedAt).sorted()[0]
    }

    private func bandOfPoints(_ pair: Int) -> (upper: Double, lower: Double)? {
        let sorted = self.pairs[pair].points.map(\.spread).sorted()
        guard sorted.count >= self.settings.minPoints else { return nil }
        func nearestRank(_ percent: Int) -> Double {
            for (index, value) in sorted.enumerated() where (index + 1) * 100 >= percent * sorted.count { return value }
            return .nan
        }
        return (nearestRank(self.settings.upper), nearestRank(self.settings.lower))
    }
}
