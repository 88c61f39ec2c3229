import Core
import Testing

@Suite("What is known of a pair")
struct PairReportTests {
    /// An engine of two venues with one symbol, and quotes for it a second apart.
    private final class Bench {
        var engine: SpreadEngine
        var second: Int64 = 0

        init(summarises: Bool) throws {
            var universe = Universe(
                venues: (0..<2).map { VenueEntry(name: "v\($0)", isPerpetual: false, fee: 0, repeatStaleAfter: nil) }
            )
            for venue in 0..<2 { _ = universe.add(venue: VenueIndex(venue), symbol: "A", venueSymbol: "A") }
            let half = try #require(Quantile(ExactDecimal(mantissa: 5, scale: 1)))
            var settings = EngineSettings(band: BandSettings(upper: half, lower: half))
            settings.outlierRatio = nil
            self.engine = SpreadEngine(
                universe: universe,
                settings: settings,
                board: Board(universe: universe),
                summarises: summarises
            )
        }

        func quote(_ leg: Int, bid: Int64, ask: Int64) {
            self.second += 1
            let size = ExactDecimal(mantissa: 1, scale: 0)
            let quote = Quote(
                instrument: InstrumentIndex(leg),
                bid: ExactDecimal(mantissa: bid, scale: 0),
                bidSize: size,
                ask: ExactDecimal(mantissa: ask, scale: 0),
                askSize: size,
                sequence: UInt64(self.second),
                receivedAt: Timestamp(nanoseconds: self.second * 1_000_000_000)
            )
            let batch = [RawElement(.quote(quote), venue: VenueIndex(leg))]
            let now = quote.receivedAt
            _ = self.engine.process(batch, displaced: [], clock: { now }, heartbeat: { _, _ in })
        }

        func report(of pair: Int) -> PairReport? { self.engine.report(of: PairIndex(pair)) }

        func report() throws -> PairReport { try #require(self.report(of: 0)) }
    }

    @Test("sums up the spread at every quote of either leg that found both fresh")
    func summary() throws {
        let bench = try Bench(summarises: true)
        bench.quote(0, bid: 100, ask: 101)
        #expect(try bench.report().summary?.count == 0)
        #expect(try bench.report().summary?.mean == nil)
        #expect(try bench.report().missing == .noQuote)
        bench.quote(1, bid: 79, ask: 80)
        bench.quote(0, bid: 120, ask: 121)
        bench.quote(0, bid: 122, ask: 121)
        bench.quote(0, bid: 40, ask: 41)
        let report = try bench.report()
        let summary = try #require(report.summary)
        #expect(summary.count == 3)
        #expect([summary.first, summary.greatest, summary.least, summary.last] == [0.25, 0.5, -0.5, -0.5])
        #expect(abs((summary.mean ?? 0) - 0.25 / 3) < 1e-12)
        #expect(report.missing == nil && report.sell?.bid == 40 && report.buy?.ask == 80)
        #expect(report.sell?.changedAt == Timestamp(nanoseconds: 5_000_000_000))
    }

    @Test("a live engine keeps no summary, and an unknown pair has no report")
    func absent() throws {
        let bench = try Bench(summarises: false)
        #expect(try bench.report().summary == nil)
        #expect(bench.report(of: 2) == nil)
    }
}
