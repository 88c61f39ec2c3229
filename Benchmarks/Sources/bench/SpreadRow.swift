import Core
import Pipeline

/// Join, spread and both bands, one quote at a time: the ticks of `spread_bound`, through the whole engine.
///
/// The engine evaluates both directions of the pair, keeps windows and writes cells; the bound has one direction only.
enum SpreadRow {
    private static let batch = 64

    static func run(file: String, runs: Int) {
        let ticks = Ticks(file: file)
        let batches = self.batches(ticks)
        let sums = self.sums(batches)
        var times: [Double] = []
        for run in 0...runs {
            var engine = self.engine()
            let begun = Measure.threadCPU()
            for batch in batches {
                _ = engine.process(batch, displaced: [], clock: { .never }, heartbeat: { _, _ in })
            }
            if run > 0 { times.append(Measure.threadCPU() - begun) }
        }
        let count = ticks.a.count + ticks.b.count
        Report.line(
            "arb1d join, spread, bands",
            [
                ("ops", Double(count)), ("us_cpu_per_op", Measure.median(times) / Double(count) * 1e6),
                ("joined", sums.joined), ("sum_spread", sums.spread), ("sum_hi", sums.upper), ("sum_lo", sums.lower),
            ]
        )
    }

    private static func engine() -> SpreadEngine {
        var settings = Line.settings
        settings.points.by = .sell
        settings.points.maxAge = 2_000_000_000
        settings.band.minPoints = 200  // The bound sums full windows only.
        settings.band.maxAge = .max / 4  // And forgets none for its age.
        let universe = self.universe()
        return SpreadEngine(universe: universe, settings: settings, board: Board(universe: universe))
    }

    private static func universe() -> Universe {
        var universe = Universe(
            venues: ["a", "b"].map { VenueEntry(name: $0, isPerpetual: false, fee: 0.001, repeatStaleAfter: nil) }
        )
        for venue in 0..<2 { _ = universe.add(venue: VenueIndex(venue), symbol: "X", venueSymbol: "X") }
        return universe
    }

    /// In order of time; at the same microsecond B comes first, as the bound joins it.
    private static func batches(_ ticks: Ticks) -> [[RawElement]] {
        var (elements, number) = ([RawElement](), UInt64(0))
        var (a, b) = (ticks.a[...], ticks.b[...])
        while let left = a.first ?? b.first {
            let isB = b.first.map { $0.time <= left.time } ?? false
            guard let tick = isB ? b.popFirst() : a.popFirst() else { break }
            number += 1
            elements.append(self.element(tick, venue: isB ? 1 : 0, number))
        }
        return stride(from: 0, to: elements.count, by: self.batch).map {
            Array(elements[$0..<min($0 + self.batch, elements.count)])
        }
    }

    private static func element(_ tick: Ticks.Tick, venue: Int, _ number: UInt64) -> RawElement {
        func cents(_ price: Double) -> ExactDecimal { ExactDecimal(mantissa: Int64((price * 100).rounded()), scale: 2) }
        let one = ExactDecimal(mantissa: 1, scale: 0)
        let quote = Quote(
            instrument: InstrumentIndex(venue),
            bid: cents(tick.bid),
            bidSize: one,
            ask: cents(tick.ask),
            askSize: one,
            sequence: number,
            receivedAt: Timestamp(nanoseconds: tick.time * 1_000)
        )
        return RawElement(.quote(quote), venue: VenueIndex(venue))
    }

    /// What the bound prints, from the points of the pair that sells at A; not timed.
    private static func sums(_ batches: [[RawElement]]) -> (
        joined: Double, spread: Double, upper: Double, lower: Double
    ) {
        var engine = self.engine()
        var points: [PairPoint] = []
        guard let pair = self.universe().pair(symbol: "X", sell: "a", buy: "b") else { return (0, 0, 0, 0) }
        engine.watch(pair)
        var sums = (joined: 0.0, spread: 0.0, upper: 0.0, lower: 0.0)
        for batch in batches {
            _ = engine.process(batch, displaced: [], clock: { .never }, heartbeat: { _, _ in })
            points.removeAll(keepingCapacity: true)
            engine.takePoints(into: &points)
            for point in points {
                sums.joined += 1
                sums.spread += point.spread * 100
                sums.upper += (point.band?.upper ?? 0) * 100
                sums.lower += (point.band?.lower ?? 0) * 100
            }
        }
        return sums
    }
}
