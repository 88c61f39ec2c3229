import Core
import Venues

/// What came of decoding some frames.
struct Decoded {
    var events = EventBuffer()
    var unknownTypes = 0
    var malformed = 0

    var quotes: [Quote] {
        self.events.compactMap { if case .quote(let quote) = $0 { quote } else { nil } }
    }
    var trades: [Trade] {
        self.events.compactMap { if case .trade(let trade) = $0 { trade } else { nil } }
    }
    var controls: [ControlEvent] {
        self.events.compactMap { if case .control(let control) = $0 { control } else { nil } }
    }
    var rejects: [RejectReason] {
        self.events.compactMap { if case .rejected(_, _, let reason) = $0 { reason } else { nil } }
    }

    /// Feeds one frame to an adapter, counting what it throws.
    mutating func feed(_ frame: [UInt8], at receivedAt: Int64 = 1, to adapter: inout some VenueAdapter) {
        do throws(FrameError) {
            try adapter.decode(frame.span, receivedAt: Timestamp(nanoseconds: receivedAt), into: &self.events)
        } catch {
            switch error {
            case .malformed: self.malformed += 1
            case .unknownType: self.unknownTypes += 1
            }
        }
    }
}

/// A table that numbers these venue symbols from 0.
func table(_ symbols: [String]) -> SymbolTable {
    SymbolTable(symbols.enumerated().map { (venueSymbol: $1, instrument: InstrumentIndex($0)) })
}

/// Decodes frames one after the other with one fresh adapter.
func decode<Adapter: VenueAdapter>(_ type: Adapter.Type, _ symbols: [String], _ frames: String...) -> Decoded {
    var (adapter, decoded) = (Adapter(symbols: table(symbols)), Decoded())
    for frame in frames { decoded.feed(Array(frame.utf8), to: &adapter) }
    return decoded
}

func decimal(_ text: String) throws -> ExactDecimal { try ExactDecimal(ascii: Array(text.utf8).span) }

/// A quote's numbers as text, for comparison in one line.
func line(_ quote: Quote) -> String {
    "\(quote.bid)×\(quote.bidSize) \(quote.ask)×\(quote.askSize) #\(quote.sequence)"
        + " @\(milliseconds(quote.exchangeTime))"
}

func line(_ trade: Trade) -> String {
    "\(trade.taker) \(trade.price)×\(trade.size) #\(trade.id) @\(milliseconds(trade.exchangeTime))"
}

private func milliseconds(_ time: Timestamp) -> String {
    guard time != .never else { return "never" }
    let (whole, rest) = time.nanoseconds.quotientAndRemainder(dividingBy: 1_000_000)
    return rest == 0 ? "\(whole)" : "\(whole)+\(rest)ns"
}
