/// One symbol as one venue lists it.
public struct Listing: Sendable, Equatable {
    /// Whether anything is to be had under that name. Clients are expected to tell these apart by the REST lists.
    public enum Standing: Sendable, Equatable {
        case trading
        /// Listed, but suspended: subscriptions are accepted and stay silent.
        case halted
        /// A delivery contract beside the perpetuals; silent here.
        case dated
        /// A leveraged token, whose price is not that of its name; silent here.
        case leveraged
        /// Not listed any more, or not yet.
        case delisted
    }

    public var symbol: String
    public var base: String
    public let quote: String
    public var standing: Standing
    public let priceDecimals: Int
    public let sizeDecimals: Int
    /// The smallest price step, in units of 10^-`priceDecimals`.
    public let tickUnits: Int64
    /// Turnover of a day in the quote asset, before it is scattered a little.
    public let dailyTurnover: Double

    var tickSize: Decimal64 { Decimal64(units: self.tickUnits, decimals: self.priceDecimals) }
    /// The same in our spelling: `BTCUSDT`.
    var canonical: String { self.base + self.quote }
    var sizeStep: Decimal64 { Decimal64(units: 1, decimals: self.sizeDecimals) }
}
