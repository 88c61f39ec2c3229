public import Core

/// Binance spot: `<symbol>@bookTicker` and `<symbol>@trade`, combined or raw.
///
/// What the numbers prove. `u` of a quote rises with every change of the book of its symbol, also below the top: it
/// orders and tells doubles, but a step over several says nothing. `t` of a trade rises by one: a hole is a loss.
public struct BinanceAdapter: VenueAdapter {
    public static let profile = VenueProfile(
        name: "binance",
        market: .spot,
        restBase: "https://api.binance.com",
        webSocketBase: "wss://stream.binance.com:9443",
        webSocketPath: "/stream",
        takerFee: TakerFee(
            ratio: 0.001,
            source: "regular user, https://www.binance.com/en/fee/schedule as third-party guides quote it",
            readOn: "2026-11-22"
        ),
        sequence: .increasing,
        trades: .consecutive,
        connections: ConnectionLimits(
            attemptsPerFiveMinutes: 300,
            streamsPerConnection: 1024,
            lifetime: .seconds(24 * 3600)
        ),
        heartbeatInterval: nil,
        // The server pings every 20 s.
        deadAfter: .seconds(20),
        repeatStaleAfter: nil,
        topicsPerRequest: BinanceRequests.topicsPerRequest,
        // The server allows 1,024 streams; fewer keep small what one lost connection makes stale.
        instrumentsPerConnection: 200,
        messagesPerSecond: BinanceRequests.messagesPerSecond
    )

    public static let catalog: any VenueCatalog = BinanceCatalog(market: .spot)

    private var decoder: BinanceDecoder

    public init(symbols: SymbolTable) { self.decoder = BinanceDecoder(symbols: symbols, market: .spot) }

    public func requests(
        _ verb: SubscriptionVerb,
        _ stream: StreamKind,
        of venueSymbols: [String],
        firstNumber: UInt64,
        at now: Timestamp
    ) -> [SubscriptionRequest] {
        BinanceRequests.make(verb, stream, of: venueSymbols, firstNumber: firstNumber)
    }

    public func heartbeat(number: UInt64, at now: Timestamp) -> String? { nil }

    public mutating func decode(
        _ frame: Span<UInt8>,
        receivedAt: Timestamp,
        into events: inout EventBuffer
    ) throws(FrameError) {
        try self.decoder.decode(frame, receivedAt: receivedAt, into: &events)
    }

    public mutating func decodeUsual(
        _ bytes: Span<UInt8>,
        frames: Span<Range<Int>>,
        receivedAt: Timestamp,
        into events: inout EventBuffer
    ) -> Int { self.decoder.decodeUsual(bytes, frames: frames, receivedAt: receivedAt, into: &events) }

    public mutating func extend(to symbols: SymbolTable) { self.decoder.symbols = symbols }

    public static func venueSymbol(in frame: Span<UInt8>) -> String? { BinanceDecoder.venueSymbol(in: frame) }
}

/// Binance USD-M perpetuals: the same frames with an event time, on another host, whose path names the kind of data.
///
/// The numbers prove the same as on spot: all of 21,312 recorded steps between trades are by one.
public struct BinanceUSDMAdapter: VenueAdapter {
    public static let profile = VenueProfile(
        name: "binance-usdm",
        market: .perpetual,
        restBase: "https://fapi.binance.com",
        webSocketBase: "wss://fstream.binance.com",
        webSocketPath: "/public/stream",
        takerFee: TakerFee(
            ratio: 0.0005,
            source: "regular user, https://www.binance.com/en/fee/futureFee as third-party guides quote it",
            readOn: "2026-11-22"
        ),
        sequence: .increasing,
        trades: .consecutive,
        // The number of streams is what a well-known client keeps to; the page could not be read.
        connections: ConnectionLimits(
            attemptsPerFiveMinutes: 300,
            streamsPerConnection: 200,
            lifetime: .seconds(24 * 3600)
        ),
        heartbeatInterval: nil,
        // The server pings every 3 minutes only, but 20 s without one quote of 100 perpetuals is no quiet market.
        deadAfter: .seconds(20),
        repeatStaleAfter: nil,
        topicsPerRequest: BinanceRequests.topicsPerRequest,
        instrumentsPerConnection: 100,
        messagesPerSecond: BinanceRequests.messagesPerSecond
    )

    public static let catalog: any VenueCatalog = BinanceCatalog(market: .perpetual)

    private var decoder: BinanceDecoder

    public init(symbols: SymbolTable) { self.decoder = BinanceDecoder(symbols: symbols, market: .perpetual) }

    public func requests(
        _ verb: SubscriptionVerb,
        _ stream: StreamKind,
        of venueSymbols: [String],
        firstNumber: UInt64,
        at now: Timestamp
    ) -> [SubscriptionRequest] {
        BinanceRequests.make(verb, stream, of: venueSymbols, firstNumber: firstNumber)
    }

    public func heartbeat(number: UInt64, at now: Timestamp) -> String? { nil }

    public mutating func decode(
        _ frame: Span<UInt8>,
        receivedAt: Timestamp,
        into events: inout EventBuffer
    ) throws(FrameError) {
        try self.decoder.decode(frame, receivedAt: receivedAt, into: &events)
    }

    public mutating func decodeUsual(
        _ bytes: Span<UInt8>,
        frames: Span<Range<Int>>,
        receivedAt: Timestamp,
        into events: inout EventBuffer
    ) -> Int { self.decoder.decodeUsual(bytes, frames: frames, receivedAt: receivedAt, into: &events) }

    public mutating func extend(to symbols: SymbolTable) { self.decoder.symbols = symbols }

    public static func venueSymbol(in frame: Span<UInt8>) -> String? { BinanceDecoder.venueSymbol(in: frame) }
}

/// What both Binance markets are asked in the same words.
enum BinanceRequests {
    /// Not documented; 100 to 200 is common practice.
    static let topicsPerRequest = 100
    /// The server cuts at five a second, its pings' answers included.
    static let messagesPerSecond = 4

    static func make(
        _ verb: SubscriptionVerb,
        _ stream: StreamKind,
        of venueSymbols: [String],
        firstNumber: UInt64
    ) -> [SubscriptionRequest] {
        let method = verb == .subscribe ? "SUBSCRIBE" : "UNSUBSCRIBE"
        let suffix = stream == .quotes ? "@bookTicker" : "@trade"
        return venueSymbols.runs(of: self.topicsPerRequest).enumerated().map { offset, symbols in
            let number = firstNumber + UInt64(offset)
            // Topics are lower-case, although the frames that follow name the symbol in capitals.
            let topics = quotedJSON(symbols.map { $0.lowercased() + suffix })
            return SubscriptionRequest(
                number: number,
                text: "{\"method\":\"\(method)\",\"params\":\(topics),\"id\":\(number)}",
                stream: stream,
                venueSymbols: verb == .subscribe ? Array(symbols) : []
            )
        }
    }
}
