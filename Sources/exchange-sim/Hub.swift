import NIOCore
import NIOHTTP1
import NIOSSL
import NIOWebSocket
import Simulation

/// Owns the simulator and all sockets, on one event loop.
///
/// It reads the clock, hands everything to the simulator, and carries out what it says: all frames of one step are
/// written together and every connection is flushed once.
final class Hub {
    private static let tick = TimeAmount.milliseconds(5)
    private static let bufferedBytesMax = 8 << 20

    private let loop: any EventLoop
    private let tls: Credentials?
    private var simulator: Simulator
    private var sessions: [ConnectionID: Session] = [:]
    private var sockets: [SimulatedVenue: [ObjectIdentifier: any Channel]] = [:]
    /// Those that were let in and never hear a word.
    private var silent: [SimulatedVenue: [ObjectIdentifier: any Channel]] = [:]
    private var doors: [SimulatedVenue: Door] = [:]
    private var written: [Session] = []
    private var effects: [Effect] = []
    private var complaintsTold = 0

    /// With `tls`, the venues speak nothing but TLS; the control port never does.
    init(simulator: Simulator, tls: Credentials?, loop: any EventLoop) {
        self.simulator = simulator
        self.tls = tls
        self.loop = loop
    }

    /// Takes over the listeners of the venues, and lets time pass from now on.
    func start(_ doors: [SimulatedVenue: Door]) {
        self.loop.preconditionInEventLoop()
        self.doors = doors
        let bound = NIOLoopBound(self, eventLoop: self.loop)
        self.loop.scheduleRepeatedTask(initialDelay: Self.tick, delay: Self.tick) { _ in bound.value.step() }
    }

    private func step() {
        self.simulator.advance(to: Clocks.now(), into: &self.effects)
        self.carryOut()
        for session in self.sessions.values { session.tick() }
        for complaint in self.simulator.scenarioComplaints.dropFirst(self.complaintsTold) {
            Standard.error("exchange-sim: scenario: \(complaint)")
            self.complaintsTold += 1
        }
    }

    // MARK: - Connections

    /// Sets up a connection that was just accepted.
    ///
    /// - Parameters:
    ///   - channel: The connection.
    ///   - role: What its listener serves.
    /// - Throws: ``VenueIsCut`` when nobody may get through, and what the pipeline throws. The socket is then closed.
    func accept(_ channel: any Channel, as role: Role) throws {
        self.loop.preconditionInEventLoop()
        let requests = RequestHandler(hub: self, role: role)
        guard case .venue(let venue) = role else {
            try channel.pipeline.syncOperations.configureHTTPServerPipeline(withErrorHandling: true)
            try channel.pipeline.syncOperations.addHandler(requests)
            return
        }
        let bound = NIOLoopBound(self, eventLoop: self.loop)
        let socket = ObjectIdentifier(channel)
        self.sockets[venue, default: [:]][socket] = channel
        channel.closeFuture.whenComplete { _ in
            bound.value.sockets[venue]?[socket] = nil
            bound.value.silent[venue]?[socket] = nil
        }
        switch self.simulator.greet(venue, at: Clocks.now()) {
        case .hangUp: throw VenueIsCut()
        case .silence:
            self.silent[venue, default: [:]][socket] = channel
            return
        case .serve(let fault):
            guard let tls = self.tls else { break }
            let handler = NIOSSLServerHandler(context: tls.context(fault))
            try channel.pipeline.syncOperations.addHandlers([SealedBytes(), handler])
        }
        let boundRequests = NIOLoopBound(requests, eventLoop: self.loop)
        let upgrader = NIOWebSocketServerUpgrader(
            maxFrameSize: 1 << 20,
            automaticErrorHandling: false,
            shouldUpgrade: { channel, head in
                let accepts = bound.value.accepts(head, venue: venue)
                return channel.eventLoop.makeSucceededFuture(accepts ? HTTPHeaders() : nil)
            },
            upgradePipelineHandler: { channel, head in
                channel.eventLoop.makeCompletedFuture { try bound.value.open(channel, head, venue: venue) }
            }
        )
        try channel.pipeline.syncOperations.configureHTTPServerPipeline(
            withServerUpgrade: (
                upgraders: [upgrader],
                completionHandler: { context in
                    context.pipeline.syncOperations.removeHandler(boundRequests.value, promise: nil)
                }
            ),
            withErrorHandling: true
        )
        try channel.pipeline.syncOperations.addHandler(requests)
    }

    private func accepts(_ head: HTTPRequestHead, venue: SimulatedVenue) -> Bool {
        let target = Target(head.uri)
        return self.simulator.admits(path: target.path, query: target.query, venue: venue, at: Clocks.now())
    }

