/// The figures of the last 24 hours that a venue's tickers hold, made up from the standing quote.
struct DayFigures: Sendable {
    let last: Decimal64
    let open: Decimal64
    let high: Decimal64
    let low: Decimal64
    /// In the base asset.
    let volume: Decimal64
    /// In the quote asset.
    let turnover: Decimal64

    init(listing: Listing, quote: Quote?) {
        let price = quote?.bid ?? listing.tickSize
        self.last = price
        self.open = Self.scaled(price, by: 0.987)
        self.high = Self.scaled(price, by: 1.021)
        self.low = Self.scaled(price, by: 0.972)
        let turnover = listing.standing == .halted ? 0 : listing.dailyTurnover
        self.turnover = Decimal64(units: Int64(turnover * 100), decimals: 2)
        let digits = max(0, min(listing.sizeDecimals, 4))
        let volume = price.value > 0 ? min(turnover / price.value, 1e14) : 0
        self.volume = Decimal64(units: Int64(volume * Double(Decimal64.powerOfTen(digits))), decimals: digits)
    }

    private static func scaled(_ price: Decimal64, by factor: Double) -> Decimal64 {
        Decimal64(units: max(1, Int64(Double(price.units) * factor)), decimals: price.decimals)
    }
}
