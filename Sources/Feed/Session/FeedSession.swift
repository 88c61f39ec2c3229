import Core
import Metrics
import NIOCore
import Venues

/// What a session tells its venue's feed, always on the event loop.
protocol FeedSessionOwner: AnyObject {
    /// Whether one more attempt to connect is within the venue's budget; else when it will be.
    func admitConnect(at now: MonotonicInstant) -> MonotonicInstant?
    func sessionMoved(from old: SessionPhase?, to new: SessionPhase)
    func sessionWentLive()
    func sessionFailed(_ error: ConnectError, words: String?)
    func sessionLost(_ reason: LossReason, wasLive: Bool, words: String?)
    func sessionRefused(_ venueSymbols: [String], words: String)
    func readEnded(at now: MonotonicInstant, frames: Int)
}

/// One connection of a venue and the instruments on it: the thin shell that does what a ``SessionMachine`` decides.
// Invariant: everything is read and written on `loop` only; every entry point checks it.
final class FeedSession: @unchecked Sendable {
    let instruments: [InstrumentIndex]
    private let venueSymbols: [String]
    private let positions: [String: InstrumentIndex]
    private let names: [InstrumentIndex: String]
    private let symbols: SymbolTable
    private let adapterType: any VenueAdapter.Type
    private let connector: WebSocketConnector
    private let maxMessageBytes: Int
    private let loop: any EventLoop
    private let clock: ReceiveClock
    private let instrumentation: VenueInstruments
    private let intake: EventIntake
    private var owner: (any FeedSessionOwner)?

    private var machine: SessionMachine
    private var generator = SystemRandomNumberGenerator()
    private var adapter: any VenueAdapter
    private var events: EventBuffer = []
    private var channel: (any Channel)?
    private var handler: FrameHandler?
    /// Tells the answers of an attempt that was given up from those of the present one.
    private var attempt: UInt64 = 0
    private var attemptStart = MonotonicInstant(nanoseconds: 0)
    private var readAt = MonotonicInstant(nanoseconds: 0)
    private var stamp = Timestamp(nanoseconds: 0)
    /// Decided in the middle of a read, done at its end.
    private var condemned: LossReason?
    private var condemnedWords: String?
    private var timer: Scheduled<Void>?
    private var timerAt: MonotonicInstant?
    private(set) var liveSince: Timestamp?
    private var closed: EventLoopPromise<Void>?

    init(
        watching: [(instrument: InstrumentIndex, venueSymbol: String)],
        adapter: any VenueAdapter.Type,
        connector: WebSocketConnector,
        limits: SessionLimits,
        maxMessageBytes: Int,
        loop: any EventLoop,
        clock: ReceiveClock,
        instrumentation: VenueInstruments,
        intake: EventIntake,
        owner: any FeedSessionOwner
    ) {
        self.instruments = watching.map(\.instrument)
        self.venueSymbols = watching.map(\.venueSymbol)
        self.positions = .init(uniqueKeysWithValues: watching.map { ($0.venueSymbol, $0.instrument) })
        self.names = .init(uniqueKeysWithValues: watching.map { ($0.instrument, $0.venueSymbol) })
        self.symbols = SymbolTable(watching.map { ($0.venueSymbol, $0.instrument) })
        self.adapterType = adapter
        self.adapter = adapter.init(symbols: self.symbols)
        self.connector = connector
        self.machine = SessionMachine(limits: limits)
        self.maxMessageBytes = maxMessageBytes
        self.loop = loop
        self.clock = clock
        self.instrumentation = instrumentation
        self.intake = intake
        self.owner = owner
        self.events.reserveCapacity(1024)
        owner.sessionMoved(from: nil, to: self.machine.phase)
    }

    var isLive: Bool { self.machine.phase == .live }

    func start() {
        self.loop.preconditionInEventLoop()
        self.step { $0.start(at: $1) }
    }

