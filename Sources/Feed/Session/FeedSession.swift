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
    let venueSymbols: [String]
    let positions: [String: InstrumentIndex]
    let names: [InstrumentIndex: String]
    let symbols: SymbolTable
    let adapterType: any VenueAdapter.Type
    let connector: WebSocketConnector
    let maxMessageBytes: Int
    let loop: any EventLoop
    let clock: ReceiveClock
    let instrumentation: VenueInstruments
    let intake: EventIntake
    var owner: (any FeedSessionOwner)?

    var machine: SessionMachine
    var generator = SystemRandomNumberGenerator()
    var adapter: any VenueAdapter
    var events: EventBuffer = []
    var channel: (any Channel)?
    var handler: FrameHandler?
    /// Tells the answers of an attempt that was given up from those of the present one.
    var attempt: UInt64 = 0
    var attemptStart = MonotonicInstant(nanoseconds: 0)
    var readAt = MonotonicInstant(nanoseconds: 0)
    var stamp = Timestamp(nanoseconds: 0)
    /// Between the beginning of a read and its end, when a connection must not be dropped.
    var isReading = false
    /// Decided in the middle of a read, done at its end.
    var condemned: LossReason?
    var condemnedWords: String?
    var timer: Scheduled<Void>?
    var timerAt: MonotonicInstant?
    /// While live: a book ticker that was asked for earlier than this may be older than what was missed.
    var liveSince: Timestamp?
    var closed: EventLoopPromise<Void>?

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
        for instrument in self.instruments { self.intake.clockStepped(instrument, at: now) }
        // A book ticker that was asked for before the step is of no more use.
        if self.isLive { self.liveSince = self.clock.now }
    }
}

// MARK: - Doing what the machine says

extension FeedSession {
    /// Asks the machine, then does what it says and sets the timer anew.
    func step(_ verb: (inout SessionMachine, MonotonicInstant) -> [SessionAction]) {
        let now = self.clock.monotonic
        var actions: [SessionAction] = []
        self.change { actions = verb(&$0, now) }
        for action in actions { self.perform(action, at: now) }
        self.schedule(at: now)
    }

    /// Lets the machine move, and shows where it moved.
    func change(_ verb: (inout SessionMachine) -> Void) {
        let old = self.machine.phase
        verb(&self.machine)
        let new = self.machine.phase
        guard old != new else { return }
        if new == .live { self.liveSince = self.clock.now } else { self.liveSince = nil }
        self.owner?.sessionMoved(from: old, to: new)
    }

    func perform(_ action: SessionAction, at now: MonotonicInstant) {
        switch action {
        case .connect: self.connect(at: now)
        case .send(let request): self.handler?.send(text: request.text)
        case .subscribe(let venueSymbols): self.subscribe(venueSymbols)
        case .heartbeat(let number):
            if let text = self.adapter.heartbeat(number: number, at: self.clock.wall) { self.handler?.send(text: text) }
        case .ping: self.handler?.sendPing()
        case .giveUp(let error): self.connectFailed(error)
        case .abandon(let reason):
            if self.isReading { self.condemn(reason, nil) } else { self.lose(reason, words: nil) }
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

    func subscribe(_ venueSymbols: [String]) {
        let requests = self.adapter.subscriptionRequests(
            for: venueSymbols,
            firstNumber: self.machine.nextNumber,
            at: self.clock.wall
        )
        self.step { $0.enqueue(requests, at: $1) }
    }

    /// One timer for everything: it fires at the machine's next deadline, or earlier and finds nothing to do.
    func schedule(at now: MonotonicInstant) {
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
