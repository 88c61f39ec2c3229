import Chart
import Core
import Testing

@Suite("Subscriptions")
struct SubscriptionTests {
    @Test("without a query a client gets all configured pairs, each once")
    func configuredPairs() throws {
        var stage = Stage(configured: [Stage.sol, Stage.btc, Stage.sol])
        stage.open(1, "format=json")
        stage.answer(stage.requests[0], upTo: 0)
        #expect(try stage.taken() == ["request 2", "snapshot to [1]: SOL 0 []", "request 0"])
        #expect(stage.sample("subscriptions") == 2)
    }

    @Test("a configured pair that is discovered late begins then, for those who still wait for it")
    func lateDiscovery() throws {
        var stage = Stage(configured: [Stage.btc, Stage.eth], known: [Stage.sol])
        stage.open(1)
        stage.open(2)
        stage.open(3)
        stage.open(4, Stage.sol)
        stage.send("unsubscribe", Stage.eth, from: 2)
        stage.hub.clientClosed(3, unsent: 0, into: &stage.actions)
        #expect(stage.sample("subscriptions") == 4)
        #expect(try stage.taken() == ["request 2"])
        stage.hub.universeChanged(Stage.lookup([Stage.sol, Stage.eth]), into: &stage.actions)
        stage.hub.universeChanged(Stage.lookup([Stage.sol, Stage.eth]), into: &stage.actions)
        stage.answer(try #require(stage.requests.first), upTo: 1)
        #expect(try stage.taken() == ["request 1", "snapshot to [1]: ETH 1 [1]"])
        stage.hub.universeChanged(Stage.lookup(Stage.keys), into: &stage.actions)
        #expect(try stage.taken() == ["request 0"])
        #expect(stage.sample("subscriptions") == 4)
    }

    @Test("a client may ask for a configured pair that is not known yet, once")
    func asksForLatePair() throws {
        var stage = Stage(configured: [Stage.btc], known: [])
        stage.open(1, Stage.btc)
        stage.send("subscribe", Stage.btc, from: 1)
        #expect(try stage.taken() == ["error to [1]: already_subscribed"])
        stage.send("unsubscribe", Stage.btc, from: 1)
        stage.hub.universeChanged(Stage.lookup(Stage.keys), into: &stage.actions)
        #expect(try stage.taken() == [])
        #expect(stage.sample("subscriptions") == 0)
    }

    @Test("when a pair is delisted its subscribers are told, and those of a configured one wait for it to come again")
    func delisting() throws {
        var stage = Stage(configured: [Stage.btc])
        stage.open(1)
        stage.open(2, Stage.eth)
        stage.answer(stage.requests[0], upTo: 1)
        stage.answer(stage.requests[1], upTo: 1)
        stage.send("subscribe", Stage.eth, from: 1)
        stage.actions = []
        stage.hub.universeChanged(Stage.lookup([Stage.sol]), into: &stage.actions)
        #expect(
            try stage.taken() == [
                "error to [1]: delisted", "unwatch 0", "error to [1, 2]: delisted", "unwatch 1",
            ]
        )
        #expect(stage.sample("subscriptions") == 1)
        stage.update(0, 2...2)
        stage.update(1, 2...2)
        stage.hub.written(1, by: 1, into: &stage.actions)
        #expect(try stage.taken() == [])
        stage.hub.universeChanged({ $0 == Stage.btc ? PairIndex(7) : nil }, into: &stage.actions)
        #expect(try stage.taken() == ["request 7"])
        #expect(stage.sample("subscriptions") == 1)
    }

    @Test("a pair that is delisted before its turn has come, or is listed anew at once, ends as well")
    func delistingInTheQueue() throws {
        var stage = Stage(configured: Stage.keys)
        stage.open(1)
        let first = try #require(stage.requests.first)
        stage.actions = []
        let lookup: ChartHub.Lookup = { key in Stage.keys.firstIndex(of: key).map { PairIndex($0 == 1 ? 7 : $0) } }
        stage.hub.universeChanged(lookup, into: &stage.actions)
        #expect(try stage.taken() == ["error to [1]: delisted"], "the snapshot of the first pair comes first")
        stage.answer(first, upTo: 0)
        #expect(try stage.taken() == ["snapshot to [1]: BTC 0 []", "request 2"])
        #expect(stage.sample("subscriptions") == 3)
    }

    @Test("the pair is watched no longer when the last subscriber has gone, and not before")
    func unwatches() throws {
        var stage = Stage()
        for id in 1...3 as ClosedRange<UInt64> { stage.open(id, Stage.btc) }
        stage.answer(stage.requests[0], upTo: 1)
        stage.open(4, Stage.btc)
        stage.actions = []
        stage.send("unsubscribe", Stage.btc, from: 1)
        stage.hub.clientClosed(2, unsent: 0, into: &stage.actions)
        stage.hub.clientClosed(3, unsent: 0, into: &stage.actions)
        #expect(try stage.taken() == [])
        stage.hub.clientClosed(4, unsent: 0, into: &stage.actions)
        stage.update(0, 2...3)
        #expect(try stage.taken() == ["unwatch 0"])
        #expect(stage.sample("subscriptions") == 0)
    }