    /// Says goodbye; the future is done when the connection is gone, which the caller may cut short with ``abandon()``.
    func stop() -> EventLoopFuture<Void> {
        self.loop.preconditionInEventLoop()
        let closed = self.loop.makePromise(of: Void.self)
        self.closed = closed
        self.timer?.cancel()
        self.change { $0.stop() }
        self.markStale()
        if let handler = self.handler {
            handler.beginClose(code: 1000)
        } else {
            self.abandon()
        }
        return closed.futureResult
    }

    /// Ends without waiting for anybody.
    func abandon() {
        self.loop.preconditionInEventLoop()
        self.drop()
        self.owner = nil
        self.closed?.succeed()
        self.closed = nil
    }

    /// The clock was stepped: how long ago anything came is not known until the next proof.
    func clockStepped(at now: Timestamp) {
        self.loop.preconditionInEventLoop()
        for instrument in self.instruments { self.intake.markStale(instrument, .clock, at: now) }
    }
}

// MARK: - Doing what the machine says

extension FeedSession {
    /// Asks the machine, then does what it says and sets the timer anew.
    private func step(_ verb: (inout SessionMachine, MonotonicInstant) -> [SessionAction]) {
        let now = self.clock.monotonic
        var actions: [SessionAction] = []
        self.change { actions = verb(&$0, now) }
        for action in actions { self.perform(action, at: now) }
        self.schedule(at: now)
    }

    /// Lets the machine move, and shows where it moved.
    private func change(_ verb: (inout SessionMachine) -> Void) {
        let old = self.machine.phase
        verb(&self.machine)
        let new = self.machine.phase
        guard old != new else { return }
        if new == .live { self.liveSince = self.clock.now } else { self.liveSince = nil }
        self.owner?.sessionMoved(from: old, to: new)
    }

    private func perform(_ action: SessionAction, at now: MonotonicInstant) {
        switch action {
        case .connect: self.connect(at: now)
        case .send(let request): self.handler?.send(text: request.text)
        case .subscribe(let venueSymbols): self.subscribe(venueSymbols)
        case .heartbeat(let number):
            if let text = self.adapter.heartbeat(number: number, at: self.clock.now) { self.handler?.send(text: text) }
        case .ping: self.handler?.sendPing()
        case .giveUp(let error): self.connectFailed(error)
        case .abandon(let reason): self.lose(reason, words: nil)
        case .acknowledged(let venueSymbols):
            for symbol in venueSymbols {
                if let instrument = self.positions[symbol] { self.intake.acknowledge(instrument) }
            }
        case .refused(let venueSymbols):
            for symbol in venueSymbols {
                if let instrument = self.positions[symbol] { self.intake.refuse(instrument) }
            }
        case .live: self.owner?.sessionWentLive()
        }
    }

    private func subscribe(_ venueSymbols: [String]) {
        let requests = self.adapter.subscriptionRequests(
            for: venueSymbols,
            firstNumber: self.machine.nextNumber,
            at: self.clock.now
        )
        self.step { $0.enqueue(requests, at: $1) }
    }

    /// One timer for everything: it fires at the machine's next deadline, or earlier and finds nothing to do.
    private func schedule(at now: MonotonicInstant) {
        guard let deadline = self.machine.nextDeadline(at: now) else {
            self.timer?.cancel()
            (self.timer, self.timerAt) = (nil, nil)
            return
        }
        if let timerAt = self.timerAt, timerAt <= deadline { return }
        self.timer?.cancel()
        self.timerAt = deadline
        // A millisecond late rather than a microsecond early: an early one would have to come again.
        let delay = TimeAmount.nanoseconds(max(0, deadline.nanoseconds - now.nanoseconds) + 1_000_000)
        self.timer = self.loop.scheduleTask(in: delay) {
            (self.timer, self.timerAt) = (nil, nil)
            self.step { $0.tick(at: $1) }
        }
    }
}

// MARK: - Connecting

