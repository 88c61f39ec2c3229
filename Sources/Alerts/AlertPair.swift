public import Core

/// Which spread an alert is about: what is sold where, and bought where.
public struct AlertPair: Hashable, Comparable, Sendable {
    public let symbol: String
    public let sellVenue: String
    public let buyVenue: String

    public init(symbol: String, sellVenue: String, buyVenue: String) {
        (self.symbol, self.sellVenue, self.buyVenue) = (symbol, sellVenue, buyVenue)
    }

    public static func < (left: AlertPair, right: AlertPair) -> Bool {
        (left.symbol, left.sellVenue, left.buyVenue) < (right.symbol, right.sellVenue, right.buyVenue)
    }
}

/// The net spread of a pair that is fresh now; a pair that is not has none and is left out.
public struct PairSpread: Equatable, Sendable {
    public let pair: AlertPair
    /// A signed ratio, after both taker fees.
    public let netSpread: Double
    /// Spot against perpetual.
    public let isBasis: Bool

    public init(_ pair: AlertPair, netSpread: Double, isBasis: Bool = false) {
        (self.pair, self.netSpread, self.isBasis) = (pair, netSpread, isBasis)
    }
}

/// One moment, by two clocks.
public struct AlertTime: Equatable, Sendable {
    /// Of a clock that never steps: durations are its differences.
    public var steady: Timestamp
    /// Of the wall clock: what others read.
    public var wall: Timestamp

    public init(steady: Timestamp, wall: Timestamp) { (self.steady, self.wall) = (steady, wall) }
}
