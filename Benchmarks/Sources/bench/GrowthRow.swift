import Pipeline

/// The whole way on one thread, for callgrind and for the clock: how the cost of a quote grows with the symbols.
enum GrowthRow {
    /// As many quotes as are measured come before, so that windows and bands have their storage.
    ///
    /// - Parameters:
    ///   - symbols: How many.
    ///   - quotes: How many are measured.
    ///   - hasHistograms: Whether durations are observed.
    static func run(symbols: Int, quotes: Int, hasHistograms: Bool = true) {
        let market = FrameMarket(symbols: symbols, frames: quotes * 2)
        var drive = Drive(Line(symbols: symbols, hasHistograms: hasHistograms))
        drive.run(market, from: 0, to: quotes)
        let begun = Measure.threadCPU()
        measuredPart(&drive, market, from: quotes, to: quotes * 2)
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
