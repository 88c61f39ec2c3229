import Core

/// One side of a top of book: zero and zero where the venue says that it is empty.
struct BookSide: Equatable {
    var price: ExactDecimal
    var size: ExactDecimal

    static let empty = BookSide(price: .zero, size: .zero)
}

/// One side as it stood in a frame.
enum SideReading {
    case side(BookSide)
    /// A number that no quote can be made of.
    case rejected(RejectReason)

    /// Reads a side by the rules that hold on every venue.
    ///
    /// No price, or no price and no size (`0` and `0`), is an empty side; a price that is zero beside a size, or
    /// negative, is unusable. A size of zero makes an empty side as well, which ``Quote`` says itself.
    ///
    /// - Throws: ``FrameError/malformed`` for what is no number at all.
    @inline(__always)
    init(price: JSONToken, size: JSONToken, in frame: Span<UInt8>) throws(FrameError) {
        let sizeValue: ExactDecimal
        switch try size.decimal(in: frame) {
        case .absent: sizeValue = .zero
        case .value(let value): sizeValue = value
        case .unrepresentable:
            self = .rejected(.unrepresentable)
            return
        }
        switch try price.decimal(in: frame) {
        case .absent:
            self = .side(.empty)
        case .unrepresentable:
            self = .rejected(.unrepresentable)
        case .value(let value):
            self.init(price: value, size: sizeValue)
        }
    }

    /// The same of two numbers that are there.
    @inline(__always)
    init(price: ExactDecimal, size: ExactDecimal) {
        if price.isPositive, size.mantissa >= 0 {
            self = .side(BookSide(price: price, size: size))
        } else if price.mantissa == 0, size.mantissa == 0 {
            self = .side(.empty)
        } else {
            self = .rejected(.notPositive)
        }
    }
}

/// Makes the event of a quote whose sides were read: the quote, or why there is none.
@inline(__always)
func quoteEvent(
    _ instrument: InstrumentIndex,
    bid: SideReading,
    ask: SideReading,
    sequence: UInt64,
    exchangeTime: Timestamp,
    receivedAt: Timestamp
) -> FeedEvent {
    switch (bid, ask) {
    case (.side(let bid), .side(let ask)):
        .quote(
            Quote(
                instrument: instrument,
                bid: bid.price,
                bidSize: bid.size,
                ask: ask.price,
                askSize: ask.size,
                sequence: sequence,
                exchangeTime: exchangeTime,
                receivedAt: receivedAt
            )
        )
    case (.rejected(let reason), _), (_, .rejected(let reason)):
        .rejected(instrument, .quote, reason)
    }
}

/// The same of a symbol that may not be one of ours.
@inline(__always)
func quoteEvent(
    _ instrument: InstrumentIndex?,
    _ sides: (bid: SideReading, ask: SideReading),
    sequence: UInt64,
    exchangeTime: Timestamp,
    receivedAt: Timestamp
) -> FeedEvent {
    guard let instrument else { return .rejected(nil, .quote, .unknownSymbol) }
    return quoteEvent(
        instrument,
        bid: sides.bid,
        ask: sides.ask,
        sequence: sequence,
        exchangeTime: exchangeTime,
        receivedAt: receivedAt
    )
}

/// The numbers, without holes within the instrument, of the trades that one message tells of: 0 where there are none.
struct TradeRange {
    let first: UInt64
    let last: UInt64

    static let none = TradeRange(0)

    init(_ number: UInt64) { (self.first, self.last) = (number, number) }

    /// Numbers that make no sense together count as the last alone.
    init(first: UInt64, last: UInt64) {
        let isRange = first != 0 && first <= last && last - first < UInt64(UInt16.max)
        (self.first, self.last) = (isRange ? first : last, last)
    }

    var count: UInt16 { UInt16(self.last - self.first + 1) }
}

/// Makes the event of a trade: the trade, or why there is none.
///
/// A trade without a price or size is as bad as one of zero.
///
/// - Throws: ``FrameError/malformed`` for a price or size that is no number at all.
func tradeEvent(
    _ instrument: InstrumentIndex,
    price: JSONToken,
    size: JSONToken,
    taker: TakerSide,
    id: JSONToken,
    numbers: TradeRange,
    exchangeTime: Timestamp,
    receivedAt: Timestamp,
    in frame: Span<UInt8>
) throws(FrameError) -> FeedEvent {
    let (priceReading, sizeReading) = (try price.decimal(in: frame), try size.decimal(in: frame))
    if priceReading == .unrepresentable || sizeReading == .unrepresentable {
        return .rejected(instrument, .trade, .unrepresentable)
    }
    guard case .value(let priceValue) = priceReading, priceValue.isPositive,
        case .value(let sizeValue) = sizeReading, sizeValue.isPositive
    else { return .rejected(instrument, .trade, .notPositive) }
    return .trade(
        Trade(
            instrument: instrument,
            price: priceValue,
            size: sizeValue,
            taker: taker,
            id: id.unsigned(in: frame) ?? 0,
            number: numbers.last,
            numberCount: numbers.count,
            exchangeTime: exchangeTime,
            receivedAt: receivedAt
        )
    )
}

extension Array {
    /// Consecutive runs of at most `size` elements: topics into frames.
    func runs(of size: Int) -> [ArraySlice<Element>] {
        precondition(size > 0, "a run holds at least one element")
        return stride(from: 0, to: self.count, by: size).map { self[$0..<Swift.min($0 + size, self.count)] }
    }
}
