import TestSupport
import Testing

@testable import Core

/// The engine and its reference side by side, in one market.
struct EngineRun: ~Copyable {
    let settings: ReferenceEngine.Settings
    let board: Board
    let legAges: [DurationLog]
    let latencies: [DurationLog]
    let durations: [DurationLog]
    let peaks: [RatioLog]
    let clock = Timestamp.origin + 10_000 * second
    /// Venue and symbol of each instrument, in the order in which they are listed.
    private let listing: [(venue: Int, symbol: String)]
    /// How many of them were listed again after they had been delisted.
    private(set) var listedAgain = 0
    private(set) var universe: Universe
    var script: MarketScript
    var engine: SpreadEngine
    var reference: ReferenceEngine
    private(set) var tally = EngineTally()
    private(set) var taken = 0
    /// Short enough that quotes leave the windows during the run, or not.
    let windowSpan: Int64
    /// The points that the engine told of, of the pairs that are watched: all of them.
    var told: [PairPoint] = []
    var (histories, incompleteHistories) = (0, 0)
    private(set) var heartbeats: [Timestamp] = []
    private(set) var expectedHeartbeats: [Timestamp] = []

    init(_ random: inout SplitMix64) throws {
        let points = random.int(1...40)
        let settings = ReferenceEngine.Settings(
            every: random.oneIn(2) ? 0 : 100 * millisecond,
            bySellOnly: random.oneIn(3),
            maxAge: random.oneIn(2) ? nil : Int64(random.int(1...2_000)) * millisecond,
            bandPoints: random.oneIn(3) ? .max : points,
            bandMaxAge: Int64(random.int(100...20_000)) * millisecond,
            minPoints: random.int(1...points),
            upper: random.int(51...100),
            lower: random.int(1...50),
            outlierRatio: random.oneIn(4) ? nil : Double(random.int(2...15)) / 100,
            quarantine: QuarantineRule(
                interval: Int64(random.int(100...1_500)) * millisecond,
                limit: Double(random.oneIn(3) ? 200 : random.int(0...15)) / 1_000,
                limitAtOnce: random.oneIn(2) ? 0.5 : Double(random.int(20...150)) / 1_000
            ),
            opportunities: OpportunityRule(&random)
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
        listing.shuffle(using: &random)
        let spans = (
            quotes: random.oneIn(3) ? 1_800 * second : Int64(random.int(1...60)) * second,
            trades: Int64(random.int(1...60)) * second
        )
        try self.init(settings, venues, listing: listing, spans: spans, &random)
        for _ in 0..<random.int(0...listing.count) { self.list() }
    }

    /// A run of what was recorded: two venues of one symbol.
    init(recorded settings: ReferenceEngine.Settings, _ random: inout SplitMix64) throws {
        let venues = [
            ReferenceEngine.Venue(isPerpetual: false, fee: 0.001, repeatStaleAfter: nil),
            ReferenceEngine.Venue(isPerpetual: true, fee: 0.0005, repeatStaleAfter: nil),
            ReferenceEngine.Venue(isPerpetual: false, fee: 0, repeatStaleAfter: nil),
        ]
        let spans = (quotes: 1_800 * second, trades: second)
        try self.init(settings, venues, listing: [(0, "BTC"), (1, "BTC")], spans: spans, &random)
        for _ in 0..<2 { self.list() }
    }

    private init(
        _ settings: ReferenceEngine.Settings,
        _ venues: [ReferenceEngine.Venue],
        listing: [(venue: Int, symbol: String)],
        spans: (quotes: Int64, trades: Int64),
        _ random: inout SplitMix64
    ) throws {
        self.settings = settings
        // The second time only after the first one is no longer listed.
        self.listing = listing + listing
        self.script = MarketScript(
            venueOfInstrument: self.listing.map(\.venue),
            delistingOneIn: [nil, 150, 1_000][random.int(0...2)],
            random: SplitMix64(seed: random.next())
        )
        self.universe = Universe(
            venues: venues.map {
                VenueEntry(name: "", isPerpetual: $0.isPerpetual, fee: $0.fee, repeatStaleAfter: $0.repeatStaleAfter)
            }
        )
        let (legAges, latencies) = ((0..<9).map { _ in DurationLog() }, (0..<3).map { _ in DurationLog() })
        (self.legAges, self.latencies) = (legAges, latencies)
        let (durations, peaks) = ((0..<9).map { _ in DurationLog() }, (0..<9).map { _ in RatioLog() })
        (self.durations, self.peaks) = (durations, peaks)
        self.board = Board(
            universe: self.universe,
            legAge: { legAges[$0.position * 3 + $1.position] },
            endToEnd: { latencies[$0.position] },
            ended: { sell, buy in
                let index = sell.position * 3 + buy.position
                return OpportunityRecorders(duration: durations[index], peak: peaks[index])
            }
        )
        self.windowSpan = spans.quotes
        var engineSettings = try EngineSettings(settings)
        engineSettings.windowSpan = spans.quotes
        engineSettings.tradeSpan = spans.trades
        self.engine = SpreadEngine(universe: self.universe, settings: engineSettings, board: self.board)
        self.reference = ReferenceEngine(settings: settings, venues: venues)
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
        self.apply(events, displaced: displaced)
    }

    /// Lets both take the same.
    mutating func apply(_ events: [MarketEvent], displaced: [Int] = []) {
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

    /// Ends the engine in both worlds.
    mutating func finish() {
        self.engine.finish(at: self.script.now)
        self.reference.finish(at: self.script.now)
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
        self.outlierRatio = settings.outlierRatio
        self.quarantine.interval = settings.quarantine.interval
        self.quarantine.limit = settings.quarantine.limit
        self.quarantine.limitAtOnce = settings.quarantine.limitAtOnce
        self.opportunities.enter = settings.opportunities.enter
        self.opportunities.exit = settings.opportunities.exit
        self.opportunities.minNotional = settings.opportunities.minNotional
        self.opportunities.phantomAge = settings.opportunities.phantomAge
        self.opportunities.includesBasis = settings.opportunities.includesBasis
        self.opportunities.kept = 1_000_000
    }
}

extension OpportunityRule {
    fileprivate init(_ random: inout SplitMix64) {
        self.enter = Double(random.int(1...8)) / 1_000
        self.exit = self.enter - Double(random.int(0...30)) / 1_000
        self.minNotional = Double(random.int(0...1_000))
        self.phantomAge = Int64(random.int(0...200)) * millisecond
        self.includesBasis = random.oneIn(2)
    }
}
