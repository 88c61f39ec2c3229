import CAllocations
import Core
import Pipeline

enum Counting {
    /// Warms up until the windows lose as much as they gain, then counts over `quotes` quotes and over tenfold.
    ///
    /// Four quotes a second of each instrument; windows of a minute instead of thirty, so that warming up is short.
    static func run(quotes: Int) -> (few: UInt, many: UInt) {
        let (symbols, perSecond) = (50, 50 * 3 * 4)
        let warmUp = 3_000 * perSecond
        var settings = Line.settings
        settings.windowSpan = 60_000_000_000
        let market = FrameMarket(symbols: symbols, frames: warmUp + 11 * quotes)
        var drive = Drive(Line(symbols: symbols, settings: settings))
        drive.run(market, from: 0, to: warmUp, perSecond: perSecond)
        let begun = arb1d_allocation_count()
        drive.run(market, from: warmUp, to: warmUp + quotes, perSecond: perSecond)
        let between = arb1d_allocation_count()
        drive.run(market, from: warmUp + quotes, to: market.count, perSecond: perSecond)
        return (between - begun, arb1d_allocation_count() - between)
    }
}
