#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The coins of the model and how each venue lists them.
struct Catalogue: Sendable {
    struct Coin: Sendable, Equatable {
        let base: String
        let price: Double
    }

    let coins: [Coin]

    init(symbols: Int, generator: inout SplitMix64) {
        var coins = Array(Self.known.prefix(symbols))
        while coins.count < symbols {
            let number = String(coins.count + 1)
            let padded = String(repeating: "0", count: max(0, 4 - number.utf8.count)) + number
            coins.append(Coin(base: "SIM\(padded)", price: pow(10, generator.uniform(-3, 2.5))))
        }
        self.coins = coins
    }

    /// The coins in order, then what a client must know to leave alone.
    func listings(of venue: SimulatedVenue) -> [Listing] {
        var listings = self.coins.enumerated().map { rank, coin in
            Self.listing(venue: venue, base: coin.base, price: coin.price, rank: rank)
        }
        switch venue {
        case .binance:
            listings.append(Self.listing(venue: venue, base: "BCC", price: 450, rank: 400, standing: .halted))
        case .binanceUsdm:
            listings.append(
                Self.listing(
                    venue: venue,
                    base: "BTC",
                    price: 68_100,
                    rank: 40,
                    standing: .dated,
                    symbol: "BTCUSDT_270326"
                )
            )
            listings.append(Self.listing(venue: venue, base: "SRM", price: 0.03, rank: 400, standing: .halted))
        case .bybit:
            listings.append(Self.listing(venue: venue, base: "BTC3L", price: 1.9, rank: 300, standing: .leveraged))
        case .gateio:
            listings.append(Self.listing(venue: venue, base: "BTC3L", price: 2.46, rank: 300, standing: .leveraged))
            listings.append(Self.listing(venue: venue, base: "SAL", price: 0.01, rank: 400, standing: .halted))
        }
        return listings
    }

    private static func listing(
        venue: SimulatedVenue,
        base: String,
        price: Double,
        rank: Int,
        standing: Listing.Standing = .trading,
        symbol: String? = nil
    ) -> Listing {
        let magnitude = Int(log10(price).rounded(.down))
        var priceDecimals = max(2, 4 - magnitude)
        var tickUnits: Int64 = 1
        switch venue {
        case .binance: priceDecimals = min(priceDecimals, 8)
        case .binanceUsdm where price > 10_000: tickUnits = 10
        case .bybit, .gateio: priceDecimals = price > 10_000 ? 1 : min(priceDecimals, 12)
        case .binanceUsdm: break
        }
        return Listing(
            symbol: symbol ?? (venue == .gateio ? "\(base)_USDT" : "\(base)USDT"),
            base: base,
            quote: "USDT",
            standing: standing,
            priceDecimals: priceDecimals,
            sizeDecimals: min(6, max(0, magnitude + (venue == .binanceUsdm ? -1 : 1))),
            tickUnits: tickUnits,
            dailyTurnover: 1.8e9 / pow(Double(rank + 1), 1.15)
        )
    }

    /// Roughly by turnover; the prices are those of a day, of no importance.
    private static let known: [Coin] = [
        Coin(base: "BTC", price: 67_850), Coin(base: "ETH", price: 3_512), Coin(base: "SOL", price: 168.4),
        Coin(base: "XRP", price: 0.5423), Coin(base: "BNB", price: 589.2), Coin(base: "DOGE", price: 0.1284),
        Coin(base: "ADA", price: 0.4517), Coin(base: "AVAX", price: 34.21), Coin(base: "LINK", price: 16.38),
        Coin(base: "TON", price: 7.124), Coin(base: "TRX", price: 0.1172), Coin(base: "DOT", price: 6.871),
        Coin(base: "PEPE", price: 0.00001187), Coin(base: "SHIB", price: 0.00002314), Coin(base: "LTC", price: 84.12),
        Coin(base: "NEAR", price: 6.042), Coin(base: "APT", price: 8.734), Coin(base: "SUI", price: 1.0371),
        Coin(base: "ARB", price: 0.8892), Coin(base: "OP", price: 2.146), Coin(base: "UNI", price: 9.873),
        Coin(base: "ATOM", price: 7.915), Coin(base: "FIL", price: 5.431), Coin(base: "ETC", price: 27.36),
        Coin(base: "BCH", price: 451.7), Coin(base: "INJ", price: 24.83), Coin(base: "1INCH", price: 0.4127),
        Coin(base: "AAVE", price: 92.45), Coin(base: "FET", price: 1.634), Coin(base: "WIF", price: 2.415),
    ]
}
