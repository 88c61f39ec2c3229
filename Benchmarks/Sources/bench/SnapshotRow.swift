import Chart
import Core
import Pipeline

/// A chart's history of so many points: joined anew from the windows, with bands, and encoded.
enum SnapshotRow {
    static func run(points: Int, runs: Int) {
        var engine = self.filled(points: points)
        let pair = PairIndex(0)
        let key = ChartKey(symbol: "X", exchange1: "a", exchange2: "b")
        let now = Timestamp(nanoseconds: Int64(points + 2_000) * 100_000_000)
        var (handOut, times, shown, bytes) = ([Double](), [Double](), 0, 0)
        for _ in 0..<runs {
            let begun = Measure.wall()
            guard let history = engine.history(of: pair) else { preconditionFailure("no such pair") }
            let handed = Measure.wall()
            let series = history.series(span: Int64(points) * 100_000_000, now: now)
            let snapshot = ChartEncoder.snapshot(
                key,
                points: series.points,
                number: series.number,
                completeFrom: series.completeFrom
            )
            times.append(Measure.wall() - handed)
            handOut.append(handed - begun)
            (shown, bytes) = (snapshot.points, snapshot.bytes.count)
        }
        engine.unwatch(pair)
        Report.line(
            "arb1d chart snapshot",
            [
                ("points", Double(shown)), ("bytes", Double(bytes)), ("wall_ms", Measure.median(times) * 1e3),
                ("engine_us", Measure.median(handOut) * 1e6),
            ]
        )
    }

    /// An engine with two quotes of each leg in every slot of 100 ms, for longer than the chart shows.
    private static func filled(points: Int) -> SpreadEngine {
        var settings = Line.settings
        settings.points.every = 100_000_000
        var universe = Universe(
            venues: ["a", "b"].map { VenueEntry(name: $0, isPerpetual: false, fee: 0.001, repeatStaleAfter: nil) }
        )
        for venue in 0..<2 { _ = universe.add(venue: VenueIndex(venue), symbol: "X", venueSymbol: "X") }
        var engine = SpreadEngine(universe: universe, settings: settings, board: Board(universe: universe))
        var generator = Seeded(9)
        var cents = [6_000_000, 6_000_100]
        let one = ExactDecimal(mantissa: 1, scale: 0)
        for step in 0..<(points + 2_000) * 4 {
            let venue = step % 2
            cents[venue] += generator.below(41) - 20
            let quote = Quote(
                instrument: InstrumentIndex(venue),
                bid: ExactDecimal(mantissa: Int64(cents[venue]), scale: 2),
                bidSize: one,
                ask: ExactDecimal(mantissa: Int64(cents[venue] + 10), scale: 2),
                askSize: one,
                sequence: UInt64(step + 1),
                receivedAt: Timestamp(nanoseconds: Int64(step) * 25_000_000 + Int64(generator.below(20_000_000)))
            )
            let element = RawElement(.quote(quote), venue: VenueIndex(venue))
            _ = engine.process([element], displaced: [], clock: { .never }, heartbeat: { _, _ in })
        }
        return engine
    }
}