    @Test("a subscription whose turn has not come can be ended, and a second wish for it is refused")
    func endsQueuedTurn() throws {
        var stage = Stage(configured: Stage.keys)
        stage.open(1)
        stage.send("subscribe", Stage.eth, from: 1)
        stage.send("subscribe", Stage.btc, from: 1)
        stage.send("unsubscribe", Stage.eth, from: 1)
        stage.send("unsubscribe", Stage.btc, from: 1)
        #expect(
            try stage.taken() == [
                "request 0", "error to [1]: already_subscribed", "error to [1]: already_subscribed", "unwatch 0",
                "request 2",
            ]
        )
    }

    @Test("a client may have so many subscriptions and no more")
    func limit() throws {
        var settings = ChartSettings()
        settings.subscriptionsPerClient = 2
        var stage = Stage(configured: Stage.keys, settings: settings)
        stage.open(1)
        stage.send("unsubscribe", Stage.eth, from: 1)
        stage.send("subscribe", Stage.sol, from: 1)
        stage.send("subscribe", Stage.eth, from: 1)
        #expect(
            try stage.taken() == [
                "request 0", "error to [1]: too_many_subscriptions", "error to [1]: too_many_subscriptions",
            ]
        )
        var late = Stage(configured: Stage.keys, known: [], settings: settings)
        late.open(1)
        #expect(try late.taken() == ["error to [1]: too_many_subscriptions"])
        #expect(late.sample("subscriptions") == 2)
    }

    @Test(
        "what cannot be granted is answered with a constant reason and a remedy",
        arguments: [
            ("hello", "malformed", "an opening brace is missing at byte 0"),
            (#"{"type":"subscribe""#, "malformed", "a closing brace or a comma is missing at byte 19"),
            (#"{"type":"sub\q"}"#, "malformed", "the text at byte 8 is no valid JSON string"),
            (#"{"type":"a","type":"b"}"#, "malformed", #"two members "type""#),
            (#"{"a":"","b":"","c":"","d":"","e":"","f":"","g":"","h":"","i":""}"#, "malformed", "more than 8"),
            (#"{"symbol":"BTCUSDT"}"#, "malformed", #"no "type""#),
            (#"{"type":"subscribe"}"#, "malformed", #"no "symbol""#),
            (#"{"type":"subscribe","symbol":"a"}"#, "malformed", #"no "exchange1""#),
            (#"{"type":"subscribe","symbol":"a","exchange1":"b"}"#, "malformed", #"no "exchange2""#),
            (#"{"type":"subscribe","exchange3":"b"}"#, "malformed", #"no member "exchange3""#),
            (#"{"type":"ping","id":"7"}"#, "unknown_type", #"type "ping""#),
            (
                #"{"type":"subscribe","symbol":"X","exchange1":"a","exchange2":"b"}"#, "unknown_pair",
                #""X:a:b" (symbol:sell:buy) is not watched: GET /api/v1/pairs"#
            ),
            (
                #"{"type":"unsubscribe","symbol":"BTCUSDT","exchange1":"binance","exchange2":"bybit"}"#,
                "not_subscribed", #""BTCUSDT:binance:bybit""#
            ),
            (
                #"{"type":"unsubscribe","symbol":"X","exchange1":"a","exchange2":"b"}"#, "not_subscribed", #""X:a:b""#
            ),
        ]
    )
    func refusals(request: String, reason: String, part: String) throws {
        var stage = Stage()
        stage.open(1, "a=b")
        stage.send(request, from: 1)
        let refusal = try #require(try stage.refusals().first)
        #expect(stage.actions.count == 1)
        #expect(refusal.reason == reason)
        #expect(refusal.text.contains(part), "\(refusal.text)")
    }

    @Test("a long name comes back cut")
    func cutsNames() throws {
        var stage = Stage()
        stage.open(1)
        let long = String(repeating: "\u{7}", count: 5_000)
        stage.send("subscribe", ChartKey(symbol: "\\u0007" + long, exchange1: "a", exchange2: "b"), from: 1)
        stage.open(2, "symbol=\(String(repeating: "%07", count: 5_000))&exchange1=a&exchange2=b")
        let refusals = try stage.refusals()
        #expect(refusals.map(\.reason) == ["malformed", "unknown_pair"])
        #expect(refusals.last?.text.contains("\"\(String(repeating: "\u{7}", count: 10))...\"") == true)
    }

    @Test("half a query is refused, and the connection stays")
    func halfAQuery() throws {
        var stage = Stage(configured: [Stage.btc])
        stage.open(1, "symbol=BTCUSDT&exchange1=binance")
        stage.send("subscribe", Stage.btc, from: 1)
        #expect(try stage.taken() == ["error to [1]: malformed", "request 0"])
    }

    @Test("a client that only makes mistakes is closed, one that makes a few is not")
    func closes() throws {
        var settings = ChartSettings()
        settings.refusalsInARow = 3
        var stage = Stage(settings: settings)
        stage.open(1, Stage.btc)
        stage.open(2)
        for _ in 0..<2 { stage.send("?", from: 1) }
        stage.send("subscribe", Stage.eth, from: 1)
        for _ in 0..<2 { stage.send("?", from: 1) }
        stage.actions = []
        stage.send("?", from: 1)
        stage.send("?", from: 1)
        stage.send("subscribe", Stage.btc, from: 1)
        #expect(
            try stage.taken() == [
                "error to [1]: malformed", "unwatch 0", "close 1: 3 requests in a row could not be granted",
            ]
        )
        stage.hub.clientClosed(1, unsent: 5, into: &stage.actions)
        #expect(stage.hub.ledger(held: 0).clientClosed == 5)
        #expect(stage.sample("subscriptions") == 0)
    }
}
