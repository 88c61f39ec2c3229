#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The price that all venues follow: a random walk of the coin's own around a share of the common factor.
struct TruePrice: Sendable {
    private let start: Double
    private let beta: Double
    /// Standard deviation of the coin's own part, per square root of a second.
    private let volatility: Double
    private var own = 0.0
    private var lastSeconds = 0.0

    init(coin: Catalogue.Coin, rank: Int, generator: inout SplitMix64) {
        self.start = log(coin.price)
        self.beta = rank == 0 ? 1 : generator.uniform(0.8, 1.6)
        self.volatility = rank == 0 ? 0.2e-4 : generator.uniform(0.4e-4, 1.2e-4)
    }

    /// The natural logarithm of the price. Only the time since the last call costs anything.
    mutating func price(at seconds: Double, common: Double, generator: inout SplitMix64) -> Double {
        let elapsed = seconds - self.lastSeconds
        self.lastSeconds = seconds
        // The pull is weak: hours pass before the walk notices it, and after days the price is still a price.
        self.own *= 1 - min(1, elapsed * 1e-5)
        self.own += generator.nextGaussian() * self.volatility * elapsed.squareRoot()
        return self.start + self.beta * common + self.own
    }
}
