/// What a pair's spread was at each quote of either leg that found the pair fresh.
///
/// The sum is kept in whole 1e-12 of a ratio, so that the mean does not depend on the order of the quotes.
public struct SpreadSummary: Sendable, Equatable {
    /// Sums beyond this many units at once are no spreads of one asset: a ratio of nine million.
    private static let largest = 9e18

    public private(set) var count: UInt64 = 0
    public private(set) var first = 0.0
    public private(set) var last = 0.0
    public private(set) var least = Double.infinity
    public private(set) var greatest = -Double.infinity
    private var sum = Int128(0)

    public init() {}

    /// `nil` while there was no spread.
    public var mean: Double? { self.count == 0 ? nil : Double(self.sum) / (Double(self.count) * 1e12) }

    mutating func add(_ spread: Double) {
        if self.count == 0 { self.first = spread }
        self.count &+= 1
        self.last = spread
        self.least = min(self.least, spread)
        self.greatest = max(self.greatest, spread)
        let units = (spread * 1e12).rounded()
        self.sum += Int128(Int64(min(max(units, -Self.largest), Self.largest)))
    }
}

/// The quote of one leg of a pair as it stands.
public struct StandingQuote: Sendable, Equatable {
    public let bid: Double
    public let bidSize: Double
    public let ask: Double
    public let askSize: Double
    /// When the frame was received that last changed it.
    public let changedAt: Timestamp
    /// When it was last known to stand.
    public let provedAt: Timestamp

    /// `nil` where the leg has none.
    init?(_ leg: Leg) {
        guard leg.hasQuote else { return nil }
        (self.bid, self.bidSize) = (leg.join.bid, leg.bidSize)
        (self.ask, self.askSize) = (leg.join.ask, leg.askSize)
        (self.changedAt, self.provedAt) = (leg.changedAt, leg.provedAt)
    }
}

/// Everything that the engine knows of one pair at one moment.
public struct PairReport: Sendable, Equatable {
    public let reading: PairReading
    /// Why there is no spread; `nil`: there is one.
    public let missing: SpreadMissing?
    public let sell: StandingQuote?
    public let buy: StandingQuote?
    /// Points made so far.
    public let points: UInt64
    /// Only of an engine that keeps one.
    public let summary: SpreadSummary?
}
