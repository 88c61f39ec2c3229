import Core
import Feed
import Metrics
import Synchronization
import Venues

/// The daemon's pipeline without threads, sockets and clocks: recorded frames in; the same adapters, channel and
/// engine; everything that they counted out.
final class ReplayMarket {
    private final class Count: Sendable {
        let value = Atomic<UInt64>(0)
    }

    /// Venues have a few thousand instruments; a file that names more symbols than this is not theirs.
    private static let maxInstrumentsPerVenue = 100_000

    private let registry = Registry()
    private let board: Board
    private let channel: RawChannel
    private let heartbeats = Count()
    /// Empty: all.
    private let wantedSymbols: Set<String>
    private var universe: Universe
    private var engine: SpreadEngine
    private var feeds: [RecordedFeed] = []
    private var instrumentCounts: [Int]
    private var batch: [RawElement] = []
    private var displaced: [InstrumentIndex] = []
    private var completed = EngineTally()
    private var pulse: ReplayPulse
    private(set) var now = Timestamp.never

    /// - Parameters:
    ///   - adapters: One a venue, each venue once.
    ///   - configuration: Of it fees, symbols, and the engine's settings are used.
    init(adapters: [any VenueAdapter.Type], configuration: Configuration) {
        let choices = Dictionary(configuration.venues.map { ($0.name, $0) }) { first, _ in first }
        let venues = adapters.map { adapter in
            let name = adapter.profile.name
            return VenueEntry(choices[name] ?? Configuration.VenueChoice(name: name), adapter)
        }
        let settings = configuration.engine
        self.universe = Universe(venues: venues)
        self.board = Board(universe: self.universe, registry: self.registry)
        self.engine = SpreadEngine(universe: self.universe, settings: settings, board: self.board, summarises: true)
        self.channel = RawChannel(capacity: Configuration.defaults.channelCapacity, venues: venues.count, wake: {})
        self.wantedSymbols = Set(configuration.symbols)
        self.instrumentCounts = venues.map { _ in 0 }
        let longest = settings.windowSpan.addingReportingOverflow(settings.band.maxAge)
        let patience = longest.partialValue.addingReportingOverflow(60_000_000_000)
        self.pulse = ReplayPulse(patience: longest.overflow || patience.overflow ? .max : patience.partialValue)
        self.register(windowLimit: settings.windowMaxBytes)
        let metrics = FeedMetrics(self.registry)
        for (position, adapter) in adapters.enumerated() {
            let venue = VenueIndex(position)
            self.feeds.append(
                RecordedFeed(adapter: adapter, index: venue, channel: self.channel, metrics: metrics) {
                    [unowned self] venueSymbol in self.learn(venueSymbol, of: venue)
                }
            )
        }
    }

    /// Opens one more connection of a venue, and gives its number.
    func connect(_ venue: VenueIndex) -> Int { self.feeds[venue.position].connect() }

    /// Lets one frame come in, after the heartbeats that are due before it.
    func receive(_ frame: Span<UInt8>, of venue: VenueIndex, on connection: Int, at instant: Timestamp) {
        self.pulse.advance(to: instant.nanoseconds) { self.beat(at: $0) }
        self.now = instant
        self.feeds[venue.position].receive(frame, on: connection, at: instant)
        self.drain()
    }

    /// Ends the clock, with the heartbeats until then and a last one, and settles the ledger.
    func end(at instant: Timestamp) {
        self.pulse.advance(to: instant.nanoseconds) { self.beat(at: $0) }
        self.beat(at: instant.nanoseconds)
        self.drain()
    }

    private func beat(at instant: Int64) {
        self.now = Timestamp(nanoseconds: instant)
        var beat = [RawElement(.heartbeat(loop: 0, sentAt: self.now), venue: .none)]
        var tally = FeedTally()
        tally.synthetic = 1
        self.channel.send(&beat, tally: &tally, venue: .none)
        self.drain()
    }

    /// Lets the engine take what waits, until the ledger has the account of all of it.
    private func drain() {
        while case .batch = self.channel.take(into: &self.batch, displaced: &self.displaced, completed: self.completed)
        {
            let (now, heartbeats) = (self.now, self.heartbeats)
            self.completed = self.engine.process(self.batch, displaced: self.displaced, clock: { now }) { _, _ in
                heartbeats.value.wrappingAdd(1, ordering: .relaxed)
            }
        }
        self.completed = EngineTally(windowHeld: self.completed.windowHeld)
    }

    private func learn(_ venueSymbol: String, of venue: VenueIndex) -> InstrumentIndex? {
        guard self.wantedSymbols.isEmpty || self.wantedSymbols.contains(venueSymbol),
            self.instrumentCounts[venue.position] < Self.maxInstrumentsPerVenue
        else { return nil }
        guard let instrument = self.universe.add(venue: venue, symbol: venueSymbol, venueSymbol: venueSymbol) else {
            return nil
        }
        self.instrumentCounts[venue.position] += 1
        self.engine.extend(to: self.universe)
        return instrument
    }
}

// MARK: - What is printed

extension ReplayMarket {
    /// Families about the machine that the replay ran on, or about its own scrapes: they differ from run to run.
    private static let machineFamilies = [
        "process_", "arb1d_build_", "arb1d_config_", "arb1d_http_", "arb1d_log_", "arb1d_metrics_render_seconds",
        "arb1d_metrics_body_bytes", "arb1d_pipeline_seconds", "arb1d_end_to_end_seconds",
    ]

    private func register(windowLimit: Int) {
        let updates = UpdateChannel(
            capacity: Configuration.defaults.chart.updateCapacity,
            venues: self.universe.venues.count,
            wake: {}
        )
        let heartbeats = self.heartbeats
        FlowCollector.register(
            in: self.registry,
            // Nobody watches a pair, so the update channel stays empty: any instant tells as much of it.
            sources: FlowSources(channel: self.channel, updates: updates, now: { Timestamp(nanoseconds: 0) }),
            venues: self.universe.venues.map(\.name),
            heartbeatsCompleted: { heartbeats.value.load(ordering: .relaxed) }
        )
        MarketCollector(board: self.board).register(in: self.registry)
        InfoCollector.registerWindowLimit(windowLimit, in: self.registry)
    }

    /// Text 0.0.4 of all families but those of the machine, families and label sets in order.
    var metrics: [UInt8] {
        self.registry.renderInOrder { name in !Self.machineFamilies.contains { name.hasPrefix($0) } }
    }

    /// One line of JSON for each pair, by symbol, sell venue and buy venue.
    var pairs: [UInt8] {
        var rows: [(key: [String], line: String)] = []
        for index in self.universe.pairs.indices {
            let pair = PairIndex(index)
            guard let report = self.engine.report(of: pair) else { continue }
            let names = ReplayPair.Names(pair, in: self.universe)
            rows.append((names.key, ReplayPair(names: names, report: report, now: self.now).json))
        }
        rows.sort { $0.key.lexicographicallyPrecedes($1.key) }
        return rows.flatMap { Array($0.line.utf8) + [UInt8(ascii: "\n")] }
    }
}
