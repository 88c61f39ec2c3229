import Core
import Testing

/// An engine with its board, driven one element at a time.
final class Desk {
    let board: Board
    private var universe: Universe
    private(set) var engine: SpreadEngine
    private(set) var tally = EngineTally()
    /// When the next element comes; each one moves it on by a nanosecond.
    var now = Timestamp.origin
    private(set) var lastSequence: UInt64 = 0

    /// Three venues; bands of one point, so that any point makes one.
    init(
        listing: [(venue: Int, symbol: String)] = [(0, "BTC"), (1, "BTC")],
        fees: [Double] = [0, 0, 0],
        repeatStaleAfter: [Int64?] = [nil, nil, nil],
        every: Int64 = 0,
        pointMaxAge: Int64? = nil,
        arePerpetual: [Bool] = [false, false, false],
        allowed: Set<String> = [],
        outlierRatio: Double? = nil,
        opportunities: OpportunitySettings = OpportunitySettings()
    ) throws {
        self.universe = Universe(
            venues: fees.indices.map {
                VenueEntry(
                    name: "v\($0)",
                    isPerpetual: arePerpetual[$0],
                    fee: fees[$0],
                    repeatStaleAfter: repeatStaleAfter[$0]
                )
            }
        )
        let half = try #require(Quantile(ExactDecimal("0.5")))
        var settings = EngineSettings(band: BandSettings(upper: half, lower: half))
        settings.band.minPoints = 1
        settings.points.every = every
        settings.points.maxAge = pointMaxAge
        settings.outlierRatio = outlierRatio
        settings.quarantine.allowed = allowed
        settings.opportunities = opportunities
        self.board = Board(universe: self.universe)
        self.engine = SpreadEngine(universe: self.universe, settings: settings, board: self.board)
        for (venue, symbol) in listing { self.list(venue, symbol) }
    }

    func list(_ venue: Int, _ symbol: String) {
        _ = self.universe.add(venue: VenueIndex(venue), symbol: symbol, venueSymbol: symbol)
        self.engine.extend(to: self.universe)
    }

    /// The venue's list lacks the instrument; the element that says so comes later.
    func unlist(_ instrument: Int) {
        self.universe.remove(InstrumentIndex(instrument))
        self.engine.extend(to: self.universe)
    }

    func delist(_ instrument: Int) {
        self.unlist(instrument)
        self.process([RawElement(.delisted(InstrumentIndex(instrument), at: self.now), venue: VenueIndex(0))])
    }

    func process(_ batch: [RawElement], displaced: [Int] = []) {
        let now = self.now
        self.tally = self.engine.process(
            batch,
            displaced: displaced.map(InstrumentIndex.init),
            clock: { now },
            heartbeat: { _, _ in }
        )
        self.now = self.now + 1
    }

    /// A quote of the instrument, with the next sequence number unless it says otherwise.
    func quote(
        _ instrument: Int,
        bid: Int64,
        ask: Int64,
        sequence: UInt64? = nil,
        flags: QuoteFlags = [],
        size: Int64 = 1,
        displaced: [Int] = []
    ) {
        let sequence = sequence ?? self.lastSequence + 1
        self.lastSequence = sequence
        let quote = Quote.at(instrument, bid: bid, ask: ask, sequence: sequence, self.now, flags: flags, size: size)
        self.process([RawElement(.quote(quote), venue: VenueIndex(0))], displaced: displaced)
    }

    func finish() { self.engine.finish(at: self.now) }

    func heartbeat() { self.process([RawElement(.heartbeat(loop: 0, sentAt: self.now), venue: .none)]) }

    func pair(sell: Int, buy: Int) -> PairIndex? {
        self.universe.pairs.firstIndex { $0.sell.position == sell && $0.buy.position == buy }.map(PairIndex.init)
    }

    func reading(sell: Int, buy: Int) -> PairReading {
        self.pair(sell: sell, buy: buy).map { self.board.read().pairs[$0.position].read() } ?? PairReading()
    }

    /// Evaluations by sell venue × 3 + buy venue.
    var evaluations: [UInt64] { self.board.read().venuePairs.map(\.evaluations.value) }
    /// Points, in the same order.
    var points: [UInt64] { self.board.read().venuePairs.map(\.points.value) }
}

extension [UInt64] {
    /// Element by element.
    func minus(_ other: [UInt64]) -> [UInt64] { zip(self, other).map { $0 - $1 } }
}