extension FeedSession {
    private func connect(at now: MonotonicInstant) {
        if let admitted = self.owner?.admitConnect(at: now) {
            self.instrumentation.failed(.limit)
            self.change { $0.postpone(until: admitted) }
            return
        }
        self.attempt += 1
        self.attemptStart = now
        self.instrumentation.connectAttempts.increment()
        let attempt = self.attempt
        self.connector.connect(
            on: self.loop,
            makeHandler: {
                let handler = FrameHandler(delegate: self, maxMessageBytes: self.maxMessageBytes)
                if attempt == self.attempt { self.handler = handler }
                return handler
            },
            connected: { channel in self.connected(channel, attempt) },
            declined: { status, retryAfter in self.declined(status, retryAfter, attempt) }
        ).whenComplete { result in
            switch result {
            case .success(.upgraded): self.opened(attempt)
            case .success(.declined): break  // `declined` hears what the server said.
            case .failure(let error): self.failed(error, attempt)
            }
        }
    }

    private func connected(_ channel: any Channel, _ attempt: UInt64) {
        guard attempt == self.attempt, self.machine.phase == .connecting else { return channel.close(promise: nil) }
        self.channel = channel
        self.step { machine, now in
            machine.connected(at: now)
            return []
        }
    }

    private func opened(_ attempt: UInt64) {
        guard attempt == self.attempt, self.handler != nil, self.machine.phase == .handshaking else { return }
        self.adapter = self.adapterType.init(symbols: self.symbols)
        for instrument in self.instruments { self.intake.reconnect(instrument) }
        self.step { machine, now in
            machine.opened(at: now)
            self.instrumentation.connectSeconds.observe(now.since(self.attemptStart).inSeconds)
            return [.subscribe(self.venueSymbols)]
        }
    }

    private func declined(_ status: Int, _ retryAfter: String?, _ attempt: UInt64) {
        guard attempt == self.attempt else { return }
        let asked = retryAfter.flatMap { UInt16($0) }.map { Duration.seconds(Int64($0)) } ?? .zero
        // Refusals of this kind mean that we come too often: at least the longest backoff.
        let isBan = [403, 418, 429].contains(status)
        self.connectFailed(.http(status: status), atLeast: max(asked, isBan ? .seconds(10) : .zero))
    }

    private func failed(_ error: any Error, _ attempt: UInt64) {
        guard attempt == self.attempt else { return }
        self.connectFailed(ConnectError(error, wasConnected: self.channel != nil), words: "\(error)")
    }

    private func connectFailed(_ error: ConnectError, atLeast: Duration = .zero, words: String? = nil) {
        guard self.machine.phase == .connecting || self.machine.phase == .handshaking else { return }
        self.drop()
        self.instrumentation.failed(error)
        self.backOff(nil, atLeast: atLeast)
        self.owner?.sessionFailed(error, words: words)
    }

    /// Forgets the present connection: whatever still comes from it is of no attempt any more.
    private func drop() {
        self.attempt += 1
        self.handler?.abandon()
        self.channel?.close(promise: nil)
        (self.handler, self.channel) = (nil, nil)
        (self.condemned, self.condemnedWords) = (nil, nil)
    }

    private func backOff(_ reason: LossReason?, atLeast: Duration = .zero) {
        let now = self.clock.monotonic
        var delay = Duration.zero
        self.change { delay = $0.lost(reason, at: now, atLeast: atLeast, using: &self.generator) }
        self.instrumentation.backoffSeconds.observe(delay.inSeconds)
        self.schedule(at: now)
    }

    private func lose(_ reason: LossReason, words: String?) {
        guard self.machine.isOpen else { return }
        let wasLive = self.isLive
        self.drop()
        self.markStale()
        for instrument in self.instruments { self.intake.reconnect(instrument) }
        self.instrumentation.lost(reason)
        self.backOff(reason)
        self.owner?.sessionLost(reason, wasLive: wasLive, words: words)
    }

