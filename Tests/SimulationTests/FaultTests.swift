import Testing

@testable import Simulation

@Suite("A misbehaving venue")
struct FaultTests {
    private static let subscribe = #"{"method":"SUBSCRIBE","params":["btcusdt@bookTicker","btcusdt@trade"],"id":1}"#
    private var world = World(venues: [.binance, .bybit, .gateio], symbols: 5, rate: 80)

    private mutating func subscribed() -> ConnectionID {
        let id = self.world.open(.binance, "/stream")
        self.world.send(Self.subscribe, on: id)
        return id
    }

    private func count(_ name: String) -> Int { self.world.count(name, of: .binance) }

    /// What the first fault of binance did, ended or not.
    private func did(_ name: String) -> Int64? {
        let venue = self.world.state["venues"]?["binance"]
        let faults = (venue?["faults"]?.elements ?? []) + (venue?["faults_ended"]?.elements ?? [])
        return faults.first?[name]?.integer
    }

    @Test(
        "accounts for every frame, whatever is done to them, and is whole again when healed",
        arguments: [
            "mute binance", "skip binance", "skip binance what=quotes every=3", "duplicate binance every=2",
            "reorder binance every=3", "delay binance by=300ms", "throttle binance rate=2000",
            "fragment binance pieces=4", "binary binance count=5", "garbage binance", "oversized binance bytes=2000000",
            "half-open binance", "tear binance bytes=1000", "drop binance", "close binance code=1012", "cut binance",
            "refuse binance", "stall binance", "announce binance after=500ms", "max-age binance after=1s",
            "clock binance by=-3s", "delist binance symbol=BTCUSDT", "tls binance certificate=expired",
        ]
    )
    mutating func accounts(order: String) throws {
        _ = self.subscribed()
        self.world.pass(seconds: 1)
        try self.world.order(order)
        for _ in 0..<20 {
            self.world.pass(seconds: 0.1)
            #expect(self.world.residuals(of: .binance) == [0, 0])
        }
        try self.world.order("heal binance")
        self.world.pass(seconds: 0.1)
        #expect(self.count("frames_held") == 0)
        let again = self.subscribed()
        self.world.pass(seconds: 2)
        let isGone = order.hasPrefix("delist")
        #expect(self.world.frames[again]?.count ?? 0 > 1 || isGone)
        #expect(self.world.residuals(of: .binance) == [0, 0])
        #expect(self.world.state["venues"]?["binance"]?["faults"]?.elements?.isEmpty == true)
    }

    @Test("an order with a duration or a count ends by itself, and is remembered with what it did")
    mutating func ends() throws {
        let id = self.subscribed()
        try self.world.order("mute binance for=1s")
        self.world.pass(seconds: 0.9)
        let muted = self.world.frames[id]?.count
        self.world.pass(seconds: 2)
        #expect(self.world.frames[id]?.count ?? 0 > muted ?? 0)
        #expect(self.did("frames") ?? 0 > 0)
        try self.world.order("binary binance count=3")
        self.world.pass(seconds: 2)
        #expect(self.world.binaries == 3)
        #expect(self.count("frames_added") == 3)
    }

    @Test("garbage is no JSON, and nothing follows it on its connection")
    mutating func garbage() throws {
        for _ in 0..<8 {
            let id = self.subscribed()
            try self.world.order("garbage binance")
            self.world.pass(seconds: 1)
            let frames = self.world.frames[id] ?? []
            #expect(throws: JSONSyntaxError.self) { try parse(frames.last ?? "") }
            for frame in frames.dropLast() { _ = try parse(frame) }
            self.world.simulator.closed(id)
        }
    }

    @Test("a delay keeps the order, a reordered quote comes behind its successor")
    mutating func order() throws {
        let id = self.subscribed()
        try self.world.order("delay binance by=500ms")
        let before = self.world.frames[id]?.count ?? 0
        self.world.pass(seconds: 0.45)
        #expect(self.world.frames[id]?.count == before)
        self.world.pass(seconds: 2)
        #expect(try self.numbers(on: id) == self.numbers(on: id).sorted())
        try self.world.order("heal binance")
        try self.world.order("reorder binance every=3")
        self.world.pass(seconds: 3)
        let numbers = try self.numbers(on: id)
        #expect(numbers != numbers.sorted())
        #expect(Set(numbers).count == numbers.count)
    }

    private func numbers(on id: ConnectionID) throws -> [Int64] {
        try (self.world.frames[id] ?? []).compactMap { try parse($0)["data"]?["u"]?.integer }
    }

    @Test("a slow line carries what its rate allows, in order")
    mutating func throttle() throws {
        let id = self.subscribed()
        try self.world.order("throttle binance rate=1000")
        let before = self.count("bytes_sent")
        self.world.pass(seconds: 4)
        #expect((3_000...4_800).contains(self.count("bytes_sent") - before))
        #expect(self.count("frames_held") > 0)
        #expect(try self.numbers(on: id) == self.numbers(on: id).sorted())
    }

