import Testing

@testable import Simulation

@Suite("Orders and scenarios")
struct OrderTests {
    @Test("reads names, venues and arguments, in any order of the arguments")
    func reads() throws {
        let order = try FaultOrder(line: "skip binance symbol=BTCUSDT every=20 for=1.5s count=3 what=quotes")
        #expect(order.begins == .skip(.quotes))
        #expect(order.venue == .binance)
        #expect(order.symbol == "BTCUSDT")
        #expect(order.every == 20)
        #expect(order.count == 3)
        #expect(order.forSeconds == 1.5)
        #expect(order.words == "skip binance count=3 every=20 for=1.5s symbol=BTCUSDT what=quotes")
        #expect(try FaultOrder(line: "heal all").begins == nil)
        #expect(try FaultOrder(line: "clock all by=-250ms").begins == .clock(offBySeconds: -0.25))
        #expect(try FaultOrder(name: "close", arguments: ["venue": "bybit"]).begins == .close(code: 1001))
    }

    @Test(
        "says what is wrong with an order, and what to write instead",
        arguments: [
            ("stal bybit", "unknown fault \"stal\"; write one of announce, binary"),
            ("stall", "no venue is named; write all or one of binance, binance-usdm, bybit, gateio"),
            ("stall kraken", "unknown venue \"kraken\"; write all or one of"),
            ("stall bybit symbol=BTCUSDT", "stall takes no symbol; leave it out"),
            ("delist bybit", "delist needs a symbol; write symbol=BTCUSDT"),
            ("delay bybit by=fast", "by=fast does not fit; write a duration such as 200ms, 5s or 2m"),
            ("close bybit code=99", "code=99 does not fit; write 1000 to 4999"),
            ("tls bybit certificate=blue", "certificate=blue does not fit; write one of expired, wrong-host"),
            ("rest bybit", "rest needs status= or body=; write status=503 or body=empty"),
            ("rename bybit symbol=BTCUSDT", "rename needs a new name; write to=NEWUSDT"),
            ("drop bybit for=3s", "drop takes no for; leave it out"),
            ("mute bybit ETHUSDT", "\"ETHUSDT\" is no argument; write name=value"),
            ("mute bybit for=1s for=2s", "for is said twice; say it once"),
        ]
    )
    func refuses(line: String, message: String) {
        let error = #expect(throws: OrderError.self) { try FaultOrder(line: line) }
        #expect(error?.description.hasPrefix(message) == true, "\(error?.description ?? "")")
    }

    @Test("an order for a venue that is not served, or a symbol that is not listed, changes nothing")
    func notHere() throws {
        var world = World(venues: [.binance])
        let unserved = #expect(throws: OrderError.self) { try world.order("cut bybit") }
        #expect(unserved?.description == "bybit is not served; write one of binance")
        let unlisted = #expect(throws: OrderError.self) { try world.order("mute all symbol=NOPE") }
        #expect(unlisted?.description.hasPrefix("binance lists no NOPE; write one such as BTCUSDT") == true)
        let present = #expect(throws: OrderError.self) { try world.order("list binance symbol=BTCUSDT") }
        #expect(present?.description == "binance has delisted no BTCUSDT; delist one first")
        #expect(world.state["venues"]?["binance"]?["faults"]?.elements?.isEmpty == true)
    }

    @Test("a scenario names the line that is wrong, and the remedy")
    func wrongScenario() {
        let missing = #expect(throws: OrderError.self) { try Scenario(text: "# nothing\n\nat 1s\n") }
        #expect(missing?.description == "line 3: no order; write: at 10s stall bybit for=5s")
        let unknown = #expect(throws: OrderError.self) { try Scenario(text: "at 1s heal all\nat 2s hael all") }
        #expect(unknown?.description.hasPrefix("line 2: unknown fault \"hael\"; write one of") == true)
        let time = #expect(throws: OrderError.self) { try Scenario(text: "at soon heal all") }
        #expect(time?.description.hasPrefix("line 1: at soon does not fit; write a duration") == true)
    }

    @Test("a scenario plays from the first subscription on, and the same seed gives the same frames")
    func plays() throws {
        let text = """
            # Two faults, written out of order.
            at 3s heal all
            at 1s garbage binance count=1   # and nothing more on that connection
            at 2s cut bybit
            at 2s mute all symbol=NOPE
            """
        func run() throws -> (World, [String]) {
            var world = World(venues: [.binance, .bybit], scenario: try Scenario(text: text))
            world.pass(seconds: 5)
            let id = world.open(.binance, "/stream", query: "streams=btcusdt@bookTicker/ethusdt@bookTicker")
            world.pass(seconds: 2.5)
            #expect(world.state["venues"]?["bybit"]?["cut"] == .bool(true))
            world.pass(seconds: 2)
            #expect(world.state["venues"]?["bybit"]?["cut"] == .bool(false))
            return (world, world.frames[id] ?? [])
        }
        let (world, first) = try run()
        let (_, second) = try run()
        #expect(first == second)
        #expect(first.count > 1)
        #expect(throws: JSONSyntaxError.self) { try parse(first.last ?? "") }
        #expect(world.simulator.scenarioComplaints.count == 1)
        #expect(world.simulator.scenarioComplaints[0].contains("mute all symbol=NOPE"))
    }
}
