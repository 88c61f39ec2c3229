@testable import Simulation

/// A simulator, a clock that only moves when told, and what every connection was sent.
struct World {
    var simulator: Simulator
    private(set) var seconds = 0.0
    private(set) var frames: [ConnectionID: [String]] = [:]
    private(set) var pings: [ConnectionID: [[UInt8]]] = [:]
    private(set) var ended: [ConnectionID: UInt16?] = [:]
    private(set) var reset: [ConnectionID] = []
    /// What happened to whole venues, in order: `hang up binance`.
    private(set) var doors: [String] = []
    /// Frames that clients received whole, of any kind, and how many came in pieces, or as binary ones.
    private(set) var received: [ConnectionID: Int] = [:]
    private(set) var pieces: [ConnectionID: [Int]] = [:]
    private(set) var binaries = 0
    /// The bytes of frames that ended in the middle.
    private(set) var torn: [ConnectionID: Int] = [:]

    static let start = Moment(nanoseconds: 1_000_000_000, unixNanoseconds: 1_790_000_000_000_000_000)

    init(
        venues: [SimulatedVenue],
        symbols: Int = 10,
        rate: Double = 200,
        seed: UInt64 = 7,
        freezeAfter: Double? = nil,
        scenario: Scenario? = nil
    ) {
        var settings = MarketModel.Settings()
        (settings.symbols, settings.quotesPerSecond, settings.seed) = (symbols, rate, seed)
        self.simulator = Simulator(
            model: settings,
            venues: venues,
            freezeAfterSeconds: freezeAfter,
            scenario: scenario,
            at: Self.start
        )
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

    mutating func order(_ line: String) throws {
        var effects: [Effect] = []
        try self.simulator.obey(FaultOrder(line: line), at: self.now, into: &effects)
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
            case .text(let id, let bytes):
                guard self.receive(on: id) else { continue }
                self.frames[id, default: []].append(String(decoding: bytes, as: UTF8.self))
            case .binary(let id, _): self.binaries += self.receive(on: id) ? 1 : 0
            case .fragments(let id, let bytes, let count):
                guard self.receive(on: id) else { continue }
                self.frames[id, default: []].append(String(decoding: bytes, as: UTF8.self))
                self.pieces[id, default: []].append(count)
            case .torn(let id, _, let bytes):
                self.torn[id] = bytes
                self.simulator.sawCutOff(id, frames: 1)
                self.end(id, code: nil)
            case .ping(let id, let payload): self.pings[id, default: []].append(payload)
            case .pong: break
            case .close(let id, let code):
                self.end(id, code: code)
            case .reset(let id):
                self.reset.append(id)
                self.end(id, code: nil)
            case .hangUp(let venue): self.doors.append("hang up \(venue.rawValue)")
            case .letGo(let venue): self.doors.append("let go \(venue.rawValue)")
            case .refuse(let venue): self.doors.append("refuse \(venue.rawValue)")
            case .admit(let venue): self.doors.append("admit \(venue.rawValue)")
            }
        }
        for id in self.ended.keys { self.simulator.closed(id) }
    }

    /// As the shell does: what is sent to a connection that has ended counts as cut off.
    private mutating func receive(on id: ConnectionID) -> Bool {
        guard self.ended[id] == nil else {
            self.simulator.sawCutOff(id, frames: 1)
            return false
        }
        self.received[id, default: 0] += 1
        return true
    }

    private mutating func end(_ id: ConnectionID, code: UInt16?) {
        if self.ended[id] == nil { self.ended[id] = .some(code) }
    }

    /// What is left over of the venue's account: 0 and 0 when every frame is somewhere.
    func residuals(of venue: SimulatedVenue) -> [Int] {
        func count(_ name: String) -> Int { self.count(name, of: venue) }
        let made = count("frames_made") + count("frames_added") + count("frames_doubled")
        let gone = count("frames_sent") + count("frames_withheld") + count("frames_held")
        let received = self.received.values.reduce(0, +)
        return [made - gone, count("frames_sent") - count("frames_cut_off") - received]
    }
}

func parse(_ text: String) throws -> JSONValue { try JSONParser.parse(Array(text.utf8)) }
