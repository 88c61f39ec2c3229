import Core
import Foundation
import TestSupport
import Testing
import Venues

/// The right answers for one capture, found by an independent script: `expected.json`.
struct ExpectedCapture: Decodable {
    struct QuoteRow: Decodable {
        let recv_ns: Int64
        let bid: String
        let bid_size: String?
        let ask: String
        let ask_size: String?
        let seq: UInt64?
        let ts: Int64?
    }

    struct TradeRow: Decodable {
        let recv_ns: Int64
        let price: String
        let qty: String
        let taker: String
        let id: UInt64
        /// Milliseconds, as number or as text with a fraction.
        let ts: Milliseconds
    }

    struct Milliseconds: Decodable {
        let nanoseconds: Int64

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let number = try? container.decode(Int64.self) {
                self.nanoseconds = number * 1_000_000
                return
            }
            let parts = try container.decode(String.self).split(separator: ".")
            let fraction = parts.count > 1 ? String(parts[1]) : ""
            let padded = fraction.padding(toLength: 6, withPad: "0", startingAt: 0)
            self.nanoseconds = (Int64(parts[0]) ?? 0) * 1_000_000 + (Int64(padded) ?? 0)
        }
    }

    struct Symbol: Decodable {
        let quotes: Int
        let trades: Int
        let buy: Int
        let sell: Int
        let locked: Int
        let crossed: Int
        let first_quote: QuoteRow?
        let last_quote: QuoteRow?
        let first_trade: TradeRow?
        let last_trade: TradeRow?
    }

    let received: Int
    let quotes: Int
    let trades: Int
    let symbols: [String: Symbol]

    static func load(_ path: String) throws -> ExpectedCapture {
        let data = try Captures.data("expected.json")
        let all = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        let entry = try #require(all[path])
        return try JSONDecoder().decode(Self.self, from: JSONSerialization.data(withJSONObject: entry))
    }
}

/// Decodes a whole capture and compares every count, and the first and last quote and trade of every symbol.
func expectAgreement<Adapter: VenueAdapter>(
    _ type: Adapter.Type,
    with path: String,
    comparesQuotes: Bool = true
) throws -> Decoded {
    let expected = try ExpectedCapture.load(path)
    let symbols = expected.symbols.keys.sorted()
    var (adapter, decoded) = (Adapter(symbols: table(symbols)), Decoded())
    let frames = try Captures.received(path)
    for frame in frames { decoded.feed(frame.bytes, at: frame.receivedAt, to: &adapter) }

    #expect(frames.count == expected.received)
    #expect(decoded.malformed == 0)
    #expect(decoded.rejects.isEmpty)
    #expect(decoded.trades.count == expected.trades)
    if comparesQuotes { #expect(decoded.quotes.count == expected.quotes) }
    for (position, symbol) in symbols.enumerated() {
        let instrument = InstrumentIndex(position)
        let row = try #require(expected.symbols[symbol])
        try expectTrades(decoded.trades.filter { $0.instrument == instrument }, match: row)
        if comparesQuotes { try expectQuotes(decoded.quotes.filter { $0.instrument == instrument }, match: row) }
    }
    return decoded
}

private func expectQuotes(_ quotes: [Quote], match row: ExpectedCapture.Symbol) throws {
    #expect(quotes.count == row.quotes)
    #expect(quotes.count { $0.flags.contains(.locked) } == row.locked)
    #expect(quotes.count { $0.flags.contains(.crossed) } == row.crossed)
    for (quote, expected) in [(quotes.first, row.first_quote), (quotes.last, row.last_quote)] {
        guard let expected else { continue }
        let quote = try #require(quote)
        #expect(quote.receivedAt.nanoseconds == expected.recv_ns)
        #expect(quote.bid == (try decimal(expected.bid)))
        #expect(quote.ask == (try decimal(expected.ask)))
        #expect(quote.bidSize == (try decimal(expected.bid_size ?? "0")))
        #expect(quote.askSize == (try decimal(expected.ask_size ?? "0")))
        #expect(quote.sequence == expected.seq ?? 0)
        #expect(quote.exchangeTime == expected.ts.map(Timestamp.init(milliseconds:)) ?? .never)
    }
}

private func expectTrades(_ trades: [Trade], match row: ExpectedCapture.Symbol) throws {
    #expect(trades.count == row.trades)
    #expect(trades.count { $0.taker == .buy } == row.buy)
    #expect(trades.count { $0.taker == .sell } == row.sell)
    for (trade, expected) in [(trades.first, row.first_trade), (trades.last, row.last_trade)] {
        guard let expected else { continue }
        let trade = try #require(trade)
        #expect(trade.receivedAt.nanoseconds == expected.recv_ns)
        #expect(trade.price == (try decimal(expected.price)))
        #expect(trade.size == (try decimal(expected.qty)))
        #expect(trade.taker == (expected.taker == "buy" ? .buy : .sell))
        #expect(trade.id == expected.id)
        #expect(trade.exchangeTime.nanoseconds == expected.ts.nanoseconds)
    }
}
