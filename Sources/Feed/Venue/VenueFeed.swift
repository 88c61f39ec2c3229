public import Core
public import Logging
import Metrics
public import NIOCore
import Synchronization
public import Venues

/// Everything that comes from one venue: its connections, what it remembers of its instruments, and its way into the
/// raw channel, once a read burst.
// Invariant: all stored `var`s are read and written on `loop` only, but for `state`, which has a lock of its own.
public final class VenueFeed: @unchecked Sendable {
    public let venue: VenueIndex
    public let profile: VenueProfile
    public let rest: VenueRest

    let adapter: any VenueAdapter.Type
    let settings: VenueSettings
    let loop: any EventLoop
    let channel: RawChannel
    let clock: ReceiveClock
    let instruments: VenueInstruments
    let budget: ConnectBudget
    private let connector: Result<any FeedConnector, any Error>
    private let state = Mutex(VenueFeedStatus())
    let shared: SharedIntake
    var log: VenueLog

    /// Those that carry the instruments, each its own.
    var sessions: [FeedSession] = []
    /// What follows a session, by the session that it follows.
    var rotations: [ObjectIdentifier: Rotation] = [:]
    /// Those that were followed by another and say goodbye.
    var retiring: [FeedSession] = []
    var sessionOf: [InstrumentIndex: FeedSession] = [:]
    var watched: [(venueSymbol: String, instrument: InstrumentIndex)] = []
    var seeds: SeedSchedule
    var resyncs = ResyncQueue()
    /// Found in an answer of the book ticker to be contradicted by it, and not yet subscribed anew.
    var doubted: [InstrumentIndex] = []
    var theirClock = ClockEstimate()
    var generator: FeedGenerator
    var isStopped = false
    var ticker: Scheduled<Void>?
    var seedTimer: Scheduled<Void>?
    var lastTickAt: MonotonicInstant?

    /// Wires a venue up, and connects to nothing before the first ``watch(_:)``.
    ///
    /// Of `adapter` one value is made for each connection; `index` is the number under which the channel counts; all of
    /// this venue runs on `eventLoop`; `budget` is shared with all feeds of the same host, and `nil` makes one.
    public convenience init(
        adapter: any VenueAdapter.Type,
        index: VenueIndex,
        settings: VenueSettings,
        eventLoop: any EventLoop,
        channel: RawChannel,
        rest: any RestTransport,
        clock: ReceiveClock,
        budget: ConnectBudget? = nil,
        metrics: FeedMetrics,
        logger: Logger
    ) {
        let address = settings.streamAddress(adapter.profile)
        let connector = Result<any FeedConnector, any Error> {
            guard let parsed = WebSocketAddress(address) else { throw VenueFeedError.badAddress(address) }
            return try WebSocketConnector(parsed, caFile: settings.caFile, connectTimeout: settings.connectTimeout)
        }
        self.init(
            adapter: adapter,
            index: index,
            settings: settings,
            eventLoop: eventLoop,
            channel: channel,
            rest: rest,
            clock: clock,
            budget: budget,
            metrics: metrics,
            logger: logger,
            connector: connector
        )
    }

    init(
        adapter: any VenueAdapter.Type,
        index: VenueIndex,
        settings: VenueSettings,
        eventLoop: any EventLoop,
        channel: RawChannel,
        rest: any RestTransport,
        clock: ReceiveClock,
        budget: ConnectBudget?,
        metrics: FeedMetrics,
        logger: Logger,
        connector: Result<any FeedConnector, any Error>
    ) {
        self.adapter = adapter
        self.venue = index
        self.profile = adapter.profile
        self.settings = settings
        self.seeds = SeedSchedule(interval: settings.auditInterval)
        self.loop = eventLoop
        self.channel = channel
        self.clock = clock
        self.budget = budget ?? ConnectBudget(adapter.profile.connections)
        self.generator = FeedGenerator(seed: settings.seed)
        self.instruments = VenueInstruments(metrics, venue: adapter.profile.name)
        self.log = VenueLog(logger, venue: adapter.profile.name)
        self.rest = VenueRest(
            venue: adapter.profile.name,
            base: settings.restBase ?? adapter.profile.restBase,
            catalog: adapter.catalog,
            caFile: settings.caFile,
            client: rest,
            clock: clock,
            metrics: metrics
        )
        self.shared = SharedIntake(
            EventIntake(
                venue: index,
                rule: adapter.profile.sequence,
                trades: adapter.profile.trades,
                wantsTrades: settings.streams.contains(.trades)
            )
        )
        self.connector = connector
    }

