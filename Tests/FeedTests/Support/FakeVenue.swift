import Core
import Venues

@testable import Feed

/// A venue with a protocol of its own, small enough to read at a glance.
///
/// `> sub 1 A,B`, `> unsub 1 A`, `> subt 1 A` (trades), `> beat 2`; `< ack 1`, `< no 1 w`, `< q A 7 1.5 1.6` (symbol,
/// update number, bid, ask), `< t A 7 1.5` (symbol, number, price), `< pong`, `< bye`, `< note`, `< odd` (unknown
/// type). Anything else is malformed.
struct FakeVenue: VenueAdapter {
    static func makeProfile(
        name: String = "fake",
        sequence: SequenceRule = .increasing,
        messagesPerSecond: Int = 100,
        heartbeatInterval: Duration? = nil,
        deadAfter: Duration = .seconds(30)
    ) -> VenueProfile {
        VenueProfile(
            name: name,
            market: .spot,
            restBase: "http://127.0.0.1:1",
            webSocketBase: "ws://127.0.0.1:1",
            webSocketPath: "/stream",
            takerFee: TakerFee(ratio: 0.001, source: "", readOn: ""),
            sequence: sequence,
            trades: .consecutive,
            heartbeatInterval: heartbeatInterval,
            deadAfter: deadAfter,
            repeatStaleAfter: nil,
            topicsPerRequest: 2,
            instrumentsPerConnection: 4,
            messagesPerSecond: messagesPerSecond
        )
    }

    static let profile = makeProfile()
    static let catalog: any VenueCatalog = FakeCatalog()

    var symbols: SymbolTable

    mutating func extend(to symbols: SymbolTable) { self.symbols = symbols }

    /// The second word: of a quote.
    static func venueSymbol(in frame: Span<UInt8>) -> String? {
        let words = String(decoding: frame.indices.map { frame[$0] }, as: UTF8.self).split(separator: " ")
        return words.first == "q" && words.count > 1 ? String(words[1]) : nil
    }

    func requests(
        _ verb: SubscriptionVerb,
        _ stream: StreamKind,
        of venueSymbols: [String],
        firstNumber: UInt64,
        at now: Timestamp
    ) -> [SubscriptionRequest] {
        let word = (verb == .subscribe ? "sub" : "unsub") + (stream == .quotes ? "" : "t")
        let starts = stride(from: 0, to: venueSymbols.count, by: Self.profile.topicsPerRequest)
        return starts.enumerated().map { index, start in
            let group = Array(venueSymbols[start..<min(start + Self.profile.topicsPerRequest, venueSymbols.count)])
            let number = firstNumber + UInt64(index)
            return SubscriptionRequest(
                number: number,
                text: "\(word) \(number) \(group.joined(separator: ","))",
                stream: stream,
                venueSymbols: verb == .subscribe ? group : []
            )
        }
    }

    func heartbeat(number: UInt64, at now: Timestamp) -> String? { "beat \(number)" }

    mutating func decode(
        _ frame: Span<UInt8>,
        receivedAt: Timestamp,
        into events: inout EventBuffer
    ) throws(FrameError) {
        let text = String(decoding: frame.indices.map { frame[$0] }, as: UTF8.self)
        let words = text.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
        switch (words[0], words.count) {
        case ("ack", 2): events.append(.control(.acknowledged(request: UInt64(words[1]))))
        case ("no", 3...): events.append(.control(.refused(request: UInt64(words[1]), text: 0..<frame.count)))
        case ("pong", 1): events.append(.control(.pong))
        case ("bye", 1): events.append(.control(.shutdownAnnounced))
        case ("note", 1): events.append(.control(.notice))
        case ("odd", 1): throw .unknownType
        case ("t", 4):
            guard let instrument = self.symbols.instrument(for: Array(words[1].utf8).span) else {
                events.append(.rejected(nil, .trade, .unknownSymbol))
                return
            }
            guard let price = decimal(words[3]), let id = UInt64(words[2]) else { throw .malformed }
            events.append(.trade(trade(instrument, id, price: price, at: receivedAt)))
        case ("q", 5):
            guard let instrument = self.symbols.instrument(for: Array(words[1].utf8).span) else {
                events.append(.rejected(nil, .quote, .unknownSymbol))
                return
            }
            guard let bid = decimal(words[3]), let ask = decimal(words[4]), let sequence = UInt64(words[2]) else {
                throw .malformed
            }
            if bid.mantissa < 0 {
                events.append(.rejected(instrument, .quote, .notPositive))
                return
            }
            events.append(.quote(quote(instrument, sequence, bid: bid, ask: ask, at: receivedAt)))
        default: throw .malformed
        }
    }
}

