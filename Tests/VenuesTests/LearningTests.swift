import Core
import Testing
import Venues

/// What a replay needs: which symbol a frame is about, and tables that grow.
@Suite("Learning symbols from frames")
struct LearningTests {
    private static let delta =
        #"{"topic":"orderbook.1.A","type":"delta","ts":5,"data":{"s":"A","b":[["1.4","3"]],"a":[],"u":8}}"#

    private static func snapshot(_ symbol: String) -> String {
        #"{"topic":"orderbook.1.\#(symbol)","type":"snapshot","ts":5,"data":"#
            + #"{"s":"\#(symbol)","b":[["1.5","2"]],"a":[["1.6","1"]],"u":7}}"#
    }

    private func symbol(_ adapter: any VenueAdapter.Type, _ frame: String) -> String? {
        adapter.venueSymbol(in: Array(frame.utf8).span)
    }

    @Test(
        "Binance names it under s, in events combined and raw",
        arguments: [BinanceAdapter.self, BinanceUSDMAdapter.self] as [any VenueAdapter.Type]
    )
    func binance(adapter: any VenueAdapter.Type) {
        #expect(self.symbol(adapter, #"{"stream":"a@bookTicker","data":{"u":1,"s":"AB","b":"1","a":"2"}}"#) == "AB")
        #expect(self.symbol(adapter, #"{"u":1,"s":"A\u0042","b":"1","a":"2"}"#) == "AB")
        #expect(self.symbol(adapter, #"{"stream":"a@trade","data":{"e":"trade","s":"AB","p":"1"}}"#) == "AB")
        for other in [#"{"result":null,"id":1}"#, #"{"s":5}"#, "[]", "{", ""] {
            #expect(self.symbol(adapter, other) == nil, "\(other)")
        }
    }

    @Test("Bybit names it in the topic")
    func bybit() {
        #expect(self.symbol(BybitAdapter.self, Self.snapshot("AB")) == "AB")
        #expect(self.symbol(BybitAdapter.self, #"{"topic":"publicTrade.AB","data":[]}"#) == "AB")
        #expect(self.symbol(BybitAdapter.self, #"{"topic":"orderbook.1.","data":{}}"#) == "")
        for other in [#"{"topic":"tickers.AB"}"#, #"{"success":true,"op":"subscribe"}"#, "{", "[]"] {
            #expect(self.symbol(BybitAdapter.self, other) == nil, "\(other)")
        }
    }

    @Test("Gate names it in the result")
    func gateio() {
        let quote = #"{"channel":"spot.book_ticker","event":"update","result":{"u":1,"s":"A_B","b":"1","a":"2"}}"#
        let trade = #"{"channel":"spot.trades","event":"update","result":{"id":1,"currency_pair":"A_B"}}"#
        #expect(self.symbol(GateIoAdapter.self, quote) == "A_B" && self.symbol(GateIoAdapter.self, trade) == "A_B")
        for other in [#"{"channel":"spot.pong","event":""}"#, #"{"result":{"s":null}}"#, "{", "[]"] {
            #expect(self.symbol(GateIoAdapter.self, other) == nil, "\(other)")
        }
    }

    @Test("a longer table brings new symbols and keeps what is known of the old ones")
    func growth() {
        var (adapter, decoded) = (BybitAdapter(symbols: table(["A"])), Decoded())
        decoded.feed(Array(Self.snapshot("A").utf8), to: &adapter)
        decoded.feed(Array(Self.snapshot("B").utf8), to: &adapter)
        #expect(decoded.rejects == [.unknownSymbol])
        // Far more than the books had room for.
        adapter.extend(to: table(["A", "B"] + (0..<100).map { "C\($0)" }))
        decoded.feed(Array(Self.snapshot("B").utf8), to: &adapter)
        for index in 0..<100 { decoded.feed(Array(Self.snapshot("C\(index)").utf8), to: &adapter) }
        decoded.feed(Array(Self.delta.utf8), to: &adapter)
        #expect(decoded.quotes.count == 103)
        #expect(decoded.quotes.last?.bid == ExactDecimal(mantissa: 14, scale: 1))
        #expect(decoded.quotes.last?.ask == ExactDecimal(mantissa: 16, scale: 1))
    }

    @Test(
        "an extended adapter decodes as one that knew the symbol from the start",
        arguments: [
            (BinanceAdapter.self, #"{"u":1,"s":"A","b":"1","B":"1","a":"2","A":"1"}"#),
            (BinanceUSDMAdapter.self, #"{"e":"bookTicker","u":1,"s":"A","b":"1","B":"1","a":"2","A":"1","T":1}"#),
            (
                GateIoAdapter.self,
                #"{"channel":"spot.book_ticker","event":"update","result":{"u":1,"s":"A","b":"1","a":"2"}}"#
            ),
        ] as [(any VenueAdapter.Type, String)]
    )
    func extended(type: any VenueAdapter.Type, frame: String) throws {
        func events(_ adapter: any VenueAdapter) throws -> EventBuffer {
            var (adapter, events) = (adapter, EventBuffer())
            try adapter.decode(Array(frame.utf8).span, receivedAt: Timestamp(nanoseconds: 1), into: &events)
            return events
        }
        var adapter = type.init(symbols: table([]))
        #expect(try events(adapter) == [.rejected(nil, .quote, .unknownSymbol)])
        adapter.extend(to: table(["A"]))
        #expect(try events(adapter) == events(type.init(symbols: table(["A"]))))
    }
}
