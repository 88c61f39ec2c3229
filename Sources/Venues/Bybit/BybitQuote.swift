import Core

/// What a message of `orderbook.1.<SYMBOL>` says, before it meets what is known of the instrument's book.
struct BybitQuote: Equatable {
    /// What stands behind the kind of the topic.
    var symbol: JSONToken
    var isDelta: Bool
    var sequence: UInt64
    /// The matching engine's time where it is told, else that of the message.
    var exchangeTime: Timestamp
    var bid: BybitSideChange
    var ask: BybitSideChange

    /// Reads the members that were found, in whatever spelling.
    ///
    /// - Throws: ``FrameError/unknownType`` for what is neither a snapshot nor a delta, ``FrameError/malformed`` for
    ///   what should be a number and is none.
    init(_ parsed: BybitFrame, _ frame: Span<UInt8>) throws(FrameError) {
        self.isDelta = parsed.type.matches("delta", in: frame)
        guard self.isDelta || parsed.type.matches("snapshot", in: frame) else { throw .unknownType }
        self.symbol = parsed.topic.droppingFirst("orderbook.1.".utf8.count)
        self.sequence = try parsed.book.updateNumber.sequence(in: frame)
        let engineTime = try parsed.cts.instant(power: 6, in: frame)
        self.exchangeTime = engineTime == .never ? try parsed.ts.instant(power: 6, in: frame) : engineTime
        self.bid = try BybitSideChange(parsed.book.bids, isBid: true, in: frame)
        self.ask = try BybitSideChange(parsed.book.asks, isBid: false, in: frame)
    }

    /// Reads a snapshot in the spelling in which all of them come; `nil` for every other frame.
    @inline(__always)
    init?(usual frame: Span<UInt8>) {
        var spelling = UsualSpelling()
        guard spelling.skip("{\"topic\":\"orderbook.1.", in: frame), let symbol = spelling.text(in: frame),
            let time = Self.snapshotTime(&spelling, frame),
            spelling.skip(",\"data\":{\"s\":\"", in: frame), spelling.text(in: frame) != nil,
            spelling.skip(",\"b\":[[\"", in: frame), let bid = spelling.decimal(in: frame),
            spelling.skip(",\"", in: frame), let bidSize = spelling.decimal(in: frame),
            spelling.skip("]],\"a\":[[\"", in: frame), let ask = spelling.decimal(in: frame),
            spelling.skip(",\"", in: frame), let askSize = spelling.decimal(in: frame),
            spelling.skip("]],\"u\":", in: frame), let sequence = spelling.number(in: frame),
            spelling.skip(",\"seq\":", in: frame), spelling.number(in: frame) != nil,
            spelling.skip("},\"cts\":", in: frame), let engineTime = spelling.number(in: frame),
            spelling.skip("}", in: frame), spelling.index == frame.count
        else { return nil }
        self.symbol = symbol
        self.isDelta = false
        self.sequence = sequence
        let engineInstant = Timestamp(engineTime, power: 6)
        self.exchangeTime = engineInstant == .never ? Timestamp(time, power: 6) : engineInstant
        self.bid = BybitSideChange(only: SideReading(price: bid, size: bidSize))
        self.ask = BybitSideChange(only: SideReading(price: ask, size: askSize))
    }
    /// Both members before the data, whose order is not the same on all of the venue's servers.
    @inline(__always)
    private static func snapshotTime(_ spelling: inout UsualSpelling, _ frame: Span<UInt8>) -> UInt64? {
        if spelling.skip(",\"ts\":", in: frame) {
            guard let time = spelling.number(in: frame) else { return nil }
            return spelling.skip(",\"type\":\"snapshot\"", in: frame) ? time : nil
        }
        return spelling.skip(",\"type\":\"snapshot\",\"ts\":", in: frame) ? spelling.number(in: frame) : nil
    }
}
