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
        self.report("arb1d join, spread, bands", ticks, times, sums)
    }

    /// The same join from the windows: what a chart's history is made of, with every point kept.
    static func history(file: String, runs: Int) {
        let ticks = Ticks(file: file)
        var engine = self.engine(windowSpan: .max / 4)
        for batch in self.batches(ticks) {
            _ = engine.process(batch, displaced: [], clock: { .never }, heartbeat: { _, _ in })
        }
        guard let pair = self.universe().pair(symbol: "X", sell: "a", buy: "b"),
            let history = engine.history(of: pair), let last = ticks.a.last
        else { preconditionFailure("no such pair") }
        var (times, series) = ([Double](), PairSeries?.none)
        for run in 0...runs {
            let begun = Measure.threadCPU()
            series = history.series(span: .max / 4, now: Timestamp(nanoseconds: last.time * 1_000 + 1_000_000_000))
            if run > 0 { times.append(Measure.threadCPU() - begun) }
        }
        var sums = Sums()
        sums.add(series?.points ?? [])
        self.report("arb1d join, spread, bands from windows", ticks, times, sums)
    }

    private struct Sums {
        var (joined, spread, upper, lower) = (0.0, 0.0, 0.0, 0.0)

        mutating func add(_ points: [PairPoint]) {
            for point in points {
                self.joined += 1
                self.spread += point.spread * 100
                self.upper += (point.band?.upper ?? 0) * 100
                self.lower += (point.band?.lower ?? 0) * 100
            }
        }
    }

    private static func report(_ name: String, _ ticks: Ticks, _ times: [Double], _ sums: Sums) {
        let count = ticks.a.count + ticks.b.count
        Report.line(
            name,
            [
                ("ops", Double(count)), ("us_cpu_per_op", Measure.median(times) / Double(count) * 1e6),
                ("joined", sums.joined), ("sum_spread", sums.spread), ("sum_hi", sums.upper), ("sum_lo", sums.lower),
            ]
        )
    }

    private static func engine(windowSpan: Int64? = nil) -> SpreadEngine {
        var settings = Line.settings
        if let windowSpan { settings.windowSpan = windowSpan }
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
    private static func sums(_ batches: [[RawElement]]) -> Sums {
        var engine = self.engine()
        var points: [PairPoint] = []
        var sums = Sums()
        guard let pair = self.universe().pair(symbol: "X", sell: "a", buy: "b") else { return sums }
        engine.watch(pair)
        for batch in batches {
            _ = engine.process(batch, displaced: [], clock: { .never }, heartbeat: { _, _ in })
            points.removeAll(keepingCapacity: true)
            engine.takePoints(into: &points)
            sums.add(points)
        }
        return sums
    }
}
