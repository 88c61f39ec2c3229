import Core

/// Turns Binance frames into events: the same code for spot and for perpetuals, whose frames carry a few keys more.
///
/// Wire rules: <https://github.com/binance/binance-spot-api-docs/blob/master/web-socket-streams.md>.
struct BinanceDecoder: Sendable {
    var symbols: SymbolTable
    let market: MarketKind

    /// Appends the one event that a frame carries.
    @inline(__always)
    func decode(
        _ frame: Span<UInt8>,
        receivedAt: Timestamp,
        into events: inout EventBuffer
    ) throws(FrameError) {
        if let event = self.usualQuote(frame, receivedAt) {
            events.append(event)
        } else {
            try self.decodeAny(frame, receivedAt: receivedAt, into: &events)
        }
    }

    /// Appends the events of the quotes that a run of frames begins with; see ``VenueAdapter``.
    func decodeUsual(
        _ bytes: Span<UInt8>,
        frames: Span<Range<Int>>,
        receivedAt: Timestamp,
        into events: inout EventBuffer
    ) -> Int {
        for index in frames.indices {
            guard let event = self.usualQuote(bytes.extracting(frames[index]), receivedAt) else { return index }
            events.append(event)
        }
        return frames.count
    }

    /// The event of a quote in the spelling in which all of them came for years; `nil` for every other frame.
    @inline(__always)
    func usualQuote(_ frame: Span<UInt8>, _ receivedAt: Timestamp) -> FeedEvent? {
        var spelling = UsualSpelling()
        guard spelling.skip("{\"stream\":\"", in: frame), spelling.text(in: frame) != nil,
            spelling.skip(",\"data\":{\"", in: frame)
        else { return nil }
        let isPerpetual = spelling.skip("e\":\"bookTicker\",\"", in: frame)
        guard spelling.skip("u\":", in: frame), let sequence = spelling.number(in: frame),
            spelling.skip(",\"s\":\"", in: frame), let symbol = spelling.text(in: frame),
            let sides = spelling.sides(in: frame)
        else { return nil }
        var time: UInt64 = 0
        if isPerpetual {
            guard spelling.skip(",\"T\":", in: frame), let transaction = spelling.number(in: frame),
                spelling.skip(",\"E\":", in: frame), spelling.number(in: frame) != nil
            else { return nil }
            time = transaction
        }
        guard spelling.skip("}}", in: frame), spelling.index == frame.count else { return nil }
        return quoteEvent(
            symbol.instrument(in: self.symbols, frame),
            sides,
            sequence: sequence,
            exchangeTime: Timestamp(time, power: 6),
            receivedAt: receivedAt
        )
    }

    /// The same of every frame, in whatever spelling.
    @inline(never)
    func decodeAny(
        _ frame: Span<UInt8>,
        receivedAt: Timestamp,
        into events: inout EventBuffer
    ) throws(FrameError) {
        var parsed = BinanceFrame()
        do throws(JSONError) {
            try parsed.read(frame)
        } catch {
            throw .malformed
        }
        if parsed.fields.looksLikeSpotQuote || parsed.fields.event.matches("bookTicker", in: frame) {
            events.append(try self.quote(parsed.fields, frame, receivedAt))
        } else if parsed.fields.event.kind == .missing, parsed.data.kind == .missing {
            events.append(.control(try Self.answer(parsed, frame)))
        } else {
            events.append(try self.namedEvent(parsed.fields, frame, receivedAt))
        }
    }

    @inline(__always)
    private func quote(
        _ fields: BinanceFields,
        _ frame: Span<UInt8>,
        _ receivedAt: Timestamp
    ) throws(FrameError) -> FeedEvent {
        guard let instrument = fields.symbol.instrument(in: self.symbols, frame) else {
            return .rejected(nil, .quote, .unknownSymbol)
        }
        return quoteEvent(
            instrument,
            bid: try SideReading(price: fields.bid, size: fields.bidSize, in: frame),
            ask: try SideReading(price: fields.ask, size: fields.askSize, in: frame),
            sequence: try fields.updateNumber.sequence(in: frame),
            exchangeTime: try fields.transactionTime.instant(power: 6, in: frame),
            receivedAt: receivedAt
        )
    }

    private func namedEvent(
        _ fields: BinanceFields,
        _ frame: Span<UInt8>,
        _ receivedAt: Timestamp
    ) throws(FrameError) -> FeedEvent {
        if fields.event.matches("trade", in: frame) {
            return try self.trade(fields, id: fields.tradeNumber, frame, receivedAt)
        }
        // One message for all fills of a taker order at one price. Whoever subscribes to it does so instead of `trade`.
        if fields.event.matches("aggTrade", in: frame) {
            return try self.trade(fields, id: fields.ask, frame, receivedAt)
        }
        if fields.event.matches("serverShutdown", in: frame) { return .control(.shutdownAnnounced) }
        throw .unknownType
    }

    private func trade(
        _ fields: BinanceFields,
        id: JSONToken,
        _ frame: Span<UInt8>,
        _ receivedAt: Timestamp
    ) throws(FrameError) -> FeedEvent {
        // Perpetuals also report transfers of the insurance fund and the like here: no trade of the market.
        if !fields.kind.isAbsent, !fields.kind.matches("MARKET", in: frame) { return .control(.notice) }
        guard let instrument = fields.symbol.instrument(in: self.symbols, frame) else {
            return .rejected(nil, .trade, .unknownSymbol)
        }
        let taker: TakerSide
        switch fields.buyerIsMaker.kind {
        case .yes: taker = .sell
        case .no: taker = .buy
        case .missing, .null, .number, .text, .object, .array: throw .malformed
        }
        let event = try tradeEvent(
            instrument,
            price: fields.price,
            size: fields.size,
            taker: taker,
            id: id,
            numbers: TradeRange(id.unsigned(in: frame) ?? 0),
            exchangeTime: try fields.transactionTime.instant(power: 6, in: frame),
            receivedAt: receivedAt,
            in: frame
        )
        if self.market == .perpetual, case .rejected(_, .trade, .notPositive) = event { return .control(.notice) }
        return event
    }

    /// What a frame without an event says about one of our requests.
    private static func answer(_ parsed: BinanceFrame, _ frame: Span<UInt8>) throws(FrameError) -> ControlEvent {
        if !parsed.code.isAbsent || !parsed.message.isAbsent {
            return .refused(request: parsed.id.unsigned(in: frame), text: parsed.message.range)
        }
        switch parsed.result.kind {
        case .missing: throw .unknownType
        case .null: return .acknowledged(request: parsed.id.unsigned(in: frame))
        // The answer to LIST_SUBSCRIPTIONS or GET_PROPERTY.
        case .yes, .no, .number, .text, .object, .array: return .notice
        }
    }

    /// What stands under `s`, in all events.
    static func venueSymbol(in frame: Span<UInt8>) -> String? {
        var parsed = BinanceFrame()
        guard (try? parsed.read(frame)) != nil, parsed.fields.symbol.kind == .text else { return nil }
        return parsed.fields.symbol.string(in: frame)
    }
}
