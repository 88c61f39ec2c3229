import Core
import Testing
import Venues

@Suite("Binance adapters")
struct BinanceTests {
    @Test("the order of keys does not matter, and of equal keys the last one counts")
    func keyOrder() {
        let decoded = decode(
            BinanceAdapter.self,
            ["BTCUSDT"],
            #"{"data":{"A":"4","a":"3","B":"2","b":"9","s":"X","b":"1","s":"BTCUSDT","u":5},"stream":"any"}"#,
            #" { "x" : { "y" : [ 1 ] } , "\u0064ata" : { "\u0062":"1" , "B":2,"a":3,"A":4,"s":"BTCUSDT","u":"5" } } "#,
            #"{"data":{"u":1,"s":"BTCUSDT","b":"8"},"data":{"u":5,"s":"BTCUSDT","b":"1","B":"2","a":"3","A":"4"}}"#
        )
        #expect(decoded.quotes.map(line) == Array(repeating: "1×2 3×4 #5 @never", count: 3))
    }

    @Test(
        "answers become acknowledgements, refusals and notices",
        arguments: [
            (#"{"result":null,"id":7}"#, .acknowledged(request: 7)),
            (#"{"id":"7","result":null}"#, .acknowledged(request: 7)),
            (#"{"result":null,"id":null}"#, .acknowledged(request: nil)),
            (#"{"result":null,"id":""}"#, .acknowledged(request: nil)),
            (#"{"result":null}"#, .acknowledged(request: nil)),
            (#"{"result":["btcusdt@bookTicker"],"id":3}"#, .notice), (#"{"result":true,"id":3}"#, .notice),
            (#"{"code":0,"msg":"Unknown property","id":7}"#, .refused(request: 7, text: 17..<33)),
            (#"{"code":2,"msg":"no"}"#, .refused(request: nil, text: 17..<19)),
            (#"{"error":{"code":2,"msg":"no"},"id":4}"#, .refused(request: 4, text: 9..<30)),
            (#"{"e":"serverShutdown","E":1}"#, .shutdownAnnounced),
            (#"{"stream":"!serverShutdown","data":{"e":"serverShutdown","E":1}}"#, .shutdownAnnounced),
        ] as [(String, ControlEvent)]
    )
    func control(frame: String, event: ControlEvent) {
        #expect(decode(BinanceAdapter.self, ["X"], frame).events == [.control(event)])
        #expect(decode(BinanceUSDMAdapter.self, ["X"], frame).events == [.control(event)])
    }

    @Test(
        "well-formed frames of other kinds are of unknown type",
        arguments: [
            "{}", "[]", "null", "5", #"[{"e":"24hrTicker"}]"#, #"{"stream":"x","data":[]}"#, #"{"stream":"x"}"#,
            #"{"stream":"x","data":null}"#, #"{"data":{}}"#, #"{"e":"kline","s":"X","k":{}}"#,
            #"{"e":"depthUpdate","s":"X","u":1,"b":[],"a":[]}"#, #"{"lastUpdateId":1,"bids":[],"asks":[]}"#,
            #"{"stream":"x@depth5","data":{"lastUpdateId":1,"bids":[["1","2"]],"asks":[]}}"#,
            #"{"u":1,"s":"X","b":[["1","2"]],"a":[]}"#, #"{"e":"markPriceUpdate","s":"X","p":"1"}"#, #"{"e":5}"#,
        ]
    )
    func unknownTypes(frame: String) {
        let decoded = decode(BinanceAdapter.self, ["X"], frame)
        #expect(decoded.unknownTypes == 1)
        #expect(decoded.events.isEmpty)
    }

    @Test("a trade comes out with the taker's side")
    func trades() {
        let decoded = decode(
            BinanceUSDMAdapter.self,
            ["X"],
            #"{"e":"trade","E":9,"T":8,"s":"X","t":5,"p":"1.5","q":"2","X":"MARKET","m":false}"#,
            #"{"stream":"x@aggTrade","data":{"e":"aggTrade","E":9,"s":"X","a":6,"p":"1","q":"2","T":8,"m":true}}"#
        )
        #expect(decoded.trades.map(line) == ["buy 1.5×2 #5 @8", "sell 1×2 #6 @8"])
    }

    @Test("on perpetuals, what is no trade of the market asks for nothing", arguments: ["INSURANCE_FUND", "ADL"])
    func perpetualSpecials(kind: String) {
        let decoded = decode(
            BinanceUSDMAdapter.self,
            ["X"],
            #"{"e":"trade","T":8,"s":"X","t":5,"p":"1","q":"2","X":"\#(kind)","m":false}"#,
            #"{"e":"trade","T":8,"s":"X","t":5,"p":"0","q":"2","X":"MARKET","m":false}"#,
            #"{"e":"trade","T":8,"s":"X","t":5,"p":"1","q":"0","X":"MARKET","m":false}"#
        )
        #expect(decoded.events == Array(repeating: .control(.notice), count: 3))
    }

    @Test("a spot trade without a price is rejected, one without a side is malformed")
    func badTrades() {
        let decoded = decode(
            BinanceAdapter.self,
            ["X"],
            #"{"e":"trade","T":8,"s":"X","t":5,"p":"0","q":"2","m":false}"#,
            #"{"e":"trade","T":8,"s":"Y","t":5,"p":"1","q":"2","m":false}"#,
            #"{"e":"trade","T":8,"s":"X","t":5,"p":"1e-30","q":"2","m":false}"#,
            #"{"e":"trade","T":8,"s":"X","t":5,"p":"1","q":"2"}"#
        )
        #expect(
            decoded.events == [
                .rejected(InstrumentIndex(0), .trade, .notPositive), .rejected(nil, .trade, .unknownSymbol),
                .rejected(InstrumentIndex(0), .trade, .unrepresentable),
            ]
        )
        #expect(decoded.malformed == 1)
    }

    @Test("an update number that is no integer is malformed", arguments: ["-1", "1.5", "true", #""x""#])
    func badSequence(number: String) {
        #expect(decode(BinanceAdapter.self, ["X"], #"{"u":\#(number),"s":"X","b":"1","a":"2"}"#).malformed == 1)
    }

    @Test("subscribes in lower case, a hundred topics a frame, numbered upwards")
    func subscriptions() throws {
        let adapter = BinanceAdapter(symbols: table([]))
        let symbols = (0..<250).map { "A\($0)USDT" }
        let requests = adapter.requests(.subscribe, .quotes, of: symbols, firstNumber: 40, at: .never)
        #expect(requests.map(\.number) == [40, 41, 42])
        #expect(requests.map(\.venueSymbols.count) == [100, 100, 50])
        #expect(requests.flatMap(\.venueSymbols) == symbols)
        let last = adapter.requests(.subscribe, .quotes, of: ["BTCUSDT", "这是测试币456"], firstNumber: 1, at: .never)
        #expect(
            last.map(\.text) == [
                #"{"method":"SUBSCRIBE","params":["btcusdt@bookTicker","这是测试币456@bookTicker"],"id":1}"#
            ]
        )
        #expect(adapter.requests(.subscribe, .quotes, of: [], firstNumber: 1, at: .never).isEmpty)
        #expect(adapter.heartbeat(number: 1, at: .never) == nil)
    }

    @Test("a hostile symbol cannot break out of its text")
    func hostileSymbol() {
        let adapter = BinanceAdapter(symbols: table([]))
        let request = adapter.requests(.subscribe, .quotes, of: ["A\"\\\n\u{1}"], firstNumber: 1, at: .never)
        #expect(
            request.map(\.text) == [#"{"method":"SUBSCRIBE","params":["a\"\\\u000a\u0001@bookTicker"],"id":1}"#]
        )
    }
}
