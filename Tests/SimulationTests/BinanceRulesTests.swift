import Testing

@testable import Simulation

@Suite("Binance's rules")
struct BinanceRulesTests {
    private var world = World(venues: [.binance], rate: 50)

    @Test("the sixth message within a second cuts, five do not")
    mutating func messageRate() {
        let id = self.world.open(.binance, "/stream")
        for _ in 0..<3 { self.world.receive(.ping([]), on: id) }
        for _ in 0..<2 { self.world.send(#"{"method":"LIST_SUBSCRIPTIONS","id":1}"#, on: id) }
        #expect(self.world.ended.isEmpty)
        self.world.receive(.pong([]), on: id)
        #expect(self.world.ended[id] == .some(1008))
        #expect(self.world.violations(of: .binance) == ["message_rate": 1])
    }

    @Test("a ping comes every 20 s, and one without its pong cuts after 60 s")
    mutating func pongMissing() {
        let id = self.world.open(.binance, "/ws")
        self.world.pass(seconds: 79)
        #expect(self.world.pings[id]?.count == 3)
        #expect(self.world.ended.isEmpty)
        self.world.pass(seconds: 1.5)
        #expect(self.world.violations(of: .binance) == ["pong_missing": 1])
    }

    @Test("pongs that answer keep the connection, pongs that nobody asked for do not")
    mutating func pongs() {
        let polite = self.world.open(.binance, "/ws")
        self.world.pass(seconds: 200, answersPings: true)
        #expect(self.world.ended.isEmpty)
        let rude = self.world.open(.binance, "/ws")
        for _ in 0..<9 {
            self.world.pass(seconds: 10)
            self.world.receive(.pong(Array("hello".utf8)), on: rude)
        }
        #expect(self.world.ended[rude] == .some(1008))
        _ = polite
    }

    @Test("USD-M pings every three minutes")
    func usdmPing() {
        var world = World(venues: [.binanceUsdm], rate: 1)
        let id = world.open(.binanceUsdm, "/public/stream")
        world.pass(seconds: 179, step: 0.1)
        #expect(world.pings[id] == nil)
        world.pass(seconds: 2, step: 0.1)
        #expect(world.pings[id]?.count == 1)
    }

    @Test("an unknown symbol is acknowledged and stays silent, and nothing comes on subscribing")
    mutating func unknownSymbol() {
        let id = self.world.open(.binance, "/stream")
        let answer = self.world.send(#"{"method":"SUBSCRIBE","params":["nopeusdt@bookTicker"],"id":9}"#, on: id)
        #expect(answer == [#"{"result":null,"id":9}"#])
        self.world.pass(seconds: 5)
        #expect(self.world.frames[id]?.count == 1)
        #expect(self.world.violations(of: .binance) == ["unknown_stream": 1])
    }

    @Test("streams may stand in the address, also escaped, and combined may be switched")
    mutating func address() throws {
        let id = self.world.open(.binance, "/ws", query: "streams=btcusdt@bookTicker/ethusdt@bookTicker")
        self.world.pass(seconds: 1)
        #expect(try parse(try #require(self.world.frames[id]?.last))["stream"] == nil)
        self.world.send(#"{"method":"SET_PROPERTY","params":["combined",true],"id":5}"#, on: id)
        self.world.pass(seconds: 1)
        #expect(try parse(try #require(self.world.frames[id]?.last))["stream"] != nil)
    }

    @Test(
        "requests that make no sense get the documented errors",
        arguments: [
            ("{", #"{"code":3,"msg":"Invalid JSON: expected value at line 1 column 2"}"#),
            (#"{"id":1}"#, #"{"code":2,"msg":"Invalid request: missing field `method` at line 1 column 8"}"#),
            (
                #"{"method":"SUBSCRIBE","params":["a"],"id":1.5}"#,
                #"{"code":2,"msg":"Invalid request: request ID must be an unsigned integer"}"#
            ),
            (
                #"{"method":"SET_PROPERTY","params":["combined",1],"id":5}"#,
                #"{"code":1,"msg":"Invalid value type: expected Boolean"}"#
            ),
            (
                #"{"method":"SET_PROPERTY","params":["x",true],"id":7}"#,
                #"{"code":0,"msg":"Unknown property","id":7}"#
            ),
        ]
    )
    mutating func errors(_ request: String, _ answer: String) {
        let id = self.world.open(.binance, "/stream")
        let answers = self.world.send(request, on: id)
        #expect(answers == [answer])
    }

    @Test("more than 1024 streams on one connection cut")
    mutating func streams() {
        let id = self.world.open(.binance, "/stream")
        for start in stride(from: 0, to: 1_100, by: 100) {
            let streams = (start..<start + 100).map { "\"s\($0)@trade\"" }.joined(separator: ",")
            self.world.send("{\"method\":\"SUBSCRIBE\",\"params\":[\(streams)],\"id\":1}", on: id)
            self.world.pass(seconds: 1)
        }
        #expect(self.world.ended[id] == .some(1008))
        #expect(self.world.violations(of: .binance)["streams_per_connection"] == 1)
    }

    @Test("a pause of the process is not held against the client")
    mutating func pause() {
        let id = self.world.open(.binance, "/stream")
        self.world.pass(seconds: 25)
        self.world.standStill(seconds: 3_600)
        // What the client said meanwhile arrives at once.
        for _ in 0..<30 { self.world.receive(.ping([]), on: id) }
        self.world.pass(seconds: 1)
        #expect(self.world.ended.isEmpty)
        #expect(self.world.pings[id]?.count == 1)
    }
}
