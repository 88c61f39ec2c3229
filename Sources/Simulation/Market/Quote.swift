/// A top of book of the market model, on its way into a venue's dialect.
public struct Quote: Sendable, Equatable {
    /// The venue's update number: increasing per symbol, seldom by one.
    public var updateID: Int64
    /// The number that Bybit counts over all its books.
    public var sequence: Int64
    public var bid: Decimal64
    public var bidSize: Decimal64
    public var ask: Decimal64
    public var askSize: Decimal64
    /// When the engine made it, in ms since 1970.
    public var engineMilliseconds: Int64
    /// Both sides are gone. Only Gate tells so: in all others such a quote never occurs.
    public var isEmpty = false
}

extension Quote {
    /// As a venue tells it whose clock is off by so much; an empty book has no time.
    func shifted(byMilliseconds offset: Int64) -> Quote {
        guard offset != 0, !self.isEmpty else { return self }
        var shifted = self
        shifted.engineMilliseconds += offset
        return shifted
    }

    /// A quote as a recording spells it; nil when a side is missing.
    init?(recordedBid bid: String?, _ bidSize: String?, ask: String?, _ askSize: String?, updateID: Int64?) {
        guard let bid = bid.flatMap(Decimal64.init), let ask = ask.flatMap(Decimal64.init),
            let bidSize = bidSize.flatMap(Decimal64.init), let askSize = askSize.flatMap(Decimal64.init)
        else { return nil }
        self.init(
            updateID: updateID ?? 0,
            sequence: 0,
            bid: bid,
            bidSize: bidSize,
            ask: ask,
            askSize: askSize,
            engineMilliseconds: 0
        )
    }
}

/// A trade of the market model.
public struct Trade: Sendable, Equatable {
    /// Consecutive per symbol.
    public var id: Int64
    public var sequence: Int64
    public var price: Decimal64
    public var size: Decimal64
    public var takerSold: Bool
    public var engineMilliseconds: Int64
}

/// What happened in the market: a quote, or the trades of one order, of the listing at that index of the venue's list.
public enum MarketEvent: Sendable, Equatable {
    case quote(venue: SimulatedVenue, listing: Int, Quote)
    case trades(venue: SimulatedVenue, listing: Int, [Trade])
}
