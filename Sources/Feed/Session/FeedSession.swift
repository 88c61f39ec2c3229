import Core
import Metrics
import NIOCore
import Venues

/// What a session tells its venue's feed, always on the event loop.
protocol FeedSessionOwner: AnyObject {
    /// Whether one more attempt to connect is within the venue's budget; else when it will be.
    func admitConnect(at now: MonotonicInstant) -> MonotonicInstant?
    /// The venue wants no connection from this address before then.
    func connectsDeclined(until instant: MonotonicInstant)
    /// The connection of an attempt that was admitted is gone, or did not come to be.
    func connectionGone()
    func sessionMoved(_ session: FeedSession, from old: SessionPhase?, to new: SessionPhase)
    func sessionWentLive(_ session: FeedSession)
    func sessionFailed(_ error: ConnectError, words: String?)
    /// Before anything is done about a loss: whether another connection carries on, so that nothing need be done.
    func sessionIsReplaced(_ session: FeedSession) -> Bool
    func sessionLost(_ session: FeedSession, _ reason: LossReason, words: String?)
    func sessionRefused(_ topics: Topics, words: String)
    /// The venue did not answer for these in time.
    func sessionUnanswered(_ topics: Topics)
    /// The session wants the next connection beside its own.
    func sessionWantsNext(_ session: FeedSession)
    /// A session that was told to retire is gone.
    func sessionEnded(_ session: FeedSession)
    func readEnded(at now: MonotonicInstant, frames: Int)
}

/// What all sessions of a venue share.
struct SessionContext {
    let adapter: any VenueAdapter.Type
    let connector: any FeedConnector
    let limits: SessionLimits
    let streams: [StreamKind]
    let maxMessageBytes: Int
    let loop: any EventLoop
    let clock: ReceiveClock
    let instrumentation: VenueInstruments
    let shared: SharedIntake
}

/// One connection of a venue and the instruments on it: the thin shell that does what a ``SessionMachine`` decides.
// Invariant: everything is read and written on `loop` only; every entry point checks it.
final class FeedSession: @unchecked Sendable {
    let context: SessionContext
    /// Which of the two connections that can carry its instruments this is.
    let lane: Lane
    /// While another session carries the instruments, and this is to follow it.
    var isStandby: Bool
    private(set) var instruments: [InstrumentIndex] = []
    private(set) var positions: [String: InstrumentIndex] = [:]
    private(set) var names: [InstrumentIndex: String] = [:]
    var owner: (any FeedSessionOwner)?

    var machine: SessionMachine
    var generator: FeedGenerator
    var reader: FrameReader
    var channel: (any Channel)?
    var handler: FrameHandler?
    /// Tells the answers of an attempt that was given up from those of the present one.
    var attempt: UInt64 = 0
    var attemptStart = MonotonicInstant(nanoseconds: 0)
    /// The attempt, or its connection, counts in the venue's budget.
    var isAdmitted = false
    var readAt = MonotonicInstant(nanoseconds: 0)
    /// Between the beginning of a read and its end, when a connection must not be dropped.
    var isReading = false
    /// Decided in the middle of a read, done at its end.
    var condemned: LossReason?
    var condemnedWords: String?
    /// Why it has said goodbye, while it waits for the venue's.
    var leaving: LossReason?
    var timer: Scheduled<Void>?
    var timerAt: MonotonicInstant?
    /// While live: a book ticker that was asked for earlier than this may be older than what was missed.
    var liveSince: Timestamp?
    /// What the venue granted and refused on this connection.
    var granted: Set<InstrumentIndex> = []
    var refused: Set<InstrumentIndex> = []
    /// What became of the requests for trades on this connection, where there was an answer or it was given up.
    var trades: [InstrumentIndex: TradeSubscription] = [:]
    /// When the first and the last quote came on this connection, and when the last frame.
    var firstQuoteAt: MonotonicInstant?
    var lastQuoteAt: MonotonicInstant?
    var lastFrameAt: MonotonicInstant?
    /// While it retires: the session that carries on.
    weak var follower: FeedSession?
    /// It follows a session that was lost: when the last frame came there.
    var gapSince: MonotonicInstant?
    var closed: EventLoopPromise<Void>?
    /// Another connection carries on: this one says goodbye, and what still comes on it is counted as ever.
    var isRetiring = false

