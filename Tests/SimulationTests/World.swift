@testable import Simulation

/// A simulator, a clock that only moves when told, and what every connection was sent.
struct World {
    var simulator: Simulator
    private(set) var seconds = 0.0
    private(set) var frames: [ConnectionID: [String]] = [:]
    private(set) var pings: [ConnectionID: [[UInt8]]] = [:]
    private(set) var ended: [ConnectionID: UInt16?] = [:]
    private(set) var hungUp: [SimulatedVenue] = []

    static let start = Moment(nanoseconds: 1_000_000_000, unixNanoseconds: 1_790_000_000_000_000_000)

    init(venues: [SimulatedVenue], symbols: Int = 10, rate: Double = 200, seed: UInt64 = 7, freezeAfter: Double? = nil)
    {
        var settings = MarketModel.Settings()
        (settings.symbols, settings.quotesPerSecond, settings.seed) = (symbols, rate, seed)
        self.simulator = Simulator(model: settings, venues: venues, freezeAfterSeconds: freezeAfter, at: Self.start)
    }

    init(replay: [Simulator.Replayed], speed: Double) {
        self.simulator = Simulator(replay: replay, speed: speed, seed: 1, at: Self.start)
    }

    var now: Moment {
        let passed = Int64(self.seconds * 1e9)
        return Moment(
            nanoseconds: Self.start.nanoseconds + passed,
            unixNanoseconds: Self.start.unixNanoseconds + passed
        )
    }

    mutating func open(_ venue: SimulatedVenue, _ path: String, query: String = "") -> ConnectionID {
        guard let id = self.simulator.open(path: path, query: query, venue: venue, at: self.now) else {
            preconditionFailure("no WebSocket at \(path)")
        }
        self.frames[id] = []
        return id
    }

    /// Sends a text and returns what came back at once.
    @discardableResult
    mutating func send(_ text: String, on id: ConnectionID) -> [String] {
        let before = self.frames[id]?.count ?? 0
        self.receive(.text(Array(text.utf8)), on: id)
        return Array((self.frames[id] ?? [])[before...])
    }

    mutating func receive(_ frame: ClientFrame, on id: ConnectionID) {
        var effects: [Effect] = []
        self.simulator.receive(frame, on: id, at: self.now, into: &effects)
        self.collect(effects)
    }

    mutating func cut(_ venue: SimulatedVenue) {
        var effects: [Effect] = []
        self.simulator.cut(venue, into: &effects)
        self.collect(effects)
    }

    /// Lets time pass in steps of 10 ms, answering pings when asked to.
    mutating func pass(seconds: Double, step: Double = 0.01, answersPings: Bool = false) {
        var left = seconds
        while left > 1e-9 {
            self.seconds += min(step, left)
            left -= step
            var effects: [Effect] = []
            self.simulator.advance(to: self.now, into: &effects)
            self.collect(effects)
            guard answersPings else { continue }
            for case .ping(let id, let payload) in effects { self.receive(.pong(payload), on: id) }
        }
    }

    /// The process stands still: the clock jumps without a step in between.
    mutating func standStill(seconds: Double) { self.seconds += seconds }

    var state: JSONValue { (try? JSONParser.parse(self.simulator.stateBody())) ?? .null }

    func count(_ name: String, of venue: SimulatedVenue) -> Int {
        Int(self.state["venues"]?[venue.rawValue]?[name]?.integer ?? -1)
    }

    func violations(of venue: SimulatedVenue) -> [String: Int] {
        var counts: [String: Int] = [:]
        for violation in self.state["venues"]?[venue.rawValue]?["violations"]?.elements ?? [] {
            counts[violation["rule"]?.text ?? "?"] = Int(violation["count"]?.integer ?? -1)
        }
        return counts
    }

    private mutating func collect(_ effects: [Effect]) {
        for effect in effects {
            switch effect {
            case .text(let id, let bytes): self.frames[id, default: []].append(String(decoding: bytes, as: UTF8.self))
            case .ping(let id, let payload): self.pings[id, default: []].append(payload)
            case .pong: break
            case .close(let id, let code):
                self.ended[id] = .some(code)
                self.simulator.closed(id)
            case .hangUp(let venue): self.hungUp.append(venue)
            }
        }
    }
}

func parse(_ text: String) throws -> JSONValue { try JSONParser.parse(Array(text.utf8)) }
