/// One point of a pair: the spread at a quote of either leg, and the band as it stands from then on.
public struct PairPoint: Sendable, Equatable {
    public let pair: PairIndex
    /// Counts the pair's points from 1, so a hole shows what a reader missed.
    public internal(set) var number: UInt64
    /// Engine time of the quote that made it.
    public let time: Timestamp
    /// A signed ratio.
    public let spread: Double
    /// `nil` while there are too few points.
    public let band: Band?
    /// Whose quote made it.
    public let venue: VenueIndex
    /// When that quote's frame reached this host.
    public let receivedAt: Timestamp

    public init(
        pair: PairIndex,
        number: UInt64,
        time: Timestamp,
        spread: Double,
        band: Band?,
        venue: VenueIndex,
        receivedAt: Timestamp
    ) {
        (self.pair, self.number, self.time, self.spread) = (pair, number, time, spread)
        (self.band, self.venue, self.receivedAt) = (band, venue, receivedAt)
    }
}
