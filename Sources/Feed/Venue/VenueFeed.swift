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

    private let adapter: any VenueAdapter.Type
    private let settings: VenueSettings
    let loop: any EventLoop
    private let channel: RawChannel
    let clock: ReceiveClock
    private let instruments: VenueInstruments
    private let connector: Result<WebSocketConnector, any Error>
    private let state = Mutex(VenueFeedStatus())
    let intake: EventIntake
    var log: VenueLog

    private var sessions: [FeedSession] = []
    var sessionOf: [InstrumentIndex: FeedSession] = [:]
    var watched: [(venueSymbol: String, instrument: InstrumentIndex)] = []
    var seeds: SeedSchedule
    var generator = SystemRandomNumberGenerator()
    var isStopped = false
    /// Venues ban addresses that connect too often: 300 in five minutes on the strictest.
    private var attempts = RateWindow(limit: 250, per: .seconds(300))

    /// Wires a venue up, and connects to nothing before the first ``watch(_:)``.
    ///
    /// Of `adapter` one value is made for each connection; `index` is the number under which the channel counts; all of
    /// this venue runs on `eventLoop`.
    public init(
        adapter: any VenueAdapter.Type,
        index: VenueIndex,
        settings: VenueSettings,
        eventLoop: any EventLoop,
        channel: RawChannel,
        rest: RestClient,
        clock: ReceiveClock,
        metrics: FeedMetrics,
        logger: Logger
    ) {
        self.adapter = adapter
        self.venue = index
        self.profile = adapter.profile
        self.settings = settings
        self.seeds = SeedSchedule(interval: settings.seedInterval)
        self.loop = eventLoop
        self.channel = channel
        self.clock = clock
        self.instruments = VenueInstruments(metrics, venue: adapter.profile.name)
        self.log = VenueLog(logger, venue: adapter.profile.name)
        self.rest = VenueRest(
            venue: adapter.profile.name,
            base: settings.restBase ?? adapter.profile.restBase,
            catalog: adapter.catalog,
            caFile: settings.caFile,
            client: rest,
            metrics: metrics
        )
        self.intake = EventIntake(venue: index, rule: adapter.profile.sequence)
        let address = (settings.webSocketBase ?? adapter.profile.webSocketBase) + adapter.profile.webSocketPath
        self.connector = Result {
            guard let parsed = WebSocketAddress(address) else { throw VenueFeedError.badAddress(address) }
            return try WebSocketConnector(
                parsed,
                caFile: settings.caFile,
                connectTimeout: settings.connectTimeout
            )
        }
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

    /// Opens connections for these instruments, beside those that are open; what is watched already is passed over.
    ///
    /// From any thread, as often as there is something new.
    public func watch(_ instruments: [(InstrumentIndex, String)]) {
        self.onLoop { $0.add(instruments) }
    }

    /// Marks every instrument stale, and asks for seeds for those that are quiet: the wall clock was stepped.
    public func clockStepped(at now: Timestamp) {
        self.onLoop { feed in
            for session in feed.sessions { session.clockStepped(at: now) }
            feed.handOver()
            if feed.status.isLive, !feed.isStopped, feed.seeds.want() { feed.askForSeeds() }
        }
    }

    /// Closes all connections with code 1000 and returns when they are gone, at the latest after `deadline`.
    public func stop(deadline: Duration = .seconds(2)) async {
        let done = self.loop.makePromise(of: Void.self)
        self.onLoop { $0.close(within: TimeAmount(deadline), done) }
        try? await done.futureResult.get()
    }

    private func onLoop(_ body: @escaping @Sendable (VenueFeed) -> Void) {
        if self.loop.inEventLoop { body(self) } else { self.loop.execute { body(self) } }
    }
}

/// What keeps a venue's feed from connecting at all.
public enum VenueFeedError: Error, Equatable, Sendable {
    /// Not a `ws://` or `wss://` address.
    case badAddress(String)
}

// MARK: - Connections

