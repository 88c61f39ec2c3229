import Pipeline

/// The whole way on one thread, for callgrind and for the clock: how the cost of a quote grows with the symbols.
enum GrowthRow {
    /// Quotes that are not measured come before, so that windows and bands have their storage.
    ///
    /// - Parameters:
    ///   - symbols: How many.
    ///   - quotes: How many are measured.
    ///   - warmUp: How many come before them: 400 a symbol fill all bands.
    ///   - hasHistograms: Whether durations are observed.
    static func run(symbols: Int, quotes: Int, warmUp: Int, hasHistograms: Bool = true) {
        let market = FrameMarket(symbols: symbols, frames: warmUp + quotes)
        var drive = Drive(Line(symbols: symbols, hasHistograms: hasHistograms))
        drive.run(market, from: 0, to: warmUp)
        let begun = Measure.threadCPU()
        measuredPart(&drive, market, from: warmUp, to: warmUp + quotes)
        let perOne = (Measure.threadCPU() - begun) / Double(quotes) * 1e6
        Report.line(
            "arb1d whole way, one thread",
            [("symbols", Double(symbols)), ("ops", Double(quotes)), ("us_cpu_per_op", perOne)]
        )
    }
}

/// Callgrind collects while this runs: `--toggle-collect='*measuredPart*'`.
@inline(never)
func measuredPart(_ drive: inout Drive, _ market: borrowing FrameMarket, from first: Int, to end: Int) {
    drive.run(market, from: first, to: end)
}
