import Core
import Venues

/// What must hold of an adapter and its catalogue whatever bytes come.
///
/// The fuzzer and the replay of what it found check the same.
struct AdapterProperties {
    struct Broken: Error, CustomStringConvertible {
        let description: String
    }

    private static let symbols = ["X", "BTCUSDT", "ETHUSDT", "BTC_USDT", "ETH_USDT"]
    private static let now = Timestamp(nanoseconds: 1_700_000_000_000_000_000)

    /// The first byte says what the rest is: frames, one a line, or the answer of one REST route.
    static func check(_ input: [UInt8], of type: any VenueAdapter.Type) throws(Broken) {
        guard let kind = input.first else { return }
        let body = Array(input.dropFirst())
        switch kind {
        case UInt8(ascii: "f"): try self.checkFrames(body, of: type)
        case UInt8(ascii: "i"): try self.checkListing(body, type.catalog)
        case UInt8(ascii: "v"): try self.checkVolumes(body, type.catalog)
        case UInt8(ascii: "b"): try self.checkBookTickers(body, type.catalog)
        case UInt8(ascii: "t"): _ = try? type.catalog.serverTime(body.span)
        default: break
        }
    }

    private static func table() -> SymbolTable {
        SymbolTable(self.symbols.enumerated().map { (venueSymbol: $1, instrument: InstrumentIndex($0)) })
    }

    // MARK: Frames

    private static func checkFrames<Adapter: VenueAdapter>(_ body: [UInt8], of type: Adapter.Type) throws(Broken) {
        var (adapter, twin) = (Adapter(symbols: self.table()), Adapter(symbols: self.table()))
        for line in body.split(separator: UInt8(ascii: "\n")) {
            let frame = Array(line)
            let events = try self.decode(frame, &adapter)
            guard try self.decode(frame, &twin) == events else { throw Broken(description: "twins disagree") }
            for event in events ?? [] { try self.check(event, frame) }
            if let symbol = Adapter.venueSymbol(in: frame.span), symbol.utf8.count > 6 * frame.count {
                throw Broken(description: "a symbol that is longer than its frame")
            }
        }
    }

    /// - Returns: What was decoded, or `nil` when the frame was refused.
    private static func decode(_ frame: [UInt8], _ adapter: inout some VenueAdapter) throws(Broken) -> EventBuffer? {
        var events: EventBuffer = [.control(.pong)]  // What stood there before must stand there after.
        do throws(FrameError) {
            try adapter.decode(frame.span, receivedAt: self.now, into: &events)
        } catch {
            guard events == [.control(.pong)] else { throw Broken(description: "appended and threw") }
            return nil
        }
        guard events.first == .control(.pong) else { throw Broken(description: "touched what stood there") }
        // The shortest trade takes over twenty bytes.
        guard events.count <= 2 + frame.count / 20 else { throw Broken(description: "more events than bytes allow") }
        return Array(events.dropFirst())
    }

    private static func check(_ event: FeedEvent, _ frame: [UInt8]) throws(Broken) {
        switch event {
        case .quote(let quote):
            guard self.symbols.indices.contains(quote.instrument.position), quote.receivedAt == self.now else {
                throw Broken(description: "a quote of nobody or of another time")
            }
            for number in [quote.bid, quote.bidSize, quote.ask, quote.askSize] {
                guard number.mantissa >= 0, number.scale <= 18 else {
                    throw Broken(description: "\(number) in a quote")
                }
            }
        case .trade(let trade):
            guard trade.price.isPositive, trade.size.isPositive else {
                throw Broken(description: "a trade of nothing")
            }
        case .rejected(let instrument, _, let reason):
            guard (instrument == nil) == (reason == .unknownSymbol) else {
                throw Broken(description: "\(reason) of \(String(describing: instrument))")
            }
        case .control(.refused(_, let text)):
            guard text.lowerBound >= 0, text.upperBound <= frame.count else {
                throw Broken(description: "a text outside of its frame")
            }
        case .control: break
        }
    }

    // MARK: REST answers

    private static func checkListing(_ body: [UInt8], _ catalog: any VenueCatalog) throws(Broken) {
        guard let listing = try? catalog.listing(body.span) else { return }
        guard listing.instruments.count + listing.leftOut <= body.count else {
            throw Broken(description: "more instruments than bytes")
        }
        for listed in listing.instruments
        where listed.venueSymbol.isEmpty || listed.base.isEmpty || listed.quote.isEmpty {
            throw Broken(description: "an instrument without a name")
        }
        guard listing == (try? catalog.listing(body.span)) else { throw Broken(description: "read twice, differs") }
    }

    private static func checkVolumes(_ body: [UInt8], _ catalog: any VenueCatalog) throws(Broken) {
        guard let volumes = try? catalog.quoteVolumes(body.span) else { return }
        for (symbol, volume) in volumes where !volume.isFinite || volume < 0 || symbol.isEmpty {
            throw Broken(description: "a volume of \(volume) of '\(symbol)'")
        }
    }

    private static func checkBookTickers(_ body: [UInt8], _ catalog: any VenueCatalog) throws(Broken) {
        let symbols = self.table()
        guard let quotes = try? catalog.bookTickers(body.span, symbols: symbols, requestedAt: self.now) else { return }
        for quote in quotes {
            guard quote.flags.contains(.seeded), quote.receivedAt == self.now else {
                throw Broken(description: "a seed that does not say so")
            }
            try self.check(.quote(quote), body)
        }
    }
}
