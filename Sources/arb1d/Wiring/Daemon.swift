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
    let configuration: Configuration
    let file: String
    let logger: Logger
    let registry = Registry()
    let libraries: LibraryFamilies
    let clock = ReceiveClock()
    let rate = RateMeter()
    let health: DaemonHealth
    let universe: Universe
    let board: Board
    let export: PairExport
    let engines: Engines
    let slow: SlowWork
    let loopDelay: LoopDelay
    let charts: ChartService
    let alerts: AlertService
    let feedLoops: MultiThreadedEventLoopGroup
    let rest: RestClient
    let feedMetrics: FeedMetrics
    let discoveryMetrics: [DiscoveryMetrics]
    let feeds: [VenueFeed]
    let reload: ReloadService

    init(
        _ configuration: Configuration,
        file: String,
        logger: Logger,
        log: LogControl
    ) throws(ConfigurationError) {
        RestClient.initialiseLibrary()
        self.configuration = configuration
        self.file = file
        self.logger = logger
        let adapters = configuration.venues.compactMap { VenueRegistry.adapter(named: $0.name) }
        self.universe = Universe(
            venues: zip(configuration.venues, adapters).map(VenueEntry.init),
            shards: configuration.engineShards
        )
        self.health = DaemonHealth(
            state: HealthState(
                limits: HealthModel.Limits(
                    readyGrace: configuration.readyGrace,
                    livenessTimeout: configuration.livenessTimeout
                )
            ),
            clock: self.clock
        )
        self.libraries = LibraryFamilies(
            self.registry,
            limit: configuration.series.libraries,
            showsCreated: configuration.series.showsCreated
        )
        self.board = Board(universe: self.universe, registry: self.registry)
        self.export = PairExport(configuration.series, clock: { [clock] in clock.now }, registry: self.registry)
        let bell = Bell()
        self.engines = Engines(
            configuration,
            universe: self.universe,
            updates: UpdateChannel(
                capacity: configuration.chart.updateCapacity,
                venues: adapters.count,
                wake: { bell.ring() }
            ),
            registry: self.registry
        )
        self.slow = SlowWork(limit: configuration.slowAbove, logger: logger, log: log)
        self.feedLoops = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        self.rest = RestClient(settings: RestSettings(version: Build.version), clock: self.clock)
        self.loopDelay = LoopDelay(self.registry)
        self.charts = ChartService(
            configuration.chart,
            engines: self.engines,
            board: self.board,
            clock: self.clock,
            slow: self.slow,
            loopDelay: self.loopDelay,
            registry: self.registry
        )
        bell.connect { [charts = self.charts] in charts.wake() }
        self.alerts = AlertService(
            configuration,
            board: self.board,
            rest: self.rest,
            clock: self.clock,
            registry: self.registry,
            logger: logger
        )
        self.feedMetrics = FeedMetrics(self.registry)
        self.discoveryMetrics = DiscoveryMetrics.register(
            in: self.registry,
            venues: self.universe.venues.map(\.name)
        )
        var feeds: [VenueFeed] = []
        var budgets = ConnectBudgets(sharers: configuration.shardCount)
        for (position, adapter) in adapters.enumerated() {
            let settings = VenueSettings(configuration.venues[position])
            feeds.append(
                VenueFeed(
                    adapter: adapter,
                    index: VenueIndex(position),
                    settings: settings,
                    eventLoop: self.feedLoops.any(),
                    channel: self.engines.channel,
                    rest: self.rest,
                    clock: self.clock,
                    budget: budgets.budget(of: settings.streamAddress(adapter.profile), adapter.profile.connections),
                    metrics: self.feedMetrics,
                    logger: logger
                )
            )
        }
        self.feeds = feeds
        try Self.check(feeds, file: file)
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

    /// Wires up what is to run and registers the last of what is exported. Call it once.
    func compose() -> (services: ServiceGroupConfiguration, catalogue: Catalogue) {
        let state = self.health.state
        state.configurationLoaded()
        for feed in self.feeds { state.venue(feed.profile.name, isLive: false) }
        state.remark("drops", problem: nil)
        state.pipelineStarted(loops: 1, shards: self.engines.count, at: self.health.now)
        let services = self.serviceGroup()
        let catalogue = Catalogue(self.registry, self.configuration)
        self.export.limit(to: catalogue.maxima.budget)
        return (services, catalogue)
    }

    /// Runs until SIGTERM or SIGINT, and returns when everything is drained.
    ///
    /// A drain that takes longer than its deadline ends the process instead, with ``ExitStatus/drainDeadline``.
    ///
    /// - Throws: ``ListenError`` when the address cannot be taken, ``ConfigurationError`` when there is no room for all
    ///   series.
    func run() async throws {
        let (services, catalogue) = self.compose()
        let problems = catalogue.problems(self.configuration)
        if !problems.isEmpty { throw ConfigurationError(file: self.file, problems: problems) }
        let pulse = FeedPulse(
            loop: 0,
            eventLoop: self.feedLoops.any(),
            channel: self.engines.channel,
            clock: self.clock,
            metrics: self.feedMetrics,
            logger: self.logger
        )
        for feed in self.feeds { pulse.add(feed) }
        pulse.start()
        self.loopDelay.watch(self.feedLoops.any(), as: .feed)
        try await ServiceGroup(configuration: services).run()
        pulse.stop()
        try? await self.feedLoops.shutdownGracefully()
        self.logger.info("stopped", metadata: ["event": "stopped"])
    }

    /// Services stop in the reverse of this order, one after the other: drain, feeds, engine, listener, observer.
    private func serviceGroup() -> ServiceGroupConfiguration {
        var services: [any Service] = [
            ObserverService(
                feeds: self.feeds,
                board: self.board,
                channel: self.engines.channel,
                clock: self.clock,
                health: self.health,
                rate: self.rate,
                paces: self.engines.paces,
                slow: self.slow,
                charts: self.charts,
                export: self.export,
                logger: self.logger
            ),
            self.server(),
            EngineService(
                engines: self.engines,
                board: self.board,
                clock: self.clock,
                health: self.health
            ),
            self.reload,
            FeedService(feeds: self.feeds, rest: self.rest),
            UniverseService(
                list: WatchList(universe: self.universe, planner: self.planner),
                interval: self.configuration.discoveryInterval,
                feeds: self.feeds,
                engines: self.engines,
                health: self.health,
                metrics: self.discoveryMetrics,
                logger: self.logger
            ),
            self.alerts,
            DrainService(
                health: self.health,
                delay: self.configuration.shutdownDelay,
                deadline: self.configuration.shutdownDeadline,
                logger: self.logger
            ),
        ]
        #if DEBUG
            services.append(WedgeService(engines: self.engines))
        #endif
        return ServiceGroupConfiguration(
            services: services,
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

    private static func check(_ feeds: [VenueFeed], file: String) throws(ConfigurationError) {
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
        if !problems.isEmpty { throw ConfigurationError(file: file, problems: problems) }
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
        self.streamsPerConnection = choice.streamsPerConnection
        self.maxConnectionAge = choice.maxConnectionAge
        self.hasTrades = choice.hasTrades
        self.auditInterval = choice.auditInterval
    }
}
