import Testing

@testable import Simulation

@Suite("Bybit's rules")
struct BybitRulesTests {
    private var world = World(venues: [.bybit], rate: 0)
    private let id: ConnectionID

    init() { self.id = self.world.open(.bybit, "/v5/public/spot") }

    @Test("ten topics pass, eleven are refused")
    mutating func args() throws {
        let topics = (0..<11).map { _ in "\"orderbook.1.BTCUSDT\"" }.joined(separator: ",")
        let answer = try parse(self.world.send("{\"op\":\"subscribe\",\"args\":[\(topics)]}", on: self.id)[0])
        #expect(answer["ret_msg"]?.text == "args size >10")
        #expect(self.world.violations(of: .bybit) == ["args_per_frame": 1])
        #expect(self.world.count("subscriptions", of: .bybit) == 0)
    }

    @Test("one bad topic takes the whole frame down with it")
    mutating func badTopic() throws {
        let request = #"{"op":"subscribe","args":["orderbook.1.BTCUSDT","orderbook.1.NOPEUSDT"],"req_id":"r"}"#
        let answers = self.world.send(request, on: self.id)
        #expect(answers.count == 1)
        let answer = try parse(answers[0])
        #expect(answer["success"] == .bool(false))
        #expect(answer["ret_msg"]?.text == "Invalid symbol :[orderbook.1.NOPEUSDT]")
        #expect(answer["req_id"]?.text == "r")
        self.world.pass(seconds: 4)
        #expect(self.world.frames[self.id]?.count == 1)
    }

    @Test("a subscription is answered with the standing snapshot, repeated every 3 s with the same u")
    mutating func repeats() throws {
        self.world.send(#"{"op":"subscribe","args":["orderbook.1.BTCUSDT"]}"#, on: self.id)
        self.world.pass(seconds: 9.5)
        let books = try (self.world.frames[self.id] ?? []).map(parse).filter { $0["topic"] != nil }
        #expect(books.count == 4 || books.count == 5)
        #expect(Set(books.map { $0["data"]?["u"]?.integer }).count == 1)
        #expect(books.allSatisfy { $0["type"]?.text == "snapshot" })
        #expect(self.world.count("quotes_sent", of: .bybit) == books.count)
    }

    @Test("a ping is answered in the form of the spot socket")
    mutating func ping() throws {
        let answer = try parse(self.world.send(#"{"req_id":"1","op":"ping"}"#, on: self.id)[0])
        #expect(answer["op"]?.text == "ping")
        #expect(answer["ret_msg"]?.text == "pong")
        #expect(answer["req_id"] == nil)
    }

    @Test("no ping and no data for ten minutes cuts")
    mutating func idle() {
        self.world.pass(seconds: 599, step: 0.2)
        #expect(self.world.ended.isEmpty)
        self.world.pass(seconds: 2, step: 0.2)
        #expect(self.world.ended[self.id] == .some(nil))
        #expect(self.world.violations(of: .bybit) == ["idle": 1, "heartbeat_missing": 9])
    }

    @Test("a frozen market repeats nothing")
    mutating func frozen() {
        self.world.send(#"{"op":"subscribe","args":["orderbook.1.BTCUSDT"]}"#, on: self.id)
        self.world.simulator.freeze()
        let before = self.world.frames[self.id]?.count
        self.world.pass(seconds: 10)
        #expect(self.world.frames[self.id]?.count == before)
        #expect(self.world.state["source"]?["state"]?.text == "frozen")
        self.world.simulator.resume()
        self.world.pass(seconds: 1)
        #expect(self.world.frames[self.id]?.count != before)
    }

    @Test("the trades of one order come in one frame and are counted one by one")
    func trades() throws {
        var world = World(venues: [.bybit], rate: 300)
        let id = world.open(.bybit, "/v5/public/spot")
        world.send(#"{"op":"subscribe","args":["publicTrade.BTCUSDT"]}"#, on: id)
        world.pass(seconds: 20)
        let sizes = try (world.frames[id] ?? []).dropFirst().map { try parse($0)["data"]?.elements?.count ?? 0 }
        #expect((sizes.max() ?? 0) > 1)
        #expect(world.count("trades_sent", of: .bybit) == sizes.reduce(0, +))
    }
}
