import Core
import NIOCore
import NIOEmbedded
import Simulation

@testable import Feed

/// What stands between a simulated venue and a feed in a test: no socket, no waiting, and a clock that only moves when
/// told. Frames pass as the bytes that they would be, and arrive at once.
// Invariant: used by the one thread of its test, which is also that of the embedded loop.
final class VirtualNetwork: @unchecked Sendable {
    /// How long it takes to connect, and to be answered a request.
    private static let delay = TimeAmount.milliseconds(10)

    let venue: SimulatedVenue
    private let path: String
    private let loop: EmbeddedEventLoop
    private let clock: ReceiveClock
    private var simulator: Simulator
    private var isShut = false
    private var channels: [ConnectionID: EmbeddedChannel] = [:]
    /// Those that were let in and never hear a word.
    private var silent: [(channel: EmbeddedChannel, promise: EventLoopPromise<WebSocketUpgrader.Outcome>)] = []

    /// `path` is where clients of the venue open their WebSockets.
    init(
        venue: SimulatedVenue,
        path: String,
        market: MarketModel.Settings,
        loop: EmbeddedEventLoop,
        clock: ReceiveClock
    ) {
        (self.venue, self.path, self.loop, self.clock) = (venue, path, loop, clock)
        self.simulator = Simulator(model: market, venues: [venue], at: Self.moment(clock))
    }

    private static func moment(_ clock: ReceiveClock) -> Moment {
        Moment(nanoseconds: clock.monotonic.nanoseconds, unixNanoseconds: clock.wall.nanoseconds)
    }

    private var moment: Moment { Self.moment(self.clock) }

    /// What the venue and its clients say by now.
    func step() {
        self.listen()
        self.say { simulator, effects in simulator.advance(to: self.moment, into: &effects) }
    }

    func order(_ line: String) throws {
        let order = try FaultOrder(line: line)
        var effects: [Effect] = []
        try self.simulator.obey(order, at: self.moment, into: &effects)
        self.carry(effects)
    }

    /// Lets go whoever still waits for a word.
    func finish() {
        for (channel, promise) in self.silent {
            channel.close(promise: nil)
            promise.fail(ChannelError.eof)
        }
        self.silent = []
    }

    /// Frames that the venue sent and that are neither received nor cut off.
    func missingFrames(received: UInt64) -> Int {
        let account = (try? JSONParser.parse(self.simulator.stateBody()))?["venues"]?[self.venue.rawValue] ?? .null
        func count(_ name: String) -> Int {
            guard case .number(let text)? = account[name] else { return -1 }
            return Int(text) ?? -1
        }
        return count("frames_sent") - count("frames_cut_off") - Int(received)
    }

    // MARK: What clients say

    private func listen() {
        for id in self.channels.keys.sorted(by: { $0.rawValue < $1.rawValue }) {
            guard let channel = self.channels[id] else { continue }
            while let buffer = try? channel.readOutbound(as: ByteBuffer.self) {
                for frame in Wire.clientFrames(Array(buffer.readableBytesView)) {
                    self.say { simulator, effects in
                        simulator.receive(frame, on: id, at: self.moment, into: &effects)
                    }
                }
            }
            if !channel.isActive { self.forget(id) }
        }
    }

    private func forget(_ id: ConnectionID) {
        guard self.channels.removeValue(forKey: id) != nil else { return }
        self.simulator.closed(id)
    }

    // MARK: What the venue says

    private func say(_ speak: (inout Simulator, inout [Effect]) -> Void) {
        var effects: [Effect] = []
        speak(&self.simulator, &effects)
        self.carry(effects)
    }

    private func carry(_ effects: [Effect]) {
        for effect in effects {
            switch effect {
            case .text(let id, let bytes): self.deliver(Wire.message(1, bytes), to: id)
            case .binary(let id, let bytes): self.deliver(Wire.message(2, bytes), to: id)
            case .fragments(let id, let bytes, let count): self.deliver(Wire.message(1, bytes, pieces: count), to: id)
            case .ping(let id, let payload): self.deliver(Wire.message(9, payload[...]), to: id, isCounted: false)
            case .pong(let id, let payload): self.deliver(Wire.message(10, payload[...]), to: id, isCounted: false)
            case .torn(let id, let bytes, let kept):
                self.deliver(Array(Wire.message(1, bytes).prefix(kept)), to: id, isCounted: false)
                self.simulator.sawCutOff(id, frames: 1)
                self.end(id)
            case .close(let id, let code):
                if let code {
                    let payload = [UInt8(code >> 8), UInt8(code & 255)]
                    self.deliver(Wire.message(8, payload[...]), to: id, isCounted: false)
                }
                self.end(id)
            case .reset(let id):
                self.channels[id]?.pipeline.fireErrorCaught(IOError(errnoCode: 104, reason: "read"))
                self.end(id)
            case .hangUp, .letGo: self.finish()
            case .refuse: self.isShut = true
            case .admit: self.isShut = false
            }
        }
    }

