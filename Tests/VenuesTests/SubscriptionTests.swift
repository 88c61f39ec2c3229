import Core
import Testing
import Venues

@Suite("Requests of all venues")
struct SubscriptionTests {
    @Test("subscribe to trades and end subscriptions in each venue's words")
    func words() {
        let now = Timestamp(milliseconds: 1_611_541_000_999)
        let table = SymbolTable([])
        #expect(
            self.texts(BinanceAdapter(symbols: table), .subscribe, .trades, "BTCUSDT", now)
                == [#"{"method":"SUBSCRIBE","params":["btcusdt@trade"],"id":7}"#]
        )
        #expect(
            self.texts(BinanceUSDMAdapter(symbols: table), .unsubscribe, .quotes, "BTCUSDT", now)
                == [#"{"method":"UNSUBSCRIBE","params":["btcusdt@bookTicker"],"id":7}"#]
        )
        #expect(
            self.texts(BybitAdapter(symbols: table), .subscribe, .trades, "BTCUSDT", now)
                == [#"{"req_id":"7","op":"subscribe","args":["publicTrade.BTCUSDT"]}"#]
        )
        #expect(
            self.texts(BybitAdapter(symbols: table), .unsubscribe, .quotes, "BTCUSDT", now)
                == [#"{"req_id":"7","op":"unsubscribe","args":["orderbook.1.BTCUSDT"]}"#]
        )
        #expect(
            self.texts(GateIoAdapter(symbols: table), .unsubscribe, .trades, "BTC_USDT", now) == [
                #"{"time":1611541000,"id":7,"channel":"spot.trades","event":"unsubscribe","payload":["BTC_USDT"]}"#
            ]
        )
    }

    private func texts(
        _ adapter: any VenueAdapter,
        _ verb: SubscriptionVerb,
        _ stream: StreamKind,
        _ symbol: String,
        _ now: Timestamp
    ) -> [String] {
        let requests = adapter.requests(verb, stream, of: [symbol], firstNumber: 7, at: now)
        #expect(requests.allSatisfy { $0.stream == stream && $0.venueSymbols == (verb == .subscribe ? [symbol] : []) })
        return requests.map(\.text)
    }

    @Test("keep quotes and trades of a whole connection within the venue's streams", arguments: VenueRegistry.all)
    func streams(adapter: any VenueAdapter.Type) {
        let profile = adapter.profile
        guard let limit = profile.connections.streamsPerConnection else { return }
        #expect(profile.instrumentsPerConnection * StreamKind.allCases.count <= limit)
    }

    @Test("Gate numbers trades within the pair, one or several a message")
    func gateNumbers() {
        #expect(self.gateTrade(#""id":9,"id_market":5"#) == [5, 5])
        #expect(self.gateTrade(#""id":9,"id_market":7,"range":"5-7""#) == [5, 7])
        #expect(self.gateTrade(#""id":9"#) == [0, 0])
        for range in ["7-5", "x-7", "7", "", "-", "1-99999999999"] {
            let numbers = self.gateTrade(#""id":9,"range":"\#(range)""#)
            #expect(numbers != nil && numbers?.first == numbers?.last, "\(range)")
        }
    }

    private func gateTrade(_ numbers: String) -> [UInt64]? {
        let frame =
            #"{"channel":"spot.trades","event":"update","result":{\#(numbers),"create_time":5,"side":"sell","#
            + #""currency_pair":"A_B","amount":"1","price":"2"}}"#
        let table = SymbolTable([(venueSymbol: "A_B", instrument: InstrumentIndex(0))])
        var adapter = GateIoAdapter(symbols: table)
        var events: EventBuffer = []
        guard (try? adapter.decode(Array(frame.utf8).span, receivedAt: .never, into: &events)) != nil,
            case .trade(let trade)? = events.first
        else { return nil }
        return [trade.firstNumber, trade.number]
    }

    @Test("Bybit's books keep what stays, and forget what is gone, however often tables change")
    func bybitTables() throws {
        func table(_ number: Int) -> SymbolTable {
            SymbolTable([
                (venueSymbol: "X", instrument: InstrumentIndex(0)),
                (venueSymbol: "Y\(number)", instrument: InstrumentIndex(number)),
            ])
        }
        var (adapter, decoded) = (BybitAdapter(symbols: table(1)), Decoded())
        decoded.feed(
            Array(
                #"{"topic":"orderbook.1.X","type":"snapshot","ts":9,"data":{"b":[["1","2"]],"a":[["3","4"]],"u":5}}"#
                    .utf8
            ),
            to: &adapter
        )
        for number in 2..<100 {
            adapter.extend(to: table(number))
            let book = #""data":{"b":[["1","2"]],"a":[["3","4"]],"u":5}}"#
            decoded.feed(
                Array(#"{"topic":"orderbook.1.Y\#(number)","type":"snapshot","ts":9,\#(book)"#.utf8),
                to: &adapter
            )
        }
        decoded.feed(
            Array(#"{"topic":"orderbook.1.X","type":"delta","ts":9,"data":{"b":[["1.5","2"]],"a":[],"u":6}}"#.utf8),
            to: &adapter
        )
        let last = try #require(decoded.quotes.last)
        #expect(line(last) == "1.5×2 3×4 #6 @9" && decoded.quotes.count == 100)
    }
}
