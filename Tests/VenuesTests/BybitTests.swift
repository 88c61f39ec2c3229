import Core
import Testing
import Venues

@Suite("Bybit adapter")
struct BybitTests {
    private func book(_ type: String, bids: String, asks: String, update: Int, times: String = #""ts":10"#) -> String {
        let data = #"{"s":"OTHER","b":\#(bids),"a":\#(asks),"u":\#(update),"seq":1}"#
        return #"{"topic":"orderbook.1.X","type":"\#(type)",\#(times),"data":\#(data)}"#
    }

    private func lines(_ frames: String...) -> [String] {
        var (adapter, decoded) = (BybitAdapter(symbols: table(["X", "Y"])), Decoded())
        for frame in frames { decoded.feed(Array(frame.utf8), to: &adapter) }
        return decoded.quotes.map(line) + decoded.rejects.map { "\($0)" }
    }

    private let snapshot =
        #"{"topic":"orderbook.1.X","ts":9,"type":"snapshot","data":{"b":[["1","2"]],"a":[["3","4"]],"u":5}}"#

    @Test("a snapshot replaces both sides, and one that it leaves out is empty")
    func snapshots() {
        let replaced = self.book("snapshot", bids: #"[["1.5","2"]]"#, asks: "[]", update: 6)
        #expect(self.lines(self.snapshot, replaced) == ["1×2 3×4 #5 @9", "1.5×2 0×0 #6 @10"])
    }

    @Test("a delta changes the side that it names, and an empty or missing one stands")
    func deltas() {
        let bid = self.book("delta", bids: #"[["1.1","7"]]"#, asks: "[]", update: 6)
        let ask = #"{"topic":"orderbook.1.X","ts":9,"type":"delta","data":{"a":[["2.9","8"]],"u":7}}"#
        let nothing = self.book("delta", bids: "null", asks: "[]", update: 8)
        #expect(
            self.lines(self.snapshot, bid, ask, nothing) == [
                "1×2 3×4 #5 @9", "1.1×7 3×4 #6 @10", "1.1×7 2.9×8 #7 @9", "1.1×7 2.9×8 #8 @10",
            ]
        )
    }

    @Test("size zero deletes a side, which the next delta can set again")
    func deletes() {
        let delete = self.book("delta", bids: #"[["1","0"]]"#, asks: "[]", update: 6)
        let set = self.book("delta", bids: #"[["0.9","1"]]"#, asks: "[]", update: 7)
        #expect(self.lines(self.snapshot, delete, set) == ["1×2 3×4 #5 @9", "0×0 3×4 #6 @10", "0.9×1 3×4 #7 @10"])
    }

    @Test("of several levels the best with a size is the side")
    func severalLevels() {
        let levels = self.book(
            "delta",
            bids: #"[["1","0"],["0.8","5"],["0.9","6"]]"#,
            asks: #"[["2.5","1"],["2.4","2"],["3","0"]]"#,
            update: 6
        )
        #expect(self.lines(self.snapshot, levels) == ["1×2 3×4 #5 @9", "0.9×6 2.4×2 #6 @10"])
    }

    @Test("a delta before any snapshot is ignored, unless its number says that the service restarted")
    func deltaFirst() {
        let delta = self.book("delta", bids: #"[["1","2"]]"#, asks: "[]", update: 6)
        let restart = self.book("delta", bids: #"[["1","2"]]"#, asks: #"[["3","4"]]"#, update: 1)
        #expect(self.lines(delta).isEmpty)
        #expect(self.lines(delta, restart, delta) == ["1×2 3×4 #1 @10", "1×2 3×4 #6 @10"])
        #expect(decode(BybitAdapter.self, ["X"], delta).unknownTypes == 0)
    }

    @Test("what one instrument shows says nothing about another")
    func separateBooks() {
        let other = #"{"topic":"orderbook.1.Y","ts":9,"type":"delta","data":{"b":[["1","2"]],"a":[],"u":5}}"#
        #expect(self.lines(self.snapshot, other) == ["1×2 3×4 #5 @9"])
    }

    @Test("after an unusable number the book is unknown until the next snapshot")
    func rejectedDelta() {
        let bad = self.book("delta", bids: #"[["-1","2"]]"#, asks: "[]", update: 6)
        let good = self.book("delta", bids: #"[["1","2"]]"#, asks: "[]", update: 7)
        #expect(
            self.lines(self.snapshot, bad, good, self.snapshot) == ["1×2 3×4 #5 @9", "1×2 3×4 #5 @9", "notPositive"]
        )
    }

    @Test(
        "the engine's time goes before the message's, number or text",
        arguments: [
            (#""ts":10,"cts":8"#, "8"), (#""cts":"8","ts":"10""#, "8"), (#""ts":"10""#, "10"),
            (#""ts":10,"cts":0"#, "10"),
            (#""ts":null"#, "never"),
        ]
    )
    func times(members: String, expected: String) {
        let frame = self.book("snapshot", bids: #"[["1","2"]]"#, asks: #"[["3","4"]]"#, update: 5, times: members)
        #expect(self.lines(frame) == ["1×2 3×4 #5 @\(expected)"])
    }

    @Test("data may stand before the topic that explains it")
    func keyOrder() {
        let frame = #"{"data":{"u":5,"a":[[3,4]],"b":[[1,2]]},"cts":8,"type":"snapshot","topic":"orderbook.1.X"}"#
        #expect(self.lines(frame) == ["1×2 3×4 #5 @8"])
    }

    @Test(
        "levels that are no pairs of numbers are malformed",
        arguments: [#"[["1"]]"#, "[[]]", "[1]", "{}", #"[["a","1"]]"#, #""x""#, "[[[1],2]]"]
    )
    func badLevels(levels: String) {
        let decoded = decode(BybitAdapter.self, ["X"], self.book("snapshot", bids: levels, asks: "[]", update: 5))
        #expect(decoded.malformed == 1)
        #expect(decoded.events.isEmpty)
    }

    @Test("trades come in order under the topic's symbol, ids that are no numbers as 0")
    func trades() {
        let trades = #"[{"i":"9","T":7,"p":"1","v":"2","S":"Buy","s":"Z"},{"i":"a-b","T":8,"p":1,"v":2,"S":"Sell"}]"#
        let decoded = decode(
            BybitAdapter.self,
            ["X"],
            #"{"topic":"publicTrade.X","type":"snapshot","data":\#(trades)}"#
        )
        #expect(decoded.trades.map(line) == ["buy 1×2 #9 @7", "sell 1×2 #0 @8"])
    }

    @Test("one unreadable trade takes the whole message with it", arguments: [#"{"p":"1"}"#, "5", #"{"S":"Up"}"#])
    func badTrade(element: String) {
        let good = #"{"i":"9","T":7,"p":"1","v":"2","S":"Buy"}"#
        let decoded = decode(
            BybitAdapter.self,
            ["X"],
            self.snapshot,
            #"{"topic":"publicTrade.X","data":[\#(good),\#(element)]}"#
        )
        #expect(decoded.malformed == 1)
        #expect(decoded.events.count == 1)
    }

    @Test("a trade message of 1,024 trades comes out whole")
    func manyTrades() {
        let trades = (0..<1024).map { #"{"i":"\#($0)","T":7,"p":"1","v":"2","S":"Buy"}"# }.joined(separator: ",")
        let decoded = decode(BybitAdapter.self, ["X"], #"{"topic":"publicTrade.X","data":[\#(trades)]}"#)
        #expect(decoded.trades.map(\.id) == Array(0..<1024))
    }

    @Test(
        "answers become acknowledgements, refusals and pongs",
        arguments: [
            (
                #"{"success":true,"ret_msg":"subscribe","conn_id":"c","req_id":"12","op":"subscribe"}"#,
                .acknowledged(request: 12)
            ),
            (#"{"success":true,"ret_msg":"","conn_id":"c","req_id":"","op":"subscribe"}"#, .acknowledged(request: nil)),
            (#"{"success":true,"req_id":12,"op":"subscribe"}"#, .acknowledged(request: 12)),
            (#"{"success":true,"data":{"failTopics":[]},"type":"COMMAND_RESP"}"#, .acknowledged(request: nil)),
            (#"{"success":false,"ret_msg":"args size >10","op":"subscribe"}"#, .refused(request: nil, text: 28..<41)),
            (#"{"success":true,"ret_msg":"pong","conn_id":"c","op":"ping"}"#, .pong),
            (#"{"req_id":"t","op":"pong","args":["1"]}"#, .pong),
        ] as [(String, ControlEvent)]
    )
    func control(frame: String, event: ControlEvent) {
        #expect(decode(BybitAdapter.self, ["X"], frame).events == [.control(event)])
    }

    @Test(
        "other topics are of unknown type",
        arguments: [
            #"{"topic":"orderbook.50.X","type":"snapshot","data":{"b":[],"a":[]}}"#,
            #"{"topic":"tickers.X","data":{}}"#,
            #"{"topic":"kline.1.X","data":[]}"#, #"{"topic":"orderbook.1.X","data":[]}"#, #"{"topic":5}"#, "{}", "[]",
            #"{"topic":"orderbook.1.X","type":"news","data":{"b":[],"a":[],"u":1}}"#,
        ]
    )
    func unknownTypes(frame: String) {
        let decoded = decode(BybitAdapter.self, ["X"], frame)
        #expect((decoded.unknownTypes, decoded.events.count) == (1, 0))
    }

    @Test("symbols that were not subscribed are rejected")
    func unknownSymbol() {
        let book = self.snapshot.replacing("orderbook.1.X", with: "orderbook.1.Z")
        let decoded = decode(BybitAdapter.self, ["X"], book, #"{"topic":"publicTrade.Z","data":[{"S":"Buy"}]}"#)
        #expect(decoded.events == [.rejected(nil, .quote, .unknownSymbol), .rejected(nil, .trade, .unknownSymbol)])
    }

    @Test("subscribes to ten books a frame and pings with a number")
    func subscriptions() {
        let adapter = BybitAdapter(symbols: table([]))
        let symbols = (0..<100).map { "A\($0)USDT" }
        let requests = adapter.requests(.subscribe, .quotes, of: symbols, firstNumber: 5, at: .never)
        #expect(requests.count == 10)
        #expect(requests.map(\.number) == Array(5..<15))
        #expect(
            adapter.requests(.subscribe, .quotes, of: ["A", "B"], firstNumber: 5, at: .never).map(\.text) == [
                #"{"req_id":"5","op":"subscribe","args":["orderbook.1.A","orderbook.1.B"]}"#
            ]
        )
        #expect(adapter.heartbeat(number: 3, at: .never) == #"{"req_id":"3","op":"ping"}"#)
        let longest = BybitAdapter.profile.instrumentsPerConnection * ("orderbook.1." + "1000000MOGUSDT").utf8.count
        #expect(longest < 21_000)
    }
}