/// `A 1.5 1.6` a line for the book ticker, `A BASE QUOTE` for instruments, `A 1000` for volumes.
struct FakeCatalog: VenueCatalog {
    func path(_ route: RestRoute, venueSymbol: String) -> String {
        "/" + route.rawValue + (venueSymbol.isEmpty ? "" : "?" + venueSymbol)
    }

    func limitUsed(_ headers: [RestHeader]) -> Double? {
        headers.first { $0.name == "x-used" }.flatMap { Double($0.value) }
    }

    func listing(_ body: Span<UInt8>) throws(CatalogError) -> Listing {
        var listing = Listing()
        for words in try Self.lines(body) {
            guard words.count == 3 else { throw .malformed(at: 0) }
            listing.instruments.append(ListedInstrument(venueSymbol: words[0], base: words[1], quote: words[2]))
        }
        return listing
    }

    func quoteVolumes(_ body: Span<UInt8>) throws(CatalogError) -> [String: Double] {
        var volumes: [String: Double] = [:]
        for words in try Self.lines(body) { volumes[words[0]] = words.count == 2 ? Double(words[1]) : nil }
        return volumes
    }

    func bookTickers(
        _ body: Span<UInt8>,
        symbols: SymbolTable,
        requestedAt: Timestamp
    ) throws(CatalogError) -> [Quote] {
        var quotes: [Quote] = []
        for words in try Self.lines(body) {
            guard words.count == 3, let bid = decimal(words[1]), let ask = decimal(words[2]) else {
                throw .malformed(at: 0)
            }
            guard let instrument = symbols.instrument(for: Array(words[0].utf8).span) else { continue }
            quotes.append(quote(instrument, 0, bid: bid, ask: ask, at: requestedAt, flags: .seeded))
        }
        return quotes
    }

    /// Nanoseconds.
    func serverTime(_ body: Span<UInt8>) throws(CatalogError) -> Timestamp {
        guard let words = try Self.lines(body).first, let time = words.first.flatMap({ Int64($0) }) else {
            throw .malformed(at: 0)
        }
        return Timestamp(nanoseconds: time)
    }

    private static func lines(_ body: Span<UInt8>) throws(CatalogError) -> [[String]] {
        let text = String(decoding: body.indices.map { body[$0] }, as: UTF8.self)
        if text.hasPrefix("!") { throw .refused(code: "1", message: text) }
        return text.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
    }
}

func decimal(_ text: String) -> ExactDecimal? { try? ExactDecimal(ascii: Array(text.utf8).span) }

func trade(
    _ instrument: InstrumentIndex,
    _ id: UInt64,
    count: UInt16 = 1,
    price: ExactDecimal = ExactDecimal(mantissa: 1, scale: 0),
    at: Timestamp = Timestamp(nanoseconds: 1),
    exchangeTime: Timestamp = .never
) -> Trade {
    Trade(
        instrument: instrument,
        price: price,
        size: ExactDecimal(mantissa: 1, scale: 0),
        taker: .buy,
        id: id,
        number: id,
        numberCount: count,
        exchangeTime: exchangeTime,
        receivedAt: at
    )
}

func quote(
    _ instrument: InstrumentIndex,
    _ sequence: UInt64,
    bid: ExactDecimal = ExactDecimal(mantissa: 1, scale: 0),
    ask: ExactDecimal = ExactDecimal(mantissa: 2, scale: 0),
    at: Timestamp = Timestamp(nanoseconds: 1),
    exchangeTime: Timestamp = .never,
    flags: QuoteFlags = []
) -> Quote {
    Quote(
        instrument: instrument,
        bid: bid,
        bidSize: ExactDecimal(mantissa: 1, scale: 0),
        ask: ask,
        askSize: ExactDecimal(mantissa: 1, scale: 0),
        sequence: sequence,
        exchangeTime: exchangeTime,
        receivedAt: at,
        flags: flags
    )
}
