#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The best bid and ask of one listing, as its venue makes them from the true price.
struct VenueBook: Sendable {
    let listing: Listing
    private(set) var standing: Quote?

    private static let engineToGatewayMilliseconds: Int64 = 2

    private let lagSeconds: Double
    private let basisMean: Double
    private let halfSpread: Double
    private let notional: Double
    private let nextNumberProbability: Double
    private var followed: Double?
    private var basis: Double
    private var knocked = 0.0
    private var lastSeconds = 0.0
    private var updateID: Int64
    private var tradeID: Int64

    init(venue: SimulatedVenue, listing: Listing, rank: Int, generator: inout SplitMix64) {
        self.listing = listing
        switch venue {
        case .binanceUsdm: (self.lagSeconds, self.basisMean) = (0.01, -4e-4)
        case .binance: (self.lagSeconds, self.basisMean) = (0.04, 0)
        case .bybit: (self.lagSeconds, self.basisMean) = (0.08, 0.3e-4)
        case .gateio: (self.lagSeconds, self.basisMean) = (0.25, -0.5e-4)
        }
        self.basis = self.basisMean
        let liquidity = (0.25e-4 + 0.12e-4 * Double(rank)) * generator.uniform(0.7, 1.3)
        self.halfSpread = rank == 0 ? 0.002e-4 : min(12e-4, liquidity)
        self.notional = max(600, 40_000 / (1 + 0.4 * Double(rank))) * generator.uniform(0.7, 1.3)
        self.nextNumberProbability = generator.uniform(0.08, 0.32)
        self.updateID = generator.integer(in: 400_000_000...9_000_000_000)
        self.tradeID = generator.integer(in: 30_000_000...900_000_000)
    }

    /// Throws the book off its price; it comes back by itself.
    mutating func knock(by logPrice: Double) { self.knocked += logPrice }

    /// The next quote: never equal to the one before, never crossed or locked.
    mutating func quote(
        logPrice: Double,
        seconds: Double,
        sequence: Int64,
        at now: Moment,
        generator: inout SplitMix64
    ) -> Quote {
        let middle = exp(self.follow(logPrice, seconds: seconds, generator: &generator))
        let scale = Double(Decimal64.powerOfTen(self.listing.priceDecimals)) / Double(self.listing.tickUnits)
        let bidTicks = max(1, Int64((middle * (1 - self.halfSpread) * scale).rounded(.down)))
        let askTicks = max(bidTicks + 1, Int64((middle * (1 + self.halfSpread) * scale).rounded(.up)))
        var quote = Quote(
            updateID: self.nextUpdateID(generator: &generator),
            sequence: sequence,
            bid: self.price(ticks: bidTicks),
            bidSize: self.standing?.bidSize ?? self.size(at: middle, generator: &generator),
            ask: self.price(ticks: askTicks),
            askSize: self.standing?.askSize ?? self.size(at: middle, generator: &generator),
            engineMilliseconds: now.unixMilliseconds - Self.engineToGatewayMilliseconds
        )
        if quote.bid != self.standing?.bid { quote.bidSize = self.size(at: middle, generator: &generator) }
        if quote.ask != self.standing?.ask { quote.askSize = self.size(at: middle, generator: &generator) }
        if self.isRepeat(quote) {
            if generator.chance(0.5) {
                quote.bidSize = self.size(at: middle, otherThan: quote.bidSize, generator: &generator)
            } else {
                quote.askSize = self.size(at: middle, otherThan: quote.askSize, generator: &generator)
            }
        }
        self.standing = quote
        return quote
    }

    /// A book with nothing in it, as Gate tells it: no number and no engine time either.
    ///
    /// The standing quote stays what it was, since the next one is compared with it.
    static func emptied() -> Quote {
        let nothing = Decimal64(units: 0, decimals: 0)
        return Quote(
            updateID: 0,
            sequence: 0,
            bid: nothing,
            bidSize: nothing,
            ask: nothing,
            askSize: nothing,
            engineMilliseconds: 0,
            isEmpty: true
        )
    }

    mutating func trade(
        on quote: Quote,
        sequence: Int64,
        takerSold: Bool,
        generator: inout SplitMix64
    ) -> Trade {
        self.tradeID += 1
        let available = takerSold ? quote.bidSize : quote.askSize
        let units = max(1, Int64(Double(available.units) * generator.uniform(0.01, 0.6)))
        return Trade(
            id: self.tradeID,
            sequence: sequence,
            price: takerSold ? quote.bid : quote.ask,
            size: Decimal64(units: units, decimals: available.decimals),
            takerSold: takerSold,
            engineMilliseconds: quote.engineMilliseconds
        )
    }

    // MARK: - Parts

    private mutating func follow(_ logPrice: Double, seconds: Double, generator: inout SplitMix64) -> Double {
        let elapsed = seconds - self.lastSeconds
        self.lastSeconds = seconds
        let behind = (self.followed ?? logPrice) - logPrice
        let followed = logPrice + behind * exp(-elapsed / self.lagSeconds)
        self.followed = followed
        self.basis += (self.basisMean - self.basis) * (1 - exp(-elapsed / 40))
        self.basis += generator.nextGaussian() * 0.25e-4 * min(elapsed, 40).squareRoot()
        self.knocked *= exp(-elapsed / 1.5)
        return followed + self.basis + self.knocked
    }

    private mutating func nextUpdateID(generator: inout SplitMix64) -> Int64 {
        self.updateID += generator.chance(self.nextNumberProbability) ? 1 : generator.integer(in: 2...90)
        return self.updateID
    }

    private func price(ticks: Int64) -> Decimal64 {
        Decimal64(units: ticks * self.listing.tickUnits, decimals: self.listing.priceDecimals)
    }

    private func size(at price: Double, generator: inout SplitMix64) -> Decimal64 {
        Decimal64(self.notional * exp(generator.nextGaussian()) / price, decimals: self.listing.sizeDecimals)
    }

    private func size(at price: Double, otherThan size: Decimal64, generator: inout SplitMix64) -> Decimal64 {
        let other = self.size(at: price, generator: &generator)
        return other == size ? Decimal64(units: size.units + 1, decimals: size.decimals) : other
    }

    private func isRepeat(_ quote: Quote) -> Bool {
        guard let standing = self.standing else { return false }
        return quote.bid == standing.bid && quote.ask == standing.ask
            && quote.bidSize == standing.bidSize && quote.askSize == standing.askSize
    }
}
