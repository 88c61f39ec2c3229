import Core
import Testing
import Venues

@Suite("Gate adapter")
struct GateIoTests {
    private func update(_ channel: String, _ result: String) -> String {
        #"{"time":1,"time_ms":1001,"channel":"\#(channel)","event":"update","result":\#(result)}"#
    }

    @Test("an empty book is a one-sided quote without time, not a reject")
    func emptyBook() {
        let empty = #"{"t":0,"u":0,"s":"X","b":"","B":0,"a":"","A":0}"#
        let decoded = decode(GateIoAdapter.self, ["X"], self.update("spot.book_ticker", empty))
        #expect(decoded.quotes.map(line) == ["0×0 0×0 #0 @never"])
        #expect(decoded.quotes.first?.flags == .oneSided)
    }

    @Test("a duplicate key counts once, the last time")
    func duplicateKey() {
        let trade =
            #"{"id":1,"id_market":2,"create_time_ms":"5.25","side":"sell","currency_pair":"X","amount":"1","price":"2","id":3}"#
        let decoded = decode(GateIoAdapter.self, ["X"], self.update("spot.trades", trade))
        #expect(decoded.trades.map(line) == ["sell 2×1 #3 @5+250000ns"])
    }

    @Test("a trade without milliseconds has its seconds")
    func wholeSeconds() {
        let trade = #"{"id":1,"create_time":5,"side":"buy","currency_pair":"X","amount":"1","price":"2"}"#
        let decoded = decode(GateIoAdapter.self, ["X"], self.update("spot.trades", trade))
        #expect(decoded.trades.map(line) == ["buy 2×1 #1 @5000"])
    }

    @Test("the result may stand before the channel that explains it")
    func keyOrder() {
        let result = #"{"u":7,"s":"X","b":"1","B":"2","a":"3","A":"4"}"#
        let frame = #"{"result":\#(result),"event":"update","channel":"spot.book_ticker"}"#
        #expect(decode(GateIoAdapter.self, ["X"], frame).quotes.map(line) == ["1×2 3×4 #7 @never"])
    }

    @Test(
        "answers become acknowledgements, refusals, pongs and notices of the end",
        arguments: [
            (
                #"{"id":4,"channel":"spot.book_ticker","event":"subscribe","error":null,"result":{"status":"success"}}"#,
                .acknowledged(request: 4)
            ),
            (
                #"{"id":"4","channel":"spot.book_ticker","event":"subscribe","result":{"status":"success"}}"#,
                .acknowledged(request: 4)
            ),
            (
                #"{"channel":"spot.trades","event":"unsubscribe","result":{"status":"success"}}"#,
                .acknowledged(request: nil)
            ),
            (
                #"{"id":-9,"channel":"spot.trades","event":"subscribe","result":{"status":"success"}}"#,
                .acknowledged(request: nil)
            ),
            (
                #"{"error":{"code":2,"message":"no"},"channel":"spot.trades","event":"subscribe","result":null,"id":4}"#,
                .refused(request: 4, text: 30..<32)
            ),
            (
                #"{"error":{"code":2},"channel":"spot.trades","event":"subscribe","result":{"status":"fail"}}"#,
                .refused(request: nil, text: 0..<0)
            ),
            (#"{"channel":"spot.pong","event":"","error":null,"result":null}"#, .pong),
            (#"{"channel":"spot.pong","event":"","result":null}"#, .pong),
            (#"{"channel":"spot.book_ticker","event":"upgrade","result":null}"#, .shutdownAnnounced),
        ] as [(String, ControlEvent)]
    )
    func control(frame: String, event: ControlEvent) {
        #expect(decode(GateIoAdapter.self, ["X"], frame).events == [.control(event)])
    }

    @Test(
        "other channels are of unknown type",
        arguments: [
            "spot.tickers", "spot.candlesticks", "spot.order_book", "spot.order_book_update", "spot.obu",
            "futures.book_ticker", "futures.trades", "spot.trades_v2",
        ]
    )
    func otherChannels(channel: String) {
        let result = #"{"s":"X","currency_pair":"X","b":"1","B":"1","a":"2","A":"2","side":"buy","price":"1"}"#
        let decoded = decode(GateIoAdapter.self, ["X"], self.update(channel, result))
        #expect((decoded.unknownTypes, decoded.events.count) == (1, 0))
    }

    @Test(
        "frames that say nothing known are of unknown type",
        arguments: [
            "{}", "[]", "7", #"{"channel":"futures.pong","event":""}"#, #"{"channel":"spot.login","event":"api"}"#,
            #"{"channel":"spot.book_ticker","event":"update","result":null}"#,
            #"{"channel":"spot.trades","event":"update","result":[]}"#, #"{"event":"update","result":{}}"#,
            #"{"channel":"futures.trades","event":"subscribe","result":{"status":"success"}}"#,
        ]
    )
    func unknownTypes(frame: String) {
        let decoded = decode(GateIoAdapter.self, ["X"], frame)
        #expect((decoded.unknownTypes, decoded.events.count) == (1, 0))
    }

    @Test("a trade without a side is malformed, one without a price is rejected")
    func badTrades() {
        let decoded = decode(
            GateIoAdapter.self,
            ["X"],
            self.update("spot.trades", #"{"currency_pair":"X","price":"1","amount":"1"}"#),
            self.update("spot.trades", #"{"currency_pair":"X","price":"","amount":"1","side":"buy"}"#),
            self.update("spot.trades", #"{"currency_pair":"Y","price":"1","amount":"1","side":"buy"}"#)
        )
        #expect(decoded.malformed == 1)
        #expect(
            decoded.events == [
                .rejected(InstrumentIndex(0), .trade, .notPositive), .rejected(nil, .trade, .unknownSymbol),
            ]
        )
    }

    @Test("subscribes with our time in seconds, and pings with it")
    func subscriptions() {
        let adapter = GateIoAdapter(symbols: table([]))
        let now = Timestamp(milliseconds: 1_611_541_000_999)
        let requests = adapter.requests(.subscribe, .quotes, of: ["BTC_USDT", "ETH_USDT"], firstNumber: 9, at: now)
        #expect(
            requests.map(\.text) == [
                #"{"time":1611541000,"id":9,"channel":"spot.book_ticker","event":"subscribe","payload":["BTC_USDT","ETH_USDT"]}"#
            ]
        )
        #expect(adapter.heartbeat(number: 1, at: now) == #"{"time":1611541000,"channel":"spot.ping"}"#)
        let many = adapter.requests(.subscribe, .quotes, of: (0..<101).map { "A\($0)" }, firstNumber: 1, at: now)
        #expect(many.map(\.venueSymbols.count) == [100, 1])
    }
}
