import Core
import Metrics
import Testing

@testable import arb1d

@Suite("Exemplars of the engine")
struct ExemplarNamesTests {
    @Test("buckets of latency and leg age name venue, symbol and update number of a quote that fell into them")
    func named() throws {
        var universe = Universe(
            venues: ["binance", "bybit"].map { VenueEntry(name: $0, isPerpetual: false, fee: 0, repeatStaleAfter: nil) }
        )
        let registry = Registry()
        let board = Board(universe: universe, registry: registry)
        var engine = SpreadEngine(universe: universe, settings: Configuration.defaults.engine, board: board)
        var instruments: [InstrumentIndex] = []
        for venue in 0..<2 {
            let added = universe.add(venue: VenueIndex(venue), symbol: "BTCUSDT", venueSymbol: "BTC_USDT")
            instruments.append(try #require(added))
        }
        engine.extend(to: universe)
        let start: Int64 = 1_763_835_600_000_000_000
        for (position, instrument) in instruments.enumerated() {
            let quote = Self.quote(
                of: instrument,
                number: UInt64(70 + position),
                at: start + Int64(position) * 30_000_000
            )
            _ = engine.process(
                [RawElement(.quote(quote), venue: VenueIndex(position))],
                displaced: [],
                clock: { Timestamp(nanoseconds: start + 30_200_000) },
                heartbeat: { _, _ in }
            )
        }
        let lines = String(decoding: registry.render(.openMetrics), as: UTF8.self).split(separator: "\n")
            .filter { $0.contains(" # {") }.map(String.init)
        // The older leg is the first one's quote, 30 ms old when the second came.
        let old = #" # {venue="binance",symbol="BTCUSDT",update="70"} 0.03 1763835600.03"#
        let late =
            #"_bucket{venue="bybit",le="0.00025"} 1 # "#
            + #"{venue="bybit",symbol="BTCUSDT",update="71"} 0.0002 1763835600.03"#
        #expect(
            lines.filter { $0.hasPrefix("arb1d_leg_age_seconds_bucket{") }.map { $0.hasSuffix(old) } == [true, true]
        )
        #expect(lines.contains("arb1d_end_to_end_seconds" + late))
        #expect(lines.filter { $0.hasPrefix("arb1d_end_to_end_seconds") }.count == 2)
    }

    private static func quote(of instrument: InstrumentIndex, number: UInt64, at time: Int64) -> Quote {
        Quote(
            instrument: instrument,
            bid: ExactDecimal(mantissa: 100, scale: 0),
            bidSize: ExactDecimal(mantissa: 1, scale: 0),
            ask: ExactDecimal(mantissa: 101, scale: 0),
            askSize: ExactDecimal(mantissa: 1, scale: 0),
            sequence: number,
            receivedAt: Timestamp(nanoseconds: time)
        )
    }
}
