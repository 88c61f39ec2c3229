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
}

/// The engine and its reference side by side, in one market.
struct EngineRun: ~Copyable {
    let settings: ReferenceEngine.Settings
    private let board: Board
    private let legAges: [DurationLog]
    private let latencies: [DurationLog]
    let clock = Timestamp.origin + 10_000 * second
    /// Venue and symbol of each instrument, in the order in which they are listed.
    private let listing: [(venue: Int, symbol: String)]
    /// How many of them were listed again after they had been delisted.
    private(set) var listedAgain = 0
    private var universe: Universe
    var script: MarketScript
    var engine: SpreadEngine
    var reference: ReferenceEngine
    private var tally = EngineTally()
    private var taken = 0
    /// Short enough that quotes leave the windows during the run, or not.
    private let windowSpan: Int64
    /// The points that the engine told of, of the pairs that are watched: all of them.
    var told: [PairPoint] = []
    var (histories, incompleteHistories) = (0, 0)
    private var heartbeats: [Timestamp] = []
    private var expectedHeartbeats: [Timestamp] = []

    init(_ random: inout SplitMix64) throws {
        let points = random.int(1...40)
        self.settings = ReferenceEngine.Settings(
            every: random.oneIn(2) ? 0 : 100 * millisecond,
            bySellOnly: random.oneIn(3),
            maxAge: random.oneIn(2) ? nil : Int64(random.int(1...2_000)) * millisecond,
            bandPoints: random.oneIn(3) ? .max : points,
            bandMaxAge: Int64(random.int(100...20_000)) * millisecond,
            minPoints: random.int(1...points),
            upper: random.int(51...100),
            lower: random.int(1...50)
        )
        let venues = [
            ReferenceEngine.Venue(isPerpetual: false, fee: 0.001, repeatStaleAfter: nil),
            ReferenceEngine.Venue(isPerpetual: true, fee: 0.00045, repeatStaleAfter: 2 * second),
            ReferenceEngine.Venue(isPerpetual: false, fee: 0, repeatStaleAfter: Int64(random.int(1...10)) * second),
        ]
        var listing: [(venue: Int, symbol: String)] = []
        for symbol in 0..<random.int(1...4) {
            for venue in 0..<3 where venue == symbol % 3 || !random.oneIn(5) { listing.append((venue, "S\(symbol)")) }
        }
        // The second time only after the first one is no longer listed.
        self.listing = listing.shuffled(using: &random) + listing.shuffled(using: &random)
        self.script = MarketScript(
            venueOfInstrument: self.listing.map(\.venue),
            random: SplitMix64(seed: random.next())
        )
        self.universe = Universe(
            venues: venues.map {
                VenueEntry(name: "", isPerpetual: $0.isPerpetual, fee: $0.fee, repeatStaleAfter: $0.repeatStaleAfter)
            }
        )
        let (legAges, latencies) = ((0..<9).map { _ in DurationLog() }, (0..<3).map { _ in DurationLog() })
        (self.legAges, self.latencies) = (legAges, latencies)
        self.board = Board(
            universe: self.universe,
            legAge: { legAges[$0.position * 3 + $1.position] },
            endToEnd: { latencies[$0.position] }
        )
        self.windowSpan = random.oneIn(3) ? 1_800 * second : Int64(random.int(1...60)) * second
        var engineSettings = try EngineSettings(self.settings)
        engineSettings.windowSpan = self.windowSpan
        engineSettings.tradeSpan = Int64(random.int(1...60)) * second
        self.engine = SpreadEngine(universe: self.universe, settings: engineSettings, board: self.board)
        self.reference = ReferenceEngine(settings: self.settings, venues: venues)
        for _ in 0..<random.int(0...listing.count) { self.list() }
    }

    /// Lists the next instrument, should there be one.
    private mutating func list() {
        guard self.universe.instruments.count < self.listing.count else { return }
        let (venue, symbol) = self.listing[self.universe.instruments.count]
        let added = self.universe.add(venue: VenueIndex(venue), symbol: symbol, venueSymbol: symbol)
        guard let added else { return }
        if added.position >= self.listing.count / 2 { self.listedAgain += 1 }
        self.engine.extend(to: self.universe)
        for pair in self.universe.pairs.indices { self.engine.watch(PairIndex(pair)) }
        self.reference.add(venue: venue, symbol: symbol)
    }

    /// One batch; now and then some of its first elements are displaced, or an instrument is listed before it.
    mutating func step(_ random: inout SplitMix64) {
        if random.oneIn(10) { self.list() }
        var events = (0..<random.int(1...30)).map { _ in self.script.nextEvent() }
        for case .delisted(let instrument, _) in events { self.unlist(instrument) }
        var displaced: [Int] = []
        if random.oneIn(4) {
            let lost = events.prefix(random.int(1...events.count))
            events.removeFirst(lost.count)
            for instrument in lost.compactMap(\.instrument) where !displaced.contains(instrument) {
                displaced.append(instrument)
            }
        }
        let batch = events.map { event in
            event.element(venue: VenueIndex(event.instrument.map { self.listing[$0].venue } ?? 0))
        }
        let clock = self.clock
        var heartbeats: [Timestamp] = []
        let done = self.engine.process(
            batch,
            displaced: displaced.map(InstrumentIndex.init),
            clock: { clock },
            heartbeat: { _, sentAt in heartbeats.append(sentAt) }
        )
        self.engine.takePoints(into: &self.told)
        self.heartbeats += heartbeats
        self.tally.add(done)
        self.taken += batch.count
        for instrument in displaced { self.reference.displace(instrument) }
        for event in events {
            self.reference.apply(event, clock: clock)
            if case .heartbeat(let instant) = event { self.expectedHeartbeats.append(instant) }
        }
    }

    /// The venue's list comes before the element that says so in the order of events.
    private mutating func unlist(_ instrument: Int) {
        guard instrument < self.universe.instruments.count else { return }
        self.universe.remove(InstrumentIndex(instrument))
        self.engine.extend(to: self.universe)
        self.reference.unlist(instrument)
    }

    /// What the reference counts for a pair of venues.
    static var names: [String] {
        ["evaluations", "points", "above", "below"] + SpreadMissing.allCases.map { "missing " + $0.label }
            + PointMissing.allCases.map { "no point " + $0.label }
    }

    func sum(_ name: String) -> UInt64 {
        self.reference.counts.filter { $0.key.name == name }.reduce(0) { $0 + $1.value }
    }
}

// MARK: - Comparison

extension EngineRun {
    /// Everything in which the two are of different opinion, in words.
    func differences() -> [String] {
        self.differentReadings() + self.differentTops() + self.differentCounts() + self.differentLedger()
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

extension EngineSettings {
    fileprivate init(_ settings: ReferenceEngine.Settings) throws {
        func percent(_ percent: Int) throws -> Quantile {
            try #require(Quantile(ExactDecimal(mantissa: Int64(percent), scale: 2)))
        }
        var band = BandSettings(upper: try percent(settings.upper), lower: try percent(settings.lower))
        band.points = settings.bandPoints == .max ? nil : settings.bandPoints
        band.maxAge = settings.bandMaxAge
        band.minPoints = settings.minPoints
        self.init(band: band)
        self.points.every = settings.every
        self.points.by = settings.bySellOnly ? .sell : .both
        self.points.maxAge = settings.maxAge
    }
}
