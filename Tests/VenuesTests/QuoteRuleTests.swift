import Core
import Testing
import Venues

/// A spot quote in each venue's frame, with the sides given as JSON values: `"1.5"`, `0`, `null`.
private enum QuoteFrame: String, CaseIterable, CustomTestStringConvertible {
    case binanceCombined, binanceRaw, binancePerpetual, gateio

    var testDescription: String { self.rawValue }

    func decoded(bid: String, bidSize: String, ask: String, askSize: String, symbol: String = "X") -> Decoded {
        let sides = #""b":\#(bid),"B":\#(bidSize),"a":\#(ask),"A":\#(askSize)"#
        let fields = #""s":"\#(symbol)",\#(sides)"#
        switch self {
        case .binanceCombined:
            return decode(BinanceAdapter.self, ["X"], #"{"stream":"x@bookTicker","data":{"u":7,\#(fields)}}"#)
        case .binanceRaw:
            return decode(BinanceAdapter.self, ["X"], #"{"u":7,\#(fields)}"#)
        case .binancePerpetual:
            return decode(BinanceUSDMAdapter.self, ["X"], #"{"e":"bookTicker","u":7,"E":5,"T":5,\#(fields)}"#)
        case .gateio:
            let result = #"{"t":5,"u":7,\#(fields)}"#
            let frame = #"{"time":1,"channel":"spot.book_ticker","event":"update","result":\#(result)}"#
            return decode(GateIoAdapter.self, ["X"], frame)
        }
    }
}

@Suite("Rules for quotes, on every venue whose quotes replace each other")
struct QuoteRuleTests {
    @Test("a whole quote comes out exactly, numbers or text", arguments: QuoteFrame.allCases)
    private func whole(venue: QuoteFrame) throws {
        for decoded in [
            venue.decoded(bid: #""1.50""#, bidSize: #""2.0""#, ask: #""1.6""#, askSize: #""0.000000000003""#),
            venue.decoded(bid: "1.5", bidSize: "2", ask: "16e-1", askSize: "3e-12"),
        ] {
            let quote = try #require(decoded.quotes.first)
            #expect(quote.bid == (try decimal("1.5")))
            #expect(quote.askSize == (try decimal("0.000000000003")))
            #expect(quote.flags == [])
            #expect(quote.sequence == 7)
            #expect(decoded.events.count == 1)
        }
    }

    @Test(
        "an empty side is one-sided, and no reject",
        arguments: QuoteFrame.allCases,
        [(#""""#, #""""#), ("null", "null"), (#""""#, "0"), (#""0.00000000""#, #""0.00000000""#), ("null", #""5""#)]
    )
    private func emptySide(venue: QuoteFrame, bid: (price: String, size: String)) throws {
        let decoded = venue.decoded(bid: bid.price, bidSize: bid.size, ask: #""2""#, askSize: #""1""#)
        let quote = try #require(decoded.quotes.first)
        #expect(quote.flags == .oneSided)
        #expect(quote.bid == .zero)
        #expect(quote.bidSize == .zero)
        #expect(quote.ask == (try decimal("2")))
    }

    @Test("a size of zero or none is one-sided", arguments: QuoteFrame.allCases, [#""0.0""#, "0", "null", #""""#])
    private func emptySize(venue: QuoteFrame, size: String) throws {
        let decoded = venue.decoded(bid: #""1""#, bidSize: #""1""#, ask: #""2""#, askSize: size)
        #expect(try #require(decoded.quotes.first).flags == .oneSided)
    }

    @Test("locked and crossed quotes are quotes", arguments: QuoteFrame.allCases)
    private func lockedAndCrossed(venue: QuoteFrame) {
        let locked = venue.decoded(bid: #""2.0""#, bidSize: "1", ask: #""2""#, askSize: "1")
        #expect(locked.quotes.first?.flags == .locked)
        let crossed = venue.decoded(bid: #""3""#, bidSize: "1", ask: #""2""#, askSize: "1")
        #expect(crossed.quotes.first?.flags == .crossed)
    }

    @Test(
        "a price that is negative, or zero beside a size, is rejected",
        arguments: QuoteFrame.allCases,
        [#""-1""#, "-1", #""0""#, "0", #""-0.0""#]
    )
    private func notPositive(venue: QuoteFrame, price: String) {
        let decoded = venue.decoded(bid: #""1""#, bidSize: "1", ask: price, askSize: "1")
        #expect(decoded.events == [.rejected(InstrumentIndex(0), .quote, .notPositive)])
    }

    @Test("a negative size is rejected", arguments: QuoteFrame.allCases)
    private func negativeSize(venue: QuoteFrame) {
        let decoded = venue.decoded(bid: #""1""#, bidSize: #""-1""#, ask: "2", askSize: "1")
        #expect(decoded.events == [.rejected(InstrumentIndex(0), .quote, .notPositive)])
    }

    @Test(
        "a number that does not fit is rejected",
        arguments: QuoteFrame.allCases,
        ["1e-19", "1e19", #""99999999999999999999""#, #""0.1234567890123456789""#]
    )
    private func unrepresentable(venue: QuoteFrame, number: String) {
        for decoded in [
            venue.decoded(bid: number, bidSize: "1", ask: "2", askSize: "1"),
            venue.decoded(bid: "1", bidSize: "1", ask: "2", askSize: number),
        ] { #expect(decoded.events == [.rejected(InstrumentIndex(0), .quote, .unrepresentable)]) }
    }

    @Test("a price that is no number condemns the frame", arguments: QuoteFrame.allCases, [#""abc""#, "true", "{}"])
    private func noNumber(venue: QuoteFrame, price: String) {
        let decoded = venue.decoded(bid: price, bidSize: "1", ask: "2", askSize: "1")
        #expect(decoded.malformed == 1)
        #expect(decoded.events.isEmpty)
    }

    @Test("a symbol that was not subscribed is rejected without an instrument", arguments: QuoteFrame.allCases)
    private func unknownSymbol(venue: QuoteFrame) {
        let decoded = venue.decoded(bid: "1", bidSize: "1", ask: "2", askSize: "1", symbol: "Y")
        #expect(decoded.events == [.rejected(nil, .quote, .unknownSymbol)])
    }

    @Test("a symbol spelt with escapes is the same symbol", arguments: QuoteFrame.allCases)
    private func escapedSymbol(venue: QuoteFrame) {
        let decoded = venue.decoded(bid: "1", bidSize: "1", ask: "2", askSize: "1", symbol: #"\u0058"#)
        #expect(decoded.quotes.count == 1)
    }
}