    @Test("a connection is torn at the very byte, in the middle of a frame")
    mutating func tear() throws {
        let id = self.subscribed()
        self.world.pass(seconds: 1)
        let before = (self.world.frames[id] ?? []).count
        try self.world.order("tear binance bytes=777 count=1")
        self.world.pass(seconds: 5)
        let whole = (self.world.frames[id] ?? [])[before...].reduce(0) { total, frame in
            total + frame.utf8.count + Frame.headerBytes(payload: frame.utf8.count)
        }
        #expect(whole + (self.world.torn[id] ?? 0) == 777)
        #expect(self.world.ended[id] == .some(nil))
        #expect(self.did("connections") == 1)
    }

    @Test("what was on its way when its connection ended is cut off, not forgotten")
    mutating func endedInOneStep() {
        let id = self.subscribed()
        self.world.pass(seconds: 1)
        self.world.simulator.closed(id)
        self.world.simulator.sawCutOff(id, frames: 2)
        #expect(self.count("frames_cut_off") == 2)
    }

    @Test("skipped trades leave a hole in their numbers")
    mutating func skip() throws {
        let id = self.subscribed()
        try self.world.order("skip binance every=4 symbol=BTCUSDT")
        self.world.pass(seconds: 20)
        let ids = try (self.world.frames[id] ?? []).compactMap { try parse($0)["data"]?["t"]?.integer }
        let holes = zip(ids, ids.dropFirst()).filter { $1 > $0 + 1 }
        #expect(!holes.isEmpty)
    }

    @Test("half open, it neither reads nor writes, keeps its sockets, and blames nobody for it")
    mutating func halfOpen() throws {
        let id = self.world.open(.gateio, "/ws/v4/")
        try self.world.order("half-open gateio for=100s")
        #expect(self.world.send(#"{"channel":"spot.ping"}"#, on: id).isEmpty)
        #expect(self.world.simulator.greet(.gateio, at: self.world.now) == .silence)
        self.world.pass(seconds: 99)
        #expect(self.world.ended[id] == nil)
        self.world.pass(seconds: 2)
        #expect(self.world.send(#"{"channel":"spot.ping"}"#, on: id).count == 1)
        #expect(self.world.violations(of: .gateio).isEmpty)
        #expect(self.world.doors == ["let go gateio"])
    }

    @Test("announces its end in the words of each venue, and then closes")
    mutating func announces() throws {
        let ids = [
            self.world.open(.binance, "/stream"), self.world.open(.binance, "/ws"),
            self.world.open(.gateio, "/ws/v4/"), self.world.open(.bybit, "/v5/public/spot"),
        ]
        try self.world.order("announce all after=2s")
        let words = try ids.map { id in try self.world.frames[id]?.last.map(parse) }
        #expect(words[0]?["stream"]?.text == "!serverShutdown")
        #expect(words[0]?["data"]?["e"]?.text == "serverShutdown")
        #expect(words[1]?["e"]?.text == "serverShutdown")
        #expect(words[2]?["event"]?.text == "upgrade")
        #expect(words[3] == nil)
        self.world.pass(seconds: 1.9)
        #expect(self.world.ended.isEmpty)
        self.world.pass(seconds: 0.2)
        #expect(ids.allSatisfy { self.world.ended[$0] == .some(1001) })
    }

    @Test("no connection outlives the age that is set")
    mutating func maxAge() throws {
        try self.world.order("max-age bybit after=2s")
        let id = self.world.open(.bybit, "/v5/public/spot")
        self.world.pass(seconds: 1.8)
        #expect(self.world.ended[id] == nil)
        self.world.pass(seconds: 0.4)
        #expect(self.world.ended[id] == .some(1001))
        #expect(self.world.violations(of: .bybit) == ["lifetime": 1])
    }

    @Test("a wrong clock shows in every time it tells, and in none that it measures")
    mutating func clock() throws {
        try self.world.order("clock gateio by=-30s")
        let id = self.world.open(.gateio, "/ws/v4/")
        let ack = try parse(
            self.world.send(
                #"{"channel":"spot.book_ticker","event":"subscribe","payload":["BTC_USDT"]}"#,
                on: id
            )[0]
        )
        self.world.pass(seconds: 1)
        let quote = try parse(self.world.frames[id]?.last ?? "")
        let seconds = self.world.now.unixNanoseconds / 1_000_000_000
        #expect(abs((ack["time"]?.integer ?? 0) - seconds + 30) <= 1)
        #expect(abs((quote["result"]?["t"]?.integer ?? 0) / 1_000 - seconds + 30) <= 1)
        #expect(self.world.ended.isEmpty)
    }

    @Test("a client of Bybit that sends no ping for a minute breaks a rule")
    mutating func heartbeat() {
        let id = self.world.open(.bybit, "/v5/public/spot")
        self.world.send(#"{"op":"subscribe","args":["orderbook.1.BTCUSDT"]}"#, on: id)
        self.world.pass(seconds: 59, step: 0.1)
        self.world.send(#"{"op":"ping"}"#, on: id)
        self.world.pass(seconds: 59, step: 0.1)
        #expect(self.world.violations(of: .bybit).isEmpty)
        self.world.pass(seconds: 2, step: 0.1)
        #expect(self.world.violations(of: .bybit) == ["heartbeat_missing": 1])
    }
}