    private func markStale() {
        let now = self.clock.now
        for instrument in self.instruments { self.intake.markStale(instrument, .session, at: now) }
    }
}

// MARK: - Frames

extension FeedSession: FrameHandlerDelegate {
    func readBegan() {
        self.readAt = self.clock.monotonic
        self.stamp = self.clock.timestamp(of: self.readAt)
    }

    func received(text payload: Span<UInt8>) -> Bool {
        guard self.machine.isOpen, self.condemned == nil else { return self.closed != nil }
        self.intake.frameCame(bytes: payload.count)
        self.events.removeAll(keepingCapacity: true)
        do throws(FrameError) {
            try self.adapter.decode(payload, receivedAt: self.stamp, into: &self.events)
        } catch {
            switch error {
            case .malformed:
                self.intake.frameDropped(.malformed)
                self.condemn(.garbage, venueWords(payload))
                return false
            case .unknownType:
                self.intake.frameDropped(.unknownType)
                return true
            }
        }
        self.intake.frameDecoded()
        self.intake.take(self.events, at: self.stamp)
        for instrument in self.intake.firsts {
            if let symbol = self.names[instrument] { self.step { $0.dataCame(for: symbol, at: $1) } }
        }
        for event in self.events {
            if case .control(let control) = event { self.act(on: control, of: payload) }
        }
        return self.condemned == nil
    }

    private func act(on control: ControlEvent, of payload: Span<UInt8>) {
        switch control {
        case .acknowledged(let request): self.step { $0.acknowledged(request, at: $1) }
        case .refused(let request, let text):
            let words = venueWords(payload.extracting(text.clamped(to: 0..<payload.count)))
            var refused: [String] = []
            self.step { machine, now in
                let actions = machine.refused(request, words: words, at: now)
                for case .refused(let symbols) in actions { refused += symbols }
                return actions
            }
            self.owner?.sessionRefused(refused, words: words)
        case .shutdownAnnounced: self.condemn(.announced, nil)
        case .pong, .notice: break
        }
    }

    func received(binaryByteCount: Int) {
        guard self.machine.isOpen else { return }
        self.intake.frameCame(bytes: binaryByteCount)
        self.intake.frameDropped(.binary)
    }

    func answeredPing() { self.machine.answeredPing(at: self.readAt) }

    func violated(_ violation: FrameViolation) {
        guard self.machine.isOpen else { return }
        self.intake.frameCame(bytes: 0)
        self.intake.frameDropped(violation == .oversized ? .oversized : .malformed)
        self.condemn(.garbage, "\(violation)")
    }

    private func condemn(_ reason: LossReason, _ words: String?) {
        guard self.condemned == nil else { return }
        (self.condemned, self.condemnedWords) = (reason, words)
    }

    func readEnded(frames: Int) {
        if frames > 0 { self.machine.received(at: self.readAt) }
        if let reason = self.condemned {
            let (handler, words) = (self.handler, self.condemnedWords)
            self.handler = nil  // Its end is no news any more.
            handler?.close(code: reason == .garbage ? 1002 : 1000)
            self.lose(reason, words: words)
        }
        self.owner?.readEnded(at: self.readAt, frames: frames)
    }

    func connectionEnded(_ handler: FrameHandler, close: CloseFrame?, error: (any Error)?) {
        guard handler === self.handler else { return }
        if self.closed != nil { return self.abandon() }
        let words = close.map { "\($0.code.map(String.init) ?? "no code") \(venueWords($0.reason))" }
        if self.machine.isOpen {
            let reason: LossReason = self.condemned ?? (error == nil ? .closed : .reset)
            self.lose(reason, words: words ?? error.map { venueWords("\($0)") })
            self.owner?.readEnded(at: self.readAt, frames: 0)
        } else {
            self.connectFailed(.http(status: nil), words: words)
        }
    }
}

extension Duration {
    /// As a number, for metrics.
    var inSeconds: Double { Double(self.wholeNanoseconds) / 1e9 }
}
