import Testing

@testable import Simulation

@Suite("Gate's rules")
struct GateRulesTests {
    private var world = World(venues: [.gateio], rate: 100)

    private static func subscribe(_ pairs: String) -> String {
        "{\"channel\":\"spot.book_ticker\",\"event\":\"subscribe\",\"payload\":[\(pairs)]}"
    }

    @Test("a silent client is cut after 30 s, after 60 s with a subscription, and never while it pings")
    mutating func idle() {
        let bare = self.world.open(.gateio, "/ws/v4/")
        let subscribed = self.world.open(.gateio, "/ws/v4/")
        let alive = self.world.open(.gateio, "/ws/v4/")
        self.world.send(Self.subscribe("\"BTC_USDT\""), on: subscribed)
        for _ in 0..<3 {
            self.world.pass(seconds: 20)
            self.world.send(#"{"channel":"spot.ping"}"#, on: alive)
            #expect(self.world.ended[alive] == nil)
        }
        self.world.pass(seconds: 1)
        #expect(self.world.ended[bare] == .some(nil))
        #expect(self.world.ended[subscribed] == .some(nil))
        #expect(self.world.ended[alive] == nil)
        #expect(self.world.violations(of: .gateio) == ["idle": 2])
    }

    @Test("acknowledgements come in the documented and in the live form, by turns")
    mutating func forms() throws {
        let documented = self.world.open(.gateio, "/ws/v4/")
        let live = self.world.open(.gateio, "/ws/v4/")
        let first = try parse(self.world.send(Self.subscribe("\"BTC_USDT\""), on: documented)[0])
        let second = try parse(self.world.send(Self.subscribe("\"BTC_USDT\""), on: live)[0])
        #expect(first["error"] == .null)
        #expect(second["error"] == nil)
        #expect(second["payload"]?.texts == ["BTC_USDT"])
    }

    @Test("one bad pair refuses the request, naming it")
    mutating func badPair() throws {
        let id = self.world.open(.gateio, "/ws/v4/")
        let answer = try parse(self.world.send(Self.subscribe("\"BTC_USDT\",\"btc_usdt\""), on: id)[0])
        #expect(answer["error"]?["code"] == .number("2"))
        #expect(answer["error"]?["message"]?.text == "unknown currency pair btc_usdt")
        #expect(self.world.count("subscriptions", of: .gateio) == 0)
    }

    @Test("what is not JSON is not answered")
    mutating func malformed() {
        let id = self.world.open(.gateio, "/ws/v4/")
        let answers = self.world.send("hello", on: id)
        #expect(answers.isEmpty)
        #expect(self.world.violations(of: .gateio) == ["malformed": 1])
    }

    @Test("trades of the documented form name id_market twice, and the last one is consecutive")
    mutating func duplicateKey() throws {
        let id = self.world.open(.gateio, "/ws/v4/")
        self.world.send(#"{"channel":"spot.trades","event":"subscribe","payload":["BTC_USDT"]}"#, on: id)
        self.world.pass(seconds: 20)
        let trades = try (self.world.frames[id] ?? []).dropFirst().map(parse)
        guard case .object(let members) = try #require(trades.first?["result"]) else { throw Missing() }
        #expect(members.filter { $0.key == "id_market" }.count == 2)
        let numbers = trades.compactMap { $0["result"]?["id_market"]?.integer }
        #expect(zip(numbers, numbers.dropFirst()).allSatisfy { $1 == $0 + 1 })
    }

    @Test("a book that ran empty has empty texts and no numbers")
    func empty() throws {
        var world = World(venues: [.gateio], symbols: 4, rate: 5_000)
        let id = world.open(.gateio, "/ws/v4/")
        world.send(Self.subscribe("\"BTC_USDT\",\"ETH_USDT\",\"SOL_USDT\",\"XRP_USDT\""), on: id)
        world.pass(seconds: 8)
        let empty = try #require(world.frames[id]?.first { $0.contains("\"b\":\"\"") })
        let result = try #require(try parse(empty)["result"])
        #expect(result["a"]?.text?.isEmpty == true)
        #expect(result["u"] == .number("0") && result["t"] == .number("0"))
        #expect(world.count("quotes_sent", of: .gateio) == (world.frames[id]?.count ?? 0) - 1)
    }

    struct Missing: Error {}
}
