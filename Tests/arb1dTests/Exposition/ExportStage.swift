import Core
import Metrics
import Synchronization
import TestSupport

@testable import arb1d

/// A board of some symbols on the venues A and B, an engine that fills it, and what a scrape shows of it.
final class ExportStage {
    final class Clock: Sendable {
        let seconds = Mutex<Int64>(1_700_000_000)
        var now: Timestamp { Timestamp(nanoseconds: self.seconds.withLock { $0 } * 1_000_000_000) }
    }

    let registry = Registry()
    let clock = Clock()
    let export: PairExport
    private let board: Board
    private var universe: Universe
    private var engine: SpreadEngine
    private var sequence: UInt64 = 0

    /// - Parameters:
    ///   - symbols: How many: S0, S1, …
    ///   - choice: Which pairs are wanted.
    ///   - room: Series that there is room for; nil for all.
    init(symbols: Int, _ choice: Configuration.SeriesChoice = Configuration.SeriesChoice(), room: Int? = nil) {
        self.universe = Universe(
            venues: ["A", "B"].map { VenueEntry(name: $0, isPerpetual: false, fee: 0, repeatStaleAfter: nil) }
        )
        self.board = Board(universe: self.universe)
        var settings = Configuration.defaults.engine
        settings.band.minPoints = 1
        settings.points.every = 0
        settings.windowSpan = 60_000_000_000
        self.engine = SpreadEngine(universe: self.universe, settings: settings, board: self.board)
        self.export = PairExport(choice, clock: { [clock] in clock.now }, registry: self.registry)
        if let room { self.export.limit(to: SeriesBudget(limit: room + 50, fixed: 50)) }
        MarketCollector(board: self.board, export: self.export).register(in: self.registry)
        self.list(0..<symbols)
    }

    /// Adds symbols to both venues, and quotes them: selling S7 at A and buying it at B brings 0.0007.
    func list(_ symbols: Range<Int>) {
        for symbol in symbols {
            for venue in 0..<2 {
                _ = self.universe.add(venue: VenueIndex(venue), symbol: "S\(symbol)", venueSymbol: "S\(symbol)")
            }
        }
        self.engine.extend(to: self.universe)
        for symbol in symbols { self.quote(symbol, net: Int64(symbol)) }
    }

    /// Selling the symbol at A and buying it at B brings `net` ten-thousandths; twice, so that there is a band.
    func quote(_ symbol: Int, net: Int64) {
        for _ in 0..<2 {
            self.quote(instrument: 2 * symbol + 1, bid: 9_950, ask: 10_000)
            self.quote(instrument: 2 * symbol, bid: 10_000 + net, ask: 10_400)
        }
    }

    private func quote(instrument: Int, bid: Int64, ask: Int64) {
        self.sequence += 1
        let size = ExactDecimal(mantissa: 1, scale: 0)
        let quote = Quote(
            instrument: InstrumentIndex(instrument),
            bid: ExactDecimal(mantissa: bid, scale: 0),
            bidSize: size,
            ask: ExactDecimal(mantissa: ask, scale: 0),
            askSize: size,
            sequence: self.sequence,
            receivedAt: self.clock.now
        )
        self.process(.quote(quote))
    }

    /// The symbol's quote at A is no longer known to stand.
    func becomeStale(_ symbol: Int) { self.process(.stale(InstrumentIndex(2 * symbol), .session, at: self.clock.now)) }

    /// A no longer lists the symbol.
    func delist(_ symbol: Int) {
        self.universe.remove(InstrumentIndex(2 * symbol))
        self.engine.extend(to: self.universe)
        self.process(.delisted(InstrumentIndex(2 * symbol), at: self.clock.now))
    }

    /// A heartbeat, with which windows tell what they hold and what left them.
    func beat() { self.process(.heartbeat(loop: 0, sentAt: self.clock.now)) }

    private func process(_ payload: RawElement.Payload) {
        let now = self.clock.now
        let batch = [RawElement(payload, venue: VenueIndex(0))]
        _ = self.engine.process(batch, displaced: [], clock: { now }, heartbeat: { _, _ in })
    }

    /// Lets time pass, with a look at the ranking every second.
    func pass(seconds: Int) {
        for _ in 0..<seconds {
            self.clock.seconds.withLock { $0 += 1 }
            self.export.look(at: self.board.read())
        }
    }

    /// A scrape.
    func scrape() -> [String] {
        let exposition = String(decoding: self.registry.render(), as: UTF8.self)
        MovedFamilies.note(exposition)
        return exposition.split(separator: "\n").map(String.init)
            .filter { !$0.hasPrefix("#") }
    }

    /// The pairs that a family shows, such as `S3 A B`.
    static func pairs(_ scrape: [String], _ family: String = "arb1d_cross_spread_ratio") -> Set<String> {
        let prefix = family + "{"
        return Set(
            scrape.filter { $0.hasPrefix(prefix) }.map { line in
                line.split(separator: "\"").enumerated().filter { $0.offset % 2 == 1 }.map { String($0.element) }
                    .joined(separator: " ")
            }
        )
    }
}