    /// What is wrong with the settings: an address that is none, or certificates that cannot be read. `nil`: nothing.
    public var settingsError: (any Error)? {
        switch self.connector {
        case .success: nil
        case .failure(let error): error
        }
    }

    /// How the connections stand. From any thread.
    public var status: VenueFeedStatus { self.state.withLock { $0 } }

    /// Subscribes to these instruments, on connections that have room and on new ones; what is watched already is
    /// passed over.
    ///
    /// From any thread, as often as there is something new.
    public func watch(_ instruments: [(InstrumentIndex, String)]) {
        self.onLoop { $0.add(instruments) }
    }

    /// Ends the subscriptions of these instruments; what still comes of them is rejected as of an unknown symbol.
    ///
    /// From any thread. They leave the gauges, seeds and audits at once, the engine hears of each after its last quote,
    /// and an index is never watched again.
    public func unwatch(_ instruments: [InstrumentIndex]) {
        self.onLoop { $0.remove(Set(instruments)) }
    }

    /// Marks every instrument stale, and asks for seeds for those that are quiet: the wall clock was stepped.
    public func clockStepped(at now: Timestamp) {
        self.onLoop { feed in
            for session in feed.sessions { session.clockStepped(at: now) }
            feed.theirClock = ClockEstimate()
            feed.handOver()
            feed.wantSeeds()
        }
    }

    /// Closes all connections with code 1000 and returns when they are gone, at the latest after `deadline`.
    public func stop(deadline: Duration = .seconds(2)) async {
        let done = self.loop.makePromise(of: Void.self)
        self.onLoop { $0.close(within: TimeAmount(deadline), done) }
        try? await done.futureResult.get()
    }

    func onLoop(_ body: @escaping @Sendable (VenueFeed) -> Void) {
        if self.loop.inEventLoop { body(self) } else { self.loop.execute { body(self) } }
    }

    /// Counts the connections anew.
    func showStatus(error: String? = nil) {
        self.state.withLock { status in
            status.connections = self.sessions.count
            status.liveConnections = self.sessions.count { $0.isLive }
            if status.liveConnections == status.connections { status.lastError = nil }
            if let error { status.lastError = error }
        }
    }

    /// What every session of this feed gets; `nil` when none can be made.
    var sessionContext: SessionContext? {
        guard case .success(let connector) = self.connector else {
            self.log.failure("cannot connect", error: self.settingsError.map { "\($0)" })
            return nil
        }
        return SessionContext(
            adapter: self.adapter,
            connector: connector,
            limits: self.settings.limits(self.profile),
            streams: self.settings.streams,
            maxMessageBytes: self.settings.maxMessageBytes,
            loop: self.loop,
            clock: self.clock,
            instrumentation: self.instruments,
            shared: self.shared
        )
    }

    var intake: EventIntake {
        _read { yield self.shared.intake }
        _modify { yield &self.shared.intake }
    }

    /// Gives the burst to the raw channel and shows what moved.
    func handOver() {
        if !self.intake.isEmpty { self.intake.handOver(to: self.channel) }
        if !self.intake.findings.isEmpty { self.careForFindings() }
        guard self.intake.haveSubscriptionsMoved else { return }
        self.intake.haveSubscriptionsMoved = false
        self.instruments.show(self.intake.subscriptions, trades: self.intake.tradeSubscriptions)
    }
}

/// What keeps a venue's feed from connecting at all.
public enum VenueFeedError: Error, Equatable, Sendable {
    /// Not a `ws://` or `wss://` address.
    case badAddress(String)
}
