/// What a quote shows besides its numbers.
public struct QuoteFlags: OptionSet, Sendable, Hashable {
    public let rawValue: UInt8

    @inlinable public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// The bid is above the ask: no spread, no point.
    public static let crossed = QuoteFlags(rawValue: 1 << 0)
    /// The bid equals the ask: a spread, but no point.
    public static let locked = QuoteFlags(rawValue: 1 << 1)
    /// One side is empty (no price, or size 0): no spread, no point.
    public static let oneSided = QuoteFlags(rawValue: 1 << 2)
    /// The venue said the same quote again: it proves that the quote stands, and is not a new one.
    public static let repeated = QuoteFlags(rawValue: 1 << 3)
    /// From the venue's REST book ticker, not from a frame: it counts until the first frame.
    public static let seeded = QuoteFlags(rawValue: 1 << 4)
    /// The venue gave prices but no sizes (some book tickers): the notional is unknown, and shown as 0.
    public static let unsized = QuoteFlags(rawValue: 1 << 5)
}

/// The best bid and ask that one venue showed for one instrument: an immutable fact.
///
/// 80 bytes without references, so that it moves through channels by plain copy.
public struct Quote: Equatable, Sendable {
    /// The venue's own update number: it orders quotes and tells repeats, but need not be consecutive. 0: none sent.
    public let sequence: UInt64
    /// When the frame reached this host; for a seed, when the request was started.
    public let receivedAt: Timestamp
    /// When the venue's engine made the quote, by its clock; ``Timestamp/never`` where it does not say.
    public let exchangeTime: Timestamp
    public let instrument: InstrumentIndex
    public let flags: QuoteFlags

    @usableFromInline let bidScale: UInt8
    @usableFromInline let askScale: UInt8
    @usableFromInline let bidSizeScale: UInt8
    @usableFromInline let askSizeScale: UInt8
    @usableFromInline let bidMantissa: Int64
    @usableFromInline let askMantissa: Int64
    @usableFromInline let bidSizeMantissa: Int64
    @usableFromInline let askSizeMantissa: Int64

    /// Takes the numbers as the venue gave them and derives the flags that follow from them.
    ///
    /// An empty side is given as price 0 or size 0. Prices must not be negative; sizes are in base units.
    @inlinable
    public init(
        instrument: InstrumentIndex,
        bid: ExactDecimal,
        bidSize: ExactDecimal,
        ask: ExactDecimal,
        askSize: ExactDecimal,
        sequence: UInt64,
        exchangeTime: Timestamp = .never,
        receivedAt: Timestamp,
        flags: QuoteFlags = []
    ) {
        var derived = flags
        let sized = flags.contains(.unsized) || (bidSize.isPositive && askSize.isPositive)
        if !bid.isPositive || !ask.isPositive || !sized {
            derived.insert(.oneSided)
        } else if bid == ask {
            derived.insert(.locked)
        } else if ask < bid {
            derived.insert(.crossed)
        }
        self.instrument = instrument
        self.sequence = sequence
        self.receivedAt = receivedAt
        self.exchangeTime = exchangeTime
        self.flags = derived
        (self.bidMantissa, self.bidScale) = (bid.mantissa, bid.scale)
        (self.askMantissa, self.askScale) = (ask.mantissa, ask.scale)
        (self.bidSizeMantissa, self.bidSizeScale) = (bidSize.mantissa, bidSize.scale)
        (self.askSizeMantissa, self.askSizeScale) = (askSize.mantissa, askSize.scale)
    }

    @inlinable public var bid: ExactDecimal { ExactDecimal(shortest: self.bidMantissa, scale: self.bidScale) }
    @inlinable public var ask: ExactDecimal { ExactDecimal(shortest: self.askMantissa, scale: self.askScale) }
    @inlinable public var bidSize: ExactDecimal {
        ExactDecimal(shortest: self.bidSizeMantissa, scale: self.bidSizeScale)
    }
    @inlinable public var askSize: ExactDecimal {
        ExactDecimal(shortest: self.askSizeMantissa, scale: self.askSizeScale)
    }

    /// Whether its prices make sense together: it is neither crossed nor one-sided.
    @inlinable public var givesSpread: Bool { self.flags.isDisjoint(with: [.crossed, .oneSided]) }

    /// The same quote with more flags.
    @inlinable public func flagged(_ more: QuoteFlags) -> Quote {
        Quote(
            instrument: self.instrument,
            bid: self.bid,
            bidSize: self.bidSize,
            ask: self.ask,
            askSize: self.askSize,
            sequence: self.sequence,
            exchangeTime: self.exchangeTime,
            receivedAt: self.receivedAt,
            flags: self.flags.union(more)
        )
    }
}
