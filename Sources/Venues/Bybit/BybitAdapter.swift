public import Core

/// Bybit v5 spot: `orderbook.1.<SYMBOL>` and `publicTrade.<SYMBOL>`.
///
/// Level 1 sends whole snapshots since March 2025, and repeats one with its old update number when nothing changed for
/// three seconds. The deltas of before are understood too.
///
/// What the numbers prove. `u` of a quote rises with every change of the book, also below the top; an equal one is the
/// repeat, which proves that the quote stands and the subscription lives; 1 is a restart of the service. Trades have an
/// `i` that is a number on spot only, and `seq` counts other things too: no hole can be told. Wire rules:
/// <https://bybit-exchange.github.io/docs/v5/websocket/public/orderbook>.
public struct BybitAdapter: VenueAdapter {
    public static let profile = VenueProfile(
        name: "bybit",
        market: .spot,
        restBase: "https://api.bybit.com",
        webSocketBase: "wss://stream.bybit.com",
        webSocketPath: "/v5/public/spot",
        takerFee: TakerFee(
            ratio: 0.001,
            source: "non-VIP spot, copy of Bybit's help-centre article 000001175",
            readOn: "2026-11-22"
        ),
        sequence: .repeating,
        // The topics of a connection may be 21,000 characters long: 450 of the longest kind.
        connections: ConnectionLimits(attemptsPerFiveMinutes: 500, open: 1000, streamsPerConnection: 450),
        heartbeatInterval: .seconds(10),
        deadAfter: .seconds(20),
        repeatStaleAfter: .seconds(10),
        topicsPerRequest: Self.topicsPerRequest,
        // All topics of a connection may be 21,000 characters long; a hundred stay far below.
        instrumentsPerConnection: 100,
        messagesPerSecond: 10
    )

    public static let catalog: any VenueCatalog = BybitCatalog()

    /// The server refuses an eleventh ("args size >10").
    private static let topicsPerRequest = 10

    private var symbols: SymbolTable
    private var books: BybitBooks

    public init(symbols: SymbolTable) {
        self.symbols = symbols
        self.books = BybitBooks(count: symbols.count)
    }

    public func requests(
        _ verb: SubscriptionVerb,
        _ stream: StreamKind,
        of venueSymbols: [String],
        firstNumber: UInt64,
        at now: Timestamp
    ) -> [SubscriptionRequest] {
        let operation = verb == .subscribe ? "subscribe" : "unsubscribe"
        let prefix = stream == .quotes ? "orderbook.1." : "publicTrade."
        return venueSymbols.runs(of: Self.topicsPerRequest).enumerated().map { offset, symbols in
            let number = firstNumber + UInt64(offset)
            let topics = quotedJSON(symbols.map { prefix + $0 })
            return SubscriptionRequest(
                number: number,
                text: "{\"req_id\":\"\(number)\",\"op\":\"\(operation)\",\"args\":\(topics)}",
                stream: stream,
                venueSymbols: verb == .subscribe ? Array(symbols) : []
            )
        }
    }

    public func heartbeat(number: UInt64, at now: Timestamp) -> String? {
        "{\"req_id\":\"\(number)\",\"op\":\"ping\"}"
    }

    public mutating func decode(
        _ frame: Span<UInt8>,
        receivedAt: Timestamp,
        into events: inout EventBuffer
    ) throws(FrameError) {
        if let quote = BybitQuote(usual: frame) {
            self.append(quote, frame, receivedAt, &events)
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
            let frame = bytes.extracting(frames[index])
            guard let quote = BybitQuote(usual: frame) else { return index }
            self.append(quote, frame, receivedAt, &events)
        }
        return frames.count
    }

    /// Decodes a frame in whatever spelling.
    @inline(never)
    mutating func decodeAny(
        _ frame: Span<UInt8>,
        receivedAt: Timestamp,
        into events: inout EventBuffer
    ) throws(FrameError) {
        let parsed: BybitFrame
        do throws(JSONError) {
            parsed = try BybitFrame(frame)
        } catch {
            throw .malformed
        }
        if parsed.topic.hasPrefix("orderbook.1.", in: frame), parsed.data.kind == .object {
            self.append(try BybitQuote(parsed, frame), frame, receivedAt, &events)
        } else if parsed.topic.hasPrefix("publicTrade.", in: frame), parsed.data.kind == .array {
            try self.appendTrades(parsed, frame, receivedAt, &events)
        } else if parsed.topic.kind == .missing {
            events.append(.control(try Self.answer(parsed, frame)))
        } else {
            throw .unknownType
        }
    }

    public mutating func extend(to symbols: SymbolTable) {
        self.symbols = symbols
        self.books.keep(symbols.instruments)
    }

