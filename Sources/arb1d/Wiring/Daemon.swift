import Core
import Endpoints
import Feed
import Health
import Logging
import Metrics
import NIOCore
import NIOPosix
import ServiceLifecycle
import UnixSignals
import Venues

/// The composition root: picks the parts that a configuration asks for, wires them, and runs them until they are told
/// to stop.
struct Daemon {
    private let configuration: Configuration
    private let logger: Logger
    private let registry = Registry()
    private let clock = ReceiveClock()
    private let rate = RateMeter()
    private let health: DaemonHealth
    private let universe: Universe
    private let board: Board
    private let engine: EngineThread
    private let feedLoops: MultiThreadedEventLoopGroup
    private let rest: RestClient
    private let feedMetrics: FeedMetrics
    private let feeds: [VenueFeed]
    private let reload: ReloadService

    init(
        _ configuration: Configuration,
        file: String,
        logger: Logger,
        log: LogControl
    ) throws(ConfigurationError) {
        RestClient.initialiseLibrary()
        self.configuration = configuration
        self.logger = logger
        let adapters = configuration.venues.compactMap { VenueRegistry.adapter(named: $0.name) }
        self.universe = Universe(venues: zip(configuration.venues, adapters).map(VenueEntry.init))
        self.health = DaemonHealth(
            state: HealthState(
                limits: HealthModel.Limits(
                    readyGrace: configuration.readyGrace,
                    livenessTimeout: configuration.livenessTimeout
                )
            ),
            clock: self.clock
        )
        self.board = Board(universe: self.universe, registry: self.registry)
        self.engine = EngineThread(capacity: configuration.channelCapacity, venues: adapters.count)
        self.feedLoops = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        self.rest = RestClient(settings: RestSettings(version: Build.version), clock: self.clock)
        self.feedMetrics = FeedMetrics(self.registry)
        var feeds: [VenueFeed] = []
        for (position, adapter) in adapters.enumerated() {
            feeds.append(
                VenueFeed(
                    adapter: adapter,
                    index: VenueIndex(position),
                    settings: VenueSettings(configuration.venues[position]),
                    eventLoop: self.feedLoops.any(),
                    channel: self.engine.channel,
                    rest: self.rest,
                    clock: self.clock,
                    metrics: self.feedMetrics,
                    logger: logger
                )
            )
        }
        self.feeds = feeds
        try Self.check(feeds)
        self.reload = ReloadService(
            file: file,
            running: configuration,
            health: self.health,
            log: log,
            registry: self.registry,
            logger: logger
        )
        self.registerMetrics(log)
    }

    /// Runs until SIGTERM or SIGINT, and returns when everything is drained.
    ///
    /// A drain that takes longer than its deadline ends the process instead, with ``ExitStatus/drainDeadline``.
    ///
    /// - Throws: ``ListenError`` when the address cannot be taken.
    func run() async throws {
        let pulse = FeedPulse(
            loop: 0,
            eventLoop: self.feedLoops.any(),
            channel: self.engine.channel,
            clock: self.clock,
            metrics: self.feedMetrics,
            logger: self.logger
        )
        for feed in self.feeds { pulse.add(feed) }
        self.health.state.configurationLoaded()
        for feed in self.feeds { self.health.state.venue(feed.profile.name, isLive: false) }
        self.health.state.pipelineStarted(loops: 1, at: self.health.now)
        pulse.start()
        try await ServiceGroup(configuration: self.serviceGroup()).run()
        pulse.stop()
        try? await self.feedLoops.shutdownGracefully()
        self.logger.info("stopped", metadata: ["event": "stopped"])
    }

    /// Services stop in the reverse of this order, one after the other: drain, feeds, engine, listener, observer.
    private func serviceGroup() -> ServiceGroupConfiguration {
        ServiceGroupConfiguration(
            services: [
                ObserverService(
                    feeds: self.feeds,
                    board: self.board,
                    channel: self.engine.channel,
                    clock: self.clock,
                    health: self.health,
                    rate: self.rate
                ),
                self.server(),
                EngineService(
                    engine: self.engine,
                    universe: self.universe,
                    settings: self.configuration.engine,
                    board: self.board,
                    clock: self.clock,
                    health: self.health
                ),
                self.reload,
                FeedService(feeds: self.feeds, rest: self.rest),
                UniverseService(
                    universe: self.universe,
                    feeds: self.feeds,
                    planner: self.planner,
                    engine: self.engine,
                    health: self.health,
                    logger: self.logger
                ),
                DrainService(
                    health: self.health,
                    delay: self.configuration.shutdownDelay,
                    deadline: self.configuration.shutdownDeadline,
                    logger: self.logger
                ),
            ],
            gracefulShutdownSignals: [.sigterm, .sigint],
            logger: self.quietLogger
        )
    }

