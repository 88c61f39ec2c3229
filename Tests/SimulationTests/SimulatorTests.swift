import Testing

@testable import Simulation

@Suite("The simulator")
struct SimulatorTests {
    @Test("counts what it sent, by symbol, as the connections received it")
    func counts() throws {
        var world = World(venues: [.binance, .gateio])
        let ids = [world.open(.binance, "/stream"), world.open(.binance, "/ws")]
        for id in ids {
            world.send(#"{"method":"SUBSCRIBE","params":["btcusdt@bookTicker","btcusdt@trade"],"id":1}"#, on: id)
        }
        world.pass(seconds: 3)
        let frames = ids.flatMap { world.frames[$0] ?? [] }
        #expect(world.count("frames_sent", of: .binance) == frames.count)
        #expect(world.count("bytes_sent", of: .binance) == frames.reduce(0) { $0 + $1.utf8.count })
        #expect(world.count("control_sent", of: .binance) == 2)
        let quotes = world.count("quotes_sent", of: .binance)
        #expect(quotes + world.count("trades_sent", of: .binance) + 2 == frames.count)
        let bySymbol = world.state["venues"]?["binance"]?["quotes_by_symbol"]
        #expect(bySymbol?["BTCUSDT"]?.integer == Int64(quotes))
        #expect(world.count("connections", of: .binance) == 2)
        world.simulator.closed(ids[0])
        #expect(world.count("connections", of: .binance) == 1)
        #expect(world.count("subscriptions", of: .binance) == 2)
        #expect(world.count("quotes_sent", of: .gateio) == 0)
    }

    @Test("freezes itself that long after the first subscription, and only once")
    func freezesItself() {
        var world = World(venues: [.binance], freezeAfter: 2)
        world.pass(seconds: 5)
        let id = world.open(.binance, "/stream", query: "streams=btcusdt@bookTicker")
        world.pass(seconds: 1.9)
        #expect(world.state["source"]?["state"]?.text == "running")
        world.pass(seconds: 0.3)
        let before = world.frames[id]?.count
        world.pass(seconds: 2)
        #expect(world.frames[id]?.count == before)
        world.simulator.resume()
        world.pass(seconds: 2)
        #expect(world.frames[id]?.count != before)
    }

    @Test("stops sending what was unsubscribed")
    func unsubscribes() {
        var world = World(venues: [.binance])
        let id = world.open(.binance, "/stream", query: "streams=btcusdt@bookTicker")
        world.pass(seconds: 1)
        world.send(#"{"method":"UNSUBSCRIBE","params":["btcusdt@bookTicker"],"id":2}"#, on: id)
        let before = world.frames[id]?.count
        world.pass(seconds: 2)
        #expect(world.frames[id]?.count == before)
    }

    @Test("cuts one venue's connections, lets nobody in until it is healed, and leaves the others alone")
    func cutsAndHeals() throws {
        var world = World(venues: [.binance, .bybit])
        let cut = [world.open(.binance, "/stream"), world.open(.binance, "/stream", query: "streams=btcusdt@trade")]
        let other = world.open(.bybit, "/v5/public/spot")
        world.pass(seconds: 1)
        try world.order("cut binance")
        #expect(world.state["venues"]?["binance"]?["cut"] == .bool(true))
        #expect(world.state["venues"]?["bybit"]?["cut"] == .bool(false))
        #expect(cut.allSatisfy { world.ended[$0] == .some(nil) })
        #expect(world.ended[other] == nil)
        #expect(world.doors == ["hang up binance"])
        #expect(world.count("connections", of: .binance) == 0)
        #expect(world.count("subscriptions", of: .binance) == 0)
        let sent = world.count("frames_sent", of: .binance)
        world.pass(seconds: 1)
        #expect(world.count("frames_sent", of: .binance) == sent)
        let whileCut = world.simulator.admits(path: "/stream", query: "", venue: .binance, at: world.now)
        let opened = world.simulator.open(path: "/stream", query: "", venue: .binance, at: world.now)
        #expect(!whileCut && opened == nil)
        try world.order("heal binance")
        #expect(world.state["venues"]?["binance"]?["cut"] == .bool(false))
        let again = world.open(.binance, "/stream", query: "streams=btcusdt@bookTicker")
        world.pass(seconds: 2)
        #expect(world.frames[again]?.isEmpty == false)
        #expect(world.violations(of: .binance).isEmpty)
    }

    @Test("counts every frame as received or as cut off when sockets were full as their connections ended")
    func cutOffFrames() throws {
        var world = World(venues: [.binance])
        let ids = [world.open(.binance, "/stream"), world.open(.binance, "/ws")]
        for id in ids { world.send(#"{"method":"SUBSCRIBE","params":["btcusdt@bookTicker"],"id":1}"#, on: id) }
        world.pass(seconds: 1)
        let received = ids.map { world.frames[$0]?.count ?? 0 }
        // From here on one of the two takes nothing more.
        world.pass(seconds: 1)
        let stuck = (world.frames[ids[0]]?.count ?? 0) - received[0]
        world.simulator.sawCutOff(ids[0], frames: stuck)
        try world.order("cut binance")
        #expect(stuck > 0)
        #expect(world.count("frames_cut_off", of: .binance) == stuck)
        let taken = received[0] + (world.frames[ids[1]]?.count ?? 0)
        #expect(world.count("frames_sent", of: .binance) == taken + world.count("frames_cut_off", of: .binance))
    }

    @Test("opens WebSockets where the venue does, and nowhere else")
    func paths() {
        var world = World(venues: SimulatedVenue.allCases)
        let paths: [(SimulatedVenue, String, Bool)] = [
            (.binanceUsdm, "/public/stream", true), (.binance, "/public/stream", false), (.binance, "/ws", true),
            (.bybit, "/v5/public/spot", true), (.bybit, "/v5/public/linear", false), (.gateio, "/ws/v4/", true),
            (.gateio, "/ws/v4", false),
        ]
        for (venue, path, isAdmitted) in paths {
            let answer = world.simulator.admits(path: path, query: "", venue: venue, at: world.now)
            #expect(answer == isAdmitted, "\(venue) \(path)")
        }
    }

    @Test("admits no more connections than the venue does")
    func admission() {
        var world = World(venues: [.binance])
        for attempt in 1...301 {
            let isAdmitted = world.simulator.admits(path: "/ws", query: "", venue: .binance, at: world.now)
            #expect(isAdmitted == (attempt <= 300))
        }
        #expect(world.violations(of: .binance) == ["connection_rate": 1])
        world.pass(seconds: 301, step: 1)
        let isAdmitted = world.simulator.admits(path: "/ws", query: "", venue: .binance, at: world.now)
        #expect(isAdmitted)
    }
}
