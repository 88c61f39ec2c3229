public import Core

/// Gate v4 spot: `spot.book_ticker` and `spot.trades`.
///
/// What the numbers prove. `u` of a quote rises with every change of its pair's book, also below the top: it orders
/// and tells doubles, no more. `id` of a trade runs over all pairs; `id_market` and `range`, its first and last in sum,
/// run over this pair without holes: a hole is a loss. Where neither is sent, trades have no number.
///
/// Wire rules: <https://www.gate.com/docs/developers/apiv4/ws/en/>. Nobody but us keeps the connection alive, and a
/// frame that does not decode means a broken one.
public struct GateIoAdapter: VenueAdapter {
    public static let profile = VenueProfile(
        name: "gateio",
        market: .spot,
        restBase: "https://api.gateio.ws",
        webSocketBase: "wss://api.gateio.ws",
        webSocketPath: "/ws/v4/",
        takerFee: TakerFee(
            ratio: 0.002,
            source: "GET /api/v4/spot/currency_pairs, member fee (per cent) of nearly all pairs",
            readOn: "2021-04-22"
        ),
        sequence: .increasing,
        trades: .consecutive,
        // Streams: none is stated, and a hundred pairs advised.
        connections: ConnectionLimits(attemptsPerFiveMinutes: 300, open: 300),
        heartbeatInterval: .seconds(10),
        deadAfter: .seconds(20),
        repeatStaleAfter: nil,
        topicsPerRequest: Self.topicsPerRequest,
        instrumentsPerConnection: 100,
        messagesPerSecond: 10
    )

    public static let catalog: any VenueCatalog = GateIoCatalog()

    /// No limit is documented; the maintainers advise modest frames.
    private static let topicsPerRequest = 100

    private var symbols: SymbolTable

    public init(symbols: SymbolTable) { self.symbols = symbols }

    public func requests(
        _ verb: SubscriptionVerb,
        _ stream: StreamKind,
        of venueSymbols: [String],
        firstNumber: UInt64,
        at now: Timestamp
    ) -> [SubscriptionRequest] {
        let seconds = Self.wholeSeconds(now)
        let event = verb == .subscribe ? "subscribe" : "unsubscribe"
        let channel = stream == .quotes ? "spot.book_ticker" : "spot.trades"
        return venueSymbols.runs(of: Self.topicsPerRequest).enumerated().map { offset, symbols in
            let number = firstNumber + UInt64(offset)
            let text =
                "{\"time\":\(seconds),\"id\":\(number),\"channel\":\"\(channel)\","
                + "\"event\":\"\(event)\",\"payload\":\(quotedJSON(symbols))}"
            return SubscriptionRequest(
                number: number,
                text: text,
                stream: stream,
                venueSymbols: verb == .subscribe ? Array(symbols) : []
            )
        }
    }

    public func heartbeat(number: UInt64, at now: Timestamp) -> String? {
        "{\"time\":\(Self.wholeSeconds(now)),\"channel\":\"spot.ping\"}"
    }

    /// The venue refuses a request whose time is over a minute off, in whole seconds.
    private static func wholeSeconds(_ now: Timestamp) -> Int64 { now.nanoseconds / 1_000_000_000 }