    /// What stands behind the kind of the topic.
    public static func venueSymbol(in frame: Span<UInt8>) -> String? {
        guard let parsed = try? BybitFrame(frame) else { return nil }
        if parsed.topic.hasPrefix("orderbook.1.", in: frame) {
            return parsed.topic.droppingFirst("orderbook.1.".utf8.count).string(in: frame)
        }
        guard parsed.topic.hasPrefix("publicTrade.", in: frame) else { return nil }
        return parsed.topic.droppingFirst("publicTrade.".utf8.count).string(in: frame)
    }

    @inline(__always)
    private mutating func append(
        _ quote: BybitQuote,
        _ frame: Span<UInt8>,
        _ receivedAt: Timestamp,
        _ events: inout EventBuffer
    ) {
        guard let instrument = quote.symbol.instrument(in: self.symbols, frame) else {
            events.append(.rejected(nil, .quote, .unknownSymbol))
            return
        }
        // Update number 1 says that the service restarted: what it sends then is whole, whatever it is called.
        let isSnapshot = !quote.isDelta || quote.sequence == 1
        guard let sides = self.books.apply(bid: quote.bid, ask: quote.ask, isSnapshot: isSnapshot, to: instrument)
        else { return }
        events.append(
            quoteEvent(
                instrument,
                bid: sides.bid,
                ask: sides.ask,
                sequence: quote.sequence,
                exchangeTime: quote.exchangeTime,
                receivedAt: receivedAt
            )
        )
    }

    /// What a frame without a topic says about one of our requests.
    private static func answer(_ parsed: BybitFrame, _ frame: Span<UInt8>) throws(FrameError) -> ControlEvent {
        // The public reply to a ping calls itself `op: ping`; other sockets say `op: pong`.
        if parsed.op.matches("pong", in: frame) || parsed.message.matches("pong", in: frame) { return .pong }
        let request = parsed.request.unsigned(in: frame)
        switch parsed.success.kind {
        case .yes: return .acknowledged(request: request)
        case .no: return .refused(request: request, text: parsed.message.range)
        case .missing, .null, .number, .text, .object, .array: throw .unknownType
        }
    }
}

extension BybitAdapter {
    /// Appends all trades of a message, or none when one of them cannot be read.
    private func appendTrades(
        _ parsed: BybitFrame,
        _ frame: Span<UInt8>,
        _ receivedAt: Timestamp,
        _ events: inout EventBuffer
    ) throws(FrameError) {
        let symbol = parsed.topic.droppingFirst("publicTrade.".utf8.count)
        let instrument = symbol.instrument(in: self.symbols, frame)
        let before = events.count
        do throws(FrameError) {
            let list = frame.extracting(parsed.data.range)
            var reader = try Self.reader(over: list)
            while let fields = try Self.nextTrade(list, &reader) {
                guard let instrument else {
                    events.append(.rejected(nil, .trade, .unknownSymbol))
                    continue
                }
                events.append(try fields.event(instrument, receivedAt, in: list))
            }
        } catch {
            events.removeLast(events.count - before)
            throw error
        }
    }

    private static func reader(over list: Span<UInt8>) throws(FrameError) -> JSONReader {
        do throws(JSONError) {
            var reader = try JSONReader(list)
            _ = try reader.enterArray(list)
            return reader
        } catch {
            throw .malformed
        }
    }

    private static func nextTrade(
        _ list: Span<UInt8>,
        _ reader: inout JSONReader
    ) throws(FrameError) -> BybitTradeFields? {
        do throws(JSONError) {
            guard try reader.nextElement(list) else { return nil }
            return try BybitTradeFields(list, &reader)
        } catch {
            throw .malformed
        }
    }
}

/// One element of a trade message.
private struct BybitTradeFields {
    var id = JSONToken.missing  // i
    var time = JSONToken.missing  // T
    var price = JSONToken.missing  // p
    var size = JSONToken.missing  // v
    var side = JSONToken.missing  // S

    init(_ list: Span<UInt8>, _ reader: inout JSONReader) throws(JSONError) {
        guard try reader.enterObject(list) else { throw JSONError(at: reader.index) }
        while let key = try reader.nextKey(list) {
            let value = try reader.value(list)
            guard key.count == 1 else { continue }
            switch list[key.start] {
            case UInt8(ascii: "i"): self.id = value
            case UInt8(ascii: "T"): self.time = value
            case UInt8(ascii: "p"): self.price = value
            case UInt8(ascii: "v"): self.size = value
            case UInt8(ascii: "S"): self.side = value
            default: break
            }
        }
    }

    func event(
        _ instrument: InstrumentIndex,
        _ receivedAt: Timestamp,
        in list: Span<UInt8>
    ) throws(FrameError) -> FeedEvent {
        let isBuy = self.side.matches("Buy", in: list)
        guard isBuy || self.side.matches("Sell", in: list) else { throw .malformed }
        return try tradeEvent(
            instrument,
            price: self.price,
            size: self.size,
            taker: isBuy ? .buy : .sell,
            id: self.id,
            numbers: .none,
            exchangeTime: try self.time.instant(power: 6, in: list),
            receivedAt: receivedAt,
            in: list
        )
    }
}