    private func open(_ channel: any Channel, _ head: HTTPRequestHead, venue: SimulatedVenue) throws {
        let target = Target(head.uri)
        guard
            let id = self.simulator.open(path: target.path, query: target.query, venue: venue, at: Clocks.now())
        else { throw ChannelError.alreadyClosed }
        let meter = try? channel.pipeline.syncOperations.handler(type: SealedBytes.self)
        let session = Session(id: id, hub: self, channel: channel, meter: meter)
        // In front of the decoder, behind TLS: what a session writes are finished frames.
        let tls = try? channel.pipeline.syncOperations.handler(type: NIOSSLServerHandler.self)
        try channel.pipeline.syncOperations.addHandler(session.writer, position: tls.map { .after($0) } ?? .first)
        try channel.pipeline.syncOperations.addHandler(session)
        self.sessions[id] = session
    }

    func received(_ frame: ClientFrame, on session: Session) {
        self.simulator.receive(frame, on: session.id, at: Clocks.now(), into: &self.effects)
        self.carryOut()
    }

    func failed(_ session: Session, _ evidence: String) {
        self.simulator.sawProtocolError(session.id, evidence)
        session.end(code: 1002)
    }

    /// The session ends with so many frames that its socket did not take whole.
    func cutOff(_ session: Session, frames: Int) {
        self.simulator.sawCutOff(session.id, frames: frames)
    }

    func closed(_ session: Session) {
        guard self.sessions.removeValue(forKey: session.id) != nil else { return }
        self.simulator.closed(session.id)
    }

    // MARK: - Effects

    private func carryOut() {
        guard !self.effects.isEmpty else { return }
        for effect in self.effects {
            switch effect {
            case .text(let id, let bytes): self.write(.text, bytes, to: id)
            case .binary(let id, let bytes): self.write(.binary, bytes, to: id)
            case .fragments(let id, let bytes, let count): self.write(.text, bytes, pieces: count, to: id)
            case .torn(let id, let bytes, let kept): self.sessions[id]?.tear(bytes, bytes: kept)
            case .ping(let id, let payload): self.write(.ping, payload[...], to: id)
            case .pong(let id, let payload): self.write(.pong, payload[...], to: id)
            case .close(let id, let code): self.sessions[id]?.end(code: code)
            case .reset(let id): self.sessions[id]?.reset()
            case .hangUp(let venue): self.sockets[venue]?.values.forEach { $0.hangUp() }
            case .letGo(let venue): self.silent[venue]?.values.forEach { $0.hangUp() }
            case .refuse(let venue): self.doors[venue]?.shut()
            case .admit(let venue): self.doors[venue]?.reopen()
            }
        }
        self.effects.removeAll(keepingCapacity: true)
        for session in self.written {
            let buffered = session.flush()
            guard buffered > Self.bufferedBytesMax else { continue }
            self.simulator.sawSlowConsumer(session.id, bufferedBytes: buffered)
            session.end(code: nil)
        }
        self.written.removeAll(keepingCapacity: true)
    }

    private func write(_ opcode: WebSocketOpcode, _ payload: ArraySlice<UInt8>, pieces: Int = 1, to id: ConnectionID) {
        let isCounted = opcode == .text || opcode == .binary
        guard let session = self.sessions[id] else {
            if isCounted { self.simulator.sawCutOff(id, frames: 1) }
            return
        }
        switch session.append(opcode, payload, pieces: pieces) {
        case .first: self.written.append(session)
        case .further: break
        // The venue sends on until it hears that the socket is gone.
        case .ended: if isCounted { self.simulator.sawCutOff(id, frames: 1) }
        }
    }

    // MARK: - Requests

    /// Nil: there will be no answer.
    func respond(to head: HTTPRequestHead, as role: Role) -> RestResponse? {
        let request = RestRequest(method: head.method.rawValue, target: head.uri)
        switch role {
        case .control:
            let control = Control(isSecure: self.tls != nil, now: Clocks.now())
            let response = control.respond(to: request, simulator: &self.simulator, effects: &self.effects)
            self.carryOut()
            return response
        case .venue(let venue): return self.simulator.respond(to: request, venue: venue, at: Clocks.now())
        }
    }
}

/// Why a connection was not set up.
struct VenueIsCut: Error {}

/// Path and query of a request line; the query decoded, since streams may come with escaped slashes and signs.
struct Target {
    let path: String
    let query: String

    init(_ uri: String) {
        let parts = uri.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        self.path = parts.first.map(RestRequest.decoded) ?? "/"
        self.query = parts.count == 2 ? RestRequest.decoded(parts[1]) : ""
    }
}