    public mutating func decode(
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

    public mutating func decodeUsual(
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

    /// The event of a quote in the spelling in which all of them come; `nil` for every other frame.
    @inline(__always)
    func usualQuote(_ frame: Span<UInt8>, _ receivedAt: Timestamp) -> FeedEvent? {
        var spelling = UsualSpelling()
        guard spelling.skip("{\"time\":", in: frame), spelling.number(in: frame) != nil,
            spelling.skip(",\"time_ms\":", in: frame), spelling.number(in: frame) != nil,
            spelling.skip(
                ",\"channel\":\"spot.book_ticker\",\"event\":\"update\",\"result\":{\"t\":",
                in: frame
            ), let time = spelling.number(in: frame),
            spelling.skip(",\"u\":", in: frame), let sequence = spelling.number(in: frame),
            spelling.skip(",\"s\":\"", in: frame), let symbol = spelling.text(in: frame),
            let sides = spelling.sides(in: frame),
            spelling.skip("}}", in: frame), spelling.index == frame.count
        else { return nil }
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
        let parsed: GateIoFrame
        do throws(JSONError) {
            parsed = try GateIoFrame(frame)
        } catch {
            throw .malformed
        }
        if parsed.event.matches("update", in: frame) {
            guard parsed.result.kind == .object else { throw .unknownType }
            if parsed.channel.matches("spot.book_ticker", in: frame) {
                events.append(try self.quote(parsed.fields, frame, receivedAt))
            } else if parsed.channel.matches("spot.trades", in: frame) {
                events.append(try self.trade(parsed.fields, frame, receivedAt))
            } else {
                throw .unknownType
            }
        } else {
            events.append(.control(try Self.answer(parsed, frame)))
        }
    }

    public mutating func extend(to symbols: SymbolTable) { self.symbols = symbols }

    /// What stands under `s`, and under `currency_pair` in trades.
    public static func venueSymbol(in frame: Span<UInt8>) -> String? {
        guard let parsed = try? GateIoFrame(frame), parsed.fields.symbol.kind == .text else { return nil }
        return parsed.fields.symbol.string(in: frame)
    }

    private func quote(
        _ fields: GateIoFields,
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
            exchangeTime: try fields.time.instant(power: 6, in: frame),
            receivedAt: receivedAt
        )
    }

    private func trade(
        _ fields: GateIoFields,
        _ frame: Span<UInt8>,
        _ receivedAt: Timestamp
    ) throws(FrameError) -> FeedEvent {
        guard let instrument = fields.symbol.instrument(in: self.symbols, frame) else {
            return .rejected(nil, .trade, .unknownSymbol)
        }
        let isBuy = fields.side.matches("buy", in: frame)
        guard isBuy || fields.side.matches("sell", in: frame) else { throw .malformed }
        // Milliseconds with a fraction, as text; where they are missing, whole seconds.
        let precise = try fields.createTimeMilliseconds.instant(power: 6, in: frame)
        return try tradeEvent(
            instrument,
            price: fields.price,
            size: fields.amount,
            taker: isBuy ? .buy : .sell,
            id: fields.id,
            numbers: Self.numbers(of: fields, in: frame),
            exchangeTime: precise == .never ? try fields.createTime.instant(power: 9, in: frame) : precise,
            receivedAt: receivedAt,
            in: frame
        )
    }

    /// The numbers within the pair; 0 where none is sent.
    private static func numbers(of fields: GateIoFields, in frame: Span<UInt8>) -> TradeRange {
        if let range = fields.range.unsignedRange(in: frame) { return TradeRange(first: range.first, last: range.last) }
        return TradeRange(fields.marketID.unsigned(in: frame) ?? 0)
    }

    /// What a frame that is no update says about the connection or one of our requests.
    private static func answer(_ parsed: GateIoFrame, _ frame: Span<UInt8>) throws(FrameError) -> ControlEvent {
        if parsed.event.matches("upgrade", in: frame) { return .shutdownAnnounced }
        guard parsed.channel.isAbsent || parsed.channel.hasPrefix("spot.", in: frame) else { throw .unknownType }
        let request = parsed.id.unsigned(in: frame)
        if !parsed.error.isAbsent { return .refused(request: request, text: parsed.errorMessage.range) }
        if parsed.channel.matches("spot.pong", in: frame) { return .pong }
        // The page prints `error: null`, the live server leaves it out: both mean success.
        if parsed.event.matches("subscribe", in: frame) || parsed.event.matches("unsubscribe", in: frame) {
            return .acknowledged(request: request)
        }
        throw .unknownType
    }
}
