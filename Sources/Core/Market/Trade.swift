/// Which side took: bought at the ask, or sold at the bid.
public enum TakerSide: UInt8, Sendable, Hashable { case buy, sell }

/// One trade that a venue reported: an immutable fact without references.
public struct Trade: Equatable, Sendable {
    /// The venue's trade number; 0 where it is not one (UUIDs).
    public let id: UInt64
    public let receivedAt: Timestamp
    /// When the venue's engine matched it, by its clock.
    public let exchangeTime: Timestamp
    public let instrument: InstrumentIndex
    public let taker: TakerSide
    /// The venue's number within the instrument, counted without holes; 0 where it has no such numbers.
    public let number: UInt64
    /// So many of those numbers, ``number`` being the last of them, are told of in this one.
    public let numberCount: UInt16
    public let price: ExactDecimal
    /// In base units.
    public let size: ExactDecimal

    @inlinable
    public init(
        instrument: InstrumentIndex,
        price: ExactDecimal,
        size: ExactDecimal,
        taker: TakerSide,
        id: UInt64,
        number: UInt64 = 0,
        numberCount: UInt16 = 1,
        exchangeTime: Timestamp,
        receivedAt: Timestamp
    ) {
        self.instrument = instrument
        self.price = price
        self.size = size
        self.taker = taker
        self.id = id
        (self.number, self.numberCount) = (number, numberCount)
        self.exchangeTime = exchangeTime
        self.receivedAt = receivedAt
    }
    /// The first of the venue's numbers that this tells of.
    @inlinable public var firstNumber: UInt64 { self.number &- UInt64(max(1, self.numberCount) - 1) }
}