    init(
        _ context: SessionContext,
        watching: [(instrument: InstrumentIndex, venueSymbol: String)],
        lane: Lane = .first,
        isStandby: Bool = false,
        generator: FeedGenerator,
        owner: any FeedSessionOwner
    ) {
        (self.context, self.lane, self.isStandby) = (context, lane, isStandby)
        self.generator = generator
        self.machine = SessionMachine(limits: context.limits)
        self.reader = FrameReader(
            adapter: context.adapter.init(symbols: SymbolTable([])),
            lane: lane,
            instrumentation: context.instrumentation
        )
        self.owner = owner
        self.take(watching)
        owner.sessionMoved(self, from: nil, to: self.machine.phase)
    }

    var loop: any EventLoop { self.context.loop }
    var clock: ReceiveClock { self.context.clock }
    var intake: EventIntake {
        _read { yield self.context.shared.intake }
        _modify { yield &self.context.shared.intake }
    }
    var instrumentation: VenueInstruments { self.context.instrumentation }
    var isLive: Bool { self.machine.phase.isLive }
    var venueSymbols: [String] { self.instruments.compactMap { self.names[$0] } }
    var watching: [(instrument: InstrumentIndex, venueSymbol: String)] {
        self.instruments.compactMap { instrument in self.names[instrument].map { (instrument, $0) } }
    }

    func start() {
        self.loop.preconditionInEventLoop()
        self.step { $0.start(at: $1) }
    }

    // MARK: Instruments

    /// Takes more instruments onto the connection.
    func add(_ watching: [(instrument: InstrumentIndex, venueSymbol: String)]) {
        self.loop.preconditionInEventLoop()
        self.take(watching)
        guard self.machine.isOpen else { return }
        if self.isStandby { for (instrument, _) in watching { self.intake.share(instrument) } }
        self.reader.adapter.extend(to: self.symbols)
        self.subscribe(watching.map(\.venueSymbol))
    }

    /// Takes instruments off the connection.
    func remove(_ instruments: Set<InstrumentIndex>) {
        self.loop.preconditionInEventLoop()
        let gone = self.instruments.filter(instruments.contains)
        let symbols = gone.compactMap { self.names[$0] }
        self.instruments.removeAll(where: instruments.contains)
        for instrument in gone {
            if let symbol = self.names.removeValue(forKey: instrument) { self.positions[symbol] = nil }
            self.trades[instrument] = nil
        }
        self.granted.subtract(gone)
        self.refused.subtract(gone)
        self.machine.forget(symbols)
        guard self.machine.isOpen, !symbols.isEmpty else { return }
        self.reader.adapter.extend(to: self.symbols)
        for stream in self.context.streams { self.request(.unsubscribe, stream, symbols) }
    }

    /// Ends and begins the subscriptions of these instruments, whose streams are not believed any more.
    func resubscribe(_ instruments: [InstrumentIndex]) {
        let symbols = instruments.compactMap { self.names[$0] }
        guard self.machine.isOpen, !symbols.isEmpty else { return }
        self.request(.unsubscribe, .quotes, symbols)
        self.request(.subscribe, .quotes, symbols)
    }

    private func take(_ watching: [(instrument: InstrumentIndex, venueSymbol: String)]) {
        for (instrument, venueSymbol) in watching {
            self.instruments.append(instrument)
            self.positions[venueSymbol] = instrument
            self.names[instrument] = venueSymbol
        }
    }

    var symbols: SymbolTable { SymbolTable(self.watching.map { ($0.venueSymbol, $0.instrument) }) }

    // MARK: Ending

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

    /// Says goodbye while another session carries the instruments on.
    func retire() {
        self.loop.preconditionInEventLoop()
        self.isRetiring = true
        self.timer?.cancel()
        self.change { $0.stop() }
        guard let handler = self.handler else { return self.abandon() }
        handler.beginClose(code: 1000)
        self.timer = self.loop.scheduleTask(in: .seconds(2)) { self.abandon() }
    }

    /// Ends without waiting for anybody.
    func abandon() {
        self.loop.preconditionInEventLoop()
        self.timer?.cancel()
        self.drop()
        let owner = self.owner
        self.owner = nil
        if self.isRetiring { owner?.sessionEnded(self) }
        self.closed?.succeed()
        self.closed = nil
    }

    /// The clock was stepped: how long ago anything came is not known until the next proof.
    func clockStepped(at now: Timestamp) {
        self.loop.preconditionInEventLoop()
        for instrument in self.instruments { self.intake.becomeUnproven(instrument, .clock, at: now) }
        // A book ticker that was asked for before the step is of no more use.
        if self.isLive { self.liveSince = self.clock.now }
    }
}
