import Core
import Simulation

@testable import Feed

/// What stands between a simulated venue and a feed in a test: no socket, no waiting, and a clock that only moves when
/// told. Everything arrives at once; frames pass as the bytes that they would be.
struct VirtualNetwork {
    /// How an attempt to connect ends.
    enum Attempt {
        case refused, hungUp, untrusted, declined
        /// Connected, and not a word.
        case silent
        case open(ConnectionID)
    }

    /// What a client sees of its connection.
    enum Arrival {
        case bytes([UInt8])
        /// The end of the stream, in order or by a reset.
        case end(isReset: Bool)
    }

    static let start = Moment(nanoseconds: 1_000_000_000, unixNanoseconds: 1_790_000_000_000_000_000)

    let venue: SimulatedVenue
    private(set) var simulator: Simulator
    private var nanoseconds: Int64 = 0
    private var isShut = false
    private var arrivals: [(id: ConnectionID, arrival: Arrival)] = []
    /// Raised whenever those are hung up on that never heard a word.
    private(set) var hangUps = 0

    init(venue: SimulatedVenue, symbols: Int, quotesPerSecond: Double, seed: UInt64) {
        var settings = MarketModel.Settings()
        (settings.symbols, settings.quotesPerSecond, settings.seed) = (symbols, quotesPerSecond, seed)
        self.venue = venue
        self.simulator = Simulator(model: settings, venues: [venue], at: Self.start)
    }

    var moment: Moment {
        Moment(
            nanoseconds: Self.start.nanoseconds + self.nanoseconds,
            unixNanoseconds: Self.start.unixNanoseconds + self.nanoseconds
        )
    }

    mutating func pass(nanoseconds: Int64) {
        self.nanoseconds += nanoseconds
        var effects: [Effect] = []
        self.simulator.advance(to: self.moment, into: &effects)
        self.carry(effects)
    }

    mutating func order(_ line: String) throws {
        var effects: [Effect] = []
        try self.simulator.obey(FaultOrder(line: line), at: self.moment, into: &effects)
        self.carry(effects)
    }

    mutating func connect(path: String) -> Attempt {
        guard !self.isShut else { return .refused }
        switch self.simulator.greet(self.venue, at: self.moment) {
        case .hangUp: return .hungUp
        case .silence: return .silent
        case .serve(let fault):
            guard fault == nil else { return .untrusted }
            guard self.simulator.admits(path: path, query: "", venue: self.venue, at: self.moment),
                let id = self.simulator.open(path: path, query: "", venue: self.venue, at: self.moment)
            else { return .declined }
            return .open(id)
        }
    }

    mutating func send(_ frame: ClientFrame, on id: ConnectionID) {
        var effects: [Effect] = []
        self.simulator.receive(frame, on: id, at: self.moment, into: &effects)
        self.carry(effects)
    }

    /// The client has ended its connection: what was under way is lost to it.
    mutating func close(_ id: ConnectionID) {
        self.arrivals.removeAll { $0.id == id }
        self.simulator.closed(id)
    }

    /// Asks as the REST client does: what takes too long or is too much is no answer.
    mutating func get(_ target: String, startedAt: Timestamp) -> Result<Feed.RestResponse, RestError> {
        let request = Simulation.RestRequest(method: "GET", target: target)
        guard !self.isShut else { return .failure(.refused) }
        guard let answer = self.simulator.respond(to: request, venue: self.venue, at: self.moment),
            answer.bytesPerSecond == nil
        else { return .failure(.timeout) }
        guard answer.blanks == 0 else { return .failure(.tooLarge) }
        let retryAfter = answer.headers.first { $0.name == "Retry-After" }.flatMap { Int64($0.value) }
        return .success(
            Feed.RestResponse(
                status: answer.status,
                body: answer.body,
                startedAt: startedAt,
                duration: .zero,
                headers: [],
                retryAfter: retryAfter.map { .seconds($0) }
            )
        )
    }

    /// What came for a connection since it was last asked for.
    mutating func take(_ id: ConnectionID) -> [Arrival] {
        let own = self.arrivals.filter { $0.id == id }.map(\.arrival)
        self.arrivals.removeAll { $0.id == id }
        return own
    }

    private mutating func carry(_ effects: [Effect]) {
        for effect in effects {
            switch effect {
            case .text(let id, let bytes): self.arrive(id, Wire.message(1, bytes))
            case .binary(let id, let bytes): self.arrive(id, Wire.message(2, bytes))
            case .fragments(let id, let bytes, let count): self.arrive(id, Wire.message(1, bytes, pieces: count))
            case .ping(let id, let payload): self.arrive(id, Wire.message(9, payload[...]))
            case .pong(let id, let payload): self.arrive(id, Wire.message(10, payload[...]))
            case .torn(let id, let bytes, let kept):
                self.arrive(id, Array(Wire.message(1, bytes).prefix(kept)))
                self.end(id, isReset: false)
            case .close(let id, let code):
                if let code { self.arrive(id, Wire.message(8, [UInt8(code >> 8), UInt8(code & 255)])) }
                self.end(id, isReset: false)
            case .reset(let id): self.end(id, isReset: true)
            case .hangUp, .letGo: self.hangUps += 1
            case .refuse: self.isShut = true
            case .admit: self.isShut = false
            }
        }
    }

    private mutating func arrive(_ id: ConnectionID, _ bytes: [UInt8]) {
        self.arrivals.append((id: id, arrival: .bytes(bytes)))
    }

    private mutating func end(_ id: ConnectionID, isReset: Bool) {
        self.arrivals.append((id: id, arrival: .end(isReset: isReset)))
        self.simulator.closed(id)
    }
}

/// Frames as a server writes them (RFC 6455, section 5.2).
enum Wire {
    static func message(_ opcode: UInt8, _ payload: ArraySlice<UInt8>, pieces: Int = 1) -> [UInt8] {
        let size = max(1, (payload.count + pieces - 1) / pieces)
        var bytes: [UInt8] = []
        var (rest, opcode) = (payload, opcode)
        repeat {
            let part = rest.prefix(size)
            rest = rest.dropFirst(part.count)
            bytes.append((rest.isEmpty ? 0x80 : 0) | opcode)
            switch part.count {
            case ..<126: bytes.append(UInt8(part.count))
            case ..<65_536: bytes += [126, UInt8(part.count >> 8), UInt8(part.count & 255)]
            default:
                bytes.append(127)
                for shift in stride(from: 56, through: 0, by: -8) { bytes.append(UInt8(part.count >> shift & 255)) }
            }
            bytes += part
            opcode = 0
        } while !rest.isEmpty
        return bytes
    }
}