    private var planner: UniversePlanner {
        UniversePlanner(
            quoteAssets: Set(self.configuration.quotes),
            symbols: self.configuration.symbols.isEmpty ? nil : Set(self.configuration.symbols),
            minQuoteVolume: self.configuration.minVolume,
            maxInstrumentsPerVenue: self.configuration.maxInstruments
        )
    }

    /// The service group tells of its own steps at `info`; ours are told by the parts themselves.
    private var quietLogger: Logger {
        var logger = self.logger
        logger.logLevel = max(logger.logLevel, .warning)
        return logger
    }
}

// MARK: - Endpoints

extension Daemon {
    private func server() -> HTTPServer {
        let health = self.health
        return HTTPServer(
            address: ListenAddress(host: self.configuration.listenHost, port: self.configuration.listenPort),
            routes: self.routes(),
            registry: self.registry,
            logger: self.logger,
            onServerRunning: { address in
                health.state.listenersUp()
                self.announce(address)
                health.listening.open()
            }
        )
    }

    /// The one line that says what was started.
    private func announce(_ address: ListenAddress) {
        self.logger.notice(
            "arb1d is up",
            metadata: [
                "event": "started", "version": "\(Build.version)", "address": "http://\(address)",
                "venues": "\(self.feeds.map(\.profile.name).joined(separator: ","))",
                "config_sha256": "\(self.configuration.digest.prefix(12))",
                "channel_capacity": "\(self.configuration.channelCapacity)",
                "window_max_bytes": "\(self.configuration.engine.windowMaxBytes)",
            ]
        )
    }

    private func routes() -> [Route] {
        var routes: [Route] = [.metrics(self.registry)]
        routes += Route.probes { [health] in health.report }
        routes += LandingPage(version: Build.version, revision: Build.configuration) { self.landing() }.routes
        routes.append(
            Route("/api/health") { _ in
                let status = self.health.report.passes(.readiness) ? "ready" : "not_ready"
                let body = self.summary(best: 1).json(status: status)
                return EndpointResponse(contentType: "application/json", body: Array(body.utf8))
            }
        )
        return routes
    }

    private func summary(best count: Int) -> MarketSummary {
        MarketSummary(
            board: self.board,
            flow: self.engine.channel.snapshot(),
            quotesPerSecond: self.rate.perSecond,
            best: count,
            at: self.clock.now
        )
    }

    private func landing() -> LandingPage.Content {
        LandingPage.Content(
            venues: self.feeds.map { feed in
                let status = feed.status
                let state = "\(status.liveConnections) of \(status.connections) connections live"
                return LandingPage.VenueRow(
                    name: feed.profile.name,
                    state: status.lastError.map { "\(state): \($0)" } ?? state,
                    isLive: status.isLive
                )
            },
            pairs: self.summary(best: 20).best.map { row in
                LandingPage.PairRow(
                    symbol: row.symbol,
                    buyVenue: row.buyVenue,
                    sellVenue: row.sellVenue,
                    spreadRatio: row.spread,
                    netRatio: row.netSpread
                )
            }
        )
    }
}

// MARK: - Metrics and settings

extension Daemon {
    private func registerMetrics(_ log: LogControl) {
        let engine = self.engine
        FlowCollector.register(
            in: self.registry,
            channel: engine.channel,
            venues: self.universe.venues.map(\.name),
            heartbeatsCompleted: { engine.heartbeatsCompleted }
        )
        MarketCollector(board: self.board).register(in: self.registry)
        self.health.state.register(in: self.registry, now: { [health] in health.now })
        log.register(in: self.registry)
        ProcessMetrics.register(in: self.registry)
        InfoCollector.register(in: self.registry, configuration: self.configuration, digest: self.reload.digest)
    }

    private static func check(_ feeds: [VenueFeed]) throws(ConfigurationError) {
        let problems = feeds.compactMap { feed in
            feed.settingsError.map { error in
                ConfigurationProblem(
                    key: "venues.\(feed.profile.name)",
                    origin: .file,
                    problem: "cannot be used: \(error)",
                    remedy: "check websocket and ca_file"
                )
            }
        }
        if !problems.isEmpty { throw ConfigurationError(file: "configuration", problems: problems) }
    }
}

extension VenueEntry {
    init(_ choice: Configuration.VenueChoice, _ adapter: any VenueAdapter.Type) {
        let profile = adapter.profile
        self.init(
            name: profile.name,
            isPerpetual: profile.market == .perpetual,
            fee: choice.fee ?? profile.takerFee.ratio,
            repeatStaleAfter: profile.repeatStaleAfter?.wholeNanoseconds
        )
    }
}

extension VenueSettings {
    init(_ choice: Configuration.VenueChoice) {
        self.init(
            restBase: choice.restBase,
            webSocketBase: choice.webSocketBase,
            deadAfter: choice.deadAfter,
            caFile: choice.caFile
        )
    }
}