extension VenueFeed {
    private func add(_ wanted: [(InstrumentIndex, String)]) {
        guard !self.isStopped else { return }
        guard case .success(let connector) = self.connector else {
            return self.log.failure("cannot connect", error: self.settingsError.map { "\($0)" })
        }
        var names = Set(self.watched.map(\.venueSymbol))
        let new = wanted.filter { self.sessionOf[$0.0] == nil && names.insert($0.1).inserted }
        let size = max(1, self.profile.instrumentsPerConnection)
        for start in stride(from: 0, to: new.count, by: size) {
            let part = new[start..<min(start + size, new.count)].map { (instrument: $0.0, venueSymbol: $0.1) }
            for (instrument, venueSymbol) in part {
                self.intake.add(instrument)
                self.watched.append((venueSymbol, instrument))
            }
            let session = FeedSession(
                watching: part,
                adapter: self.adapter,
                connector: connector,
                limits: self.settings.limits(self.profile),
                maxMessageBytes: self.settings.maxMessageBytes,
                loop: self.loop,
                clock: self.clock,
                instrumentation: self.instruments,
                intake: self.intake,
                owner: self
            )
            for (instrument, _) in part { self.sessionOf[instrument] = session }
            self.sessions.append(session)
            session.start()
        }
        self.handOver()
    }

    private func close(within deadline: TimeAmount, _ done: EventLoopPromise<Void>) {
        self.isStopped = true
        let sessions = self.sessions
        let all = EventLoopFuture.andAllComplete(sessions.map { $0.stop() }, on: self.loop)
        self.handOver()
        let timer = self.loop.scheduleTask(in: deadline) { for session in sessions { session.abandon() } }
        all.whenComplete { _ in
            timer.cancel()
            self.handOver()
            done.succeed()
        }
    }

    /// Gives the burst to the raw channel and shows what moved.
    func handOver() {
        if !self.intake.isEmpty {
            self.channel.send(&self.intake.batch, tally: &self.intake.tally, venue: self.venue)
        }
        guard self.intake.haveSubscriptionsMoved else { return }
        self.intake.haveSubscriptionsMoved = false
        self.instruments.show(self.intake.subscriptions)
    }
}

// MARK: - What sessions tell

extension VenueFeed: FeedSessionOwner {
    func admitConnect(at now: MonotonicInstant) -> MonotonicInstant? {
        let admission = self.attempts.nextAdmission(at: now)
        guard admission <= now else { return admission }
        self.attempts.record(at: now)
        return nil
    }

    func sessionMoved(from old: SessionPhase?, to new: SessionPhase) {
        self.instruments.moved(from: old, to: new)
        self.state.withLock { status in
            if old == nil { status.connections += 1 }
            if old == .live { status.liveConnections -= 1 }
            if new == .live { status.liveConnections += 1 }
        }
    }

    func sessionWentLive() {
        let status = self.state.withLock { status in
            if status.liveConnections == status.connections { status.lastError = nil }
            return status
        }
        self.log.live(status)
        if self.seeds.want() { self.askForSeeds() }
    }

    func sessionFailed(_ error: ConnectError, words: String?) {
        self.state.withLock { $0.lastError = "connect: \(error)" }
        self.log.failure("connection failed", reason: error.label, error: words)
        self.handOver()
    }

    func sessionLost(_ reason: LossReason, wasLive: Bool, words: String?) {
        self.state.withLock { $0.lastError = "connection lost: \(reason.rawValue)" }
        self.log.failure("connection lost", reason: reason.rawValue, error: words)
        self.handOver()
    }

    func sessionRefused(_ venueSymbols: [String], words: String) { self.log.refused(venueSymbols, words: words) }

    func readEnded(at now: MonotonicInstant, frames: Int) {
        if frames > 0 { self.instruments.lastFrame.set(self.clock.wall(of: now).seconds) }
        if self.intake.takeQuoteCame() { self.instruments.lastQuote.set(self.clock.wall(of: now).seconds) }
        self.handOver()
    }
}