    private func deliver(_ bytes: [UInt8], to id: ConnectionID, isCounted: Bool = true) {
        guard let channel = self.channels[id], channel.isActive else {
            if isCounted { self.simulator.sawCutOff(id, frames: 1) }
            return
        }
        _ = try? channel.writeInbound(ByteBuffer(bytes: bytes))
    }

    private func end(_ id: ConnectionID) {
        self.channels[id]?.close(promise: nil)
        self.forget(id)
    }
}

// MARK: - Connections

extension VirtualNetwork: FeedConnector {
    func connect(
        on loop: any EventLoop,
        makeHandler: @escaping @Sendable () -> FrameHandler,
        connected: @escaping @Sendable (any Channel) -> Void,
        declined: @escaping @Sendable (_ status: Int, _ retryAfter: String?) -> Void
    ) -> EventLoopFuture<WebSocketUpgrader.Outcome> {
        let promise = loop.makePromise(of: WebSocketUpgrader.Outcome.self)
        self.loop.scheduleTask(in: Self.delay) {
            guard !self.isShut else { return promise.fail(ConnectError.refused) }
            do {
                let channel = EmbeddedChannel(loop: self.loop)
                try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
                connected(channel)
                try self.receive(channel, makeHandler, declined, promise)
            } catch {
                promise.fail(error)
            }
        }
        return promise.futureResult
    }

    private func receive(
        _ channel: EmbeddedChannel,
        _ makeHandler: () -> FrameHandler,
        _ declined: (Int, String?) -> Void,
        _ promise: EventLoopPromise<WebSocketUpgrader.Outcome>
    ) throws {
        switch self.simulator.greet(self.venue, at: self.moment) {
        case .hangUp: throw ChannelError.eof
        case .silence: self.silent.append((channel: channel, promise: promise))
        case .serve(.some): throw ConnectError.tls
        case .serve(nil):
            guard self.simulator.admits(path: self.path, query: "", venue: self.venue, at: self.moment),
                let id = self.simulator.open(path: self.path, query: "", venue: self.venue, at: self.moment)
            else {
                promise.succeed(.declined)
                return declined(426, nil)
            }
            try channel.pipeline.syncOperations.addHandler(makeHandler())
            self.channels[id] = channel
            promise.succeed(.upgraded)
        }
    }
}

// MARK: - Requests

extension VirtualNetwork: RestTransport {
    func send(_ request: Feed.RestRequest) async throws(RestError) -> Feed.RestResponse { throw .shutDown }

    func send(
        _ request: Feed.RestRequest,
        completion: @escaping @Sendable (Result<Feed.RestResponse, RestError>) -> Void
    ) {
        let (start, startedAt) = (self.clock.monotonic, self.clock.now)
        self.loop.scheduleTask(in: Self.delay) {
            let answer = self.answer(request.url, since: start, startedAt)
            // Not before the client's own patience ends.
            guard case .failure(.timeout) = answer else { return completion(answer) }
            self.loop.scheduleTask(in: .seconds(10)) { completion(answer) }
        }
    }

    /// As the REST client takes it: what takes too long or is too much is no answer.
    private func answer(
        _ url: String,
        since start: MonotonicInstant,
        _ startedAt: Timestamp
    ) -> Result<Feed.RestResponse, RestError> {
        guard !self.isShut else { return .failure(.refused) }
        let target = "/" + (url.split(separator: "/", maxSplits: 2).last ?? "")
        let request = Simulation.RestRequest(method: "GET", target: target)
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
                duration: self.clock.monotonic.since(start),
                headers: [],
                retryAfter: retryAfter.map { .seconds($0) }
            )
        )
    }
}
