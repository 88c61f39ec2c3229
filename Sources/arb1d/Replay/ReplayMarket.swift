import Core
import Feed
import Metrics
import Venues

/// The daemon's pipeline without threads, sockets and clocks: recorded frames in; the same adapters, channel and
/// engines; everything that they counted out.
final class ReplayMarket {
    /// Venues have a few thousand instruments; a file that names more symbols than this is not theirs.
    private static let maxInstrumentsPerVenue = 100_000

    private let registry = Registry()
    private let board: Board
    private let channel: RawChannel
    /// Empty: all.
    private let wantedSymbols: Set<String>
    private var universe: Universe
    private let shards: [ReplayShard]
    /// Bytes of all engines' windows.
    private let windowLimit: Int
    private var feeds: [RecordedFeed] = []
    private var instrumentCounts: [Int]
    private var pulse: ReplayPulse
    private(set) var now = Timestamp.never

    /// - Parameters:
    ///   - adapters: One a venue, each venue once.
    ///   - configuration: Of it fees, symbols, and the settings and number of the engines are used.
    init(adapters: [any VenueAdapter.Type], configuration: Configuration) {
        let choices = Dictionary(configuration.venues.map { ($0.name, $0) }) { first, _ in first }
        let venues = adapters.map { adapter in
            let name = adapter.profile.name
            return VenueEntry(choices[name] ?? Configuration.VenueChoice(name: name), adapter)
        }
        let (settings, shards) = (configuration.engine, configuration.engineShards)
        let universe = Universe(venues: venues, shards: shards)
        let board = Board(universe: universe, registry: self.registry)
        let channel = RawChannel(
            capacity: Configuration.defaults.channelCapacity,
            venues: venues.count,
            shards: shards,
            wake: { _ in }
        )
        (self.universe, self.board, self.channel) = (universe, board, channel)
        self.windowLimit = settings.windowMaxBytes
        var unlimited = settings
        unlimited.windowMaxBytes = .max
        self.shards = (0..<shards).map { [unlimited] in
            ReplayShard($0, universe: universe, settings: unlimited, board: board, channel: channel)
        }
        self.wantedSymbols = Set(configuration.symbols)
        self.instrumentCounts = venues.map { _ in 0 }
        let longest = settings.windowSpan.addingReportingOverflow(settings.band.maxAge)
        let patience = longest.partialValue.addingReportingOverflow(60_000_000_000)
        self.pulse = ReplayPulse(patience: longest.overflow || patience.overflow ? .max : patience.partialValue)
        self.register()
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

    private func drain() {
        for shard in self.shards { shard.drain(at: self.now) }
        self.evict()
    }

    /// Keeps the windows within their one budget: what goes must not depend on how many engines share it.
    private func evict() {
        while self.shards.reduce(0, { $0 + $1.engine.windowBytes }) > self.windowLimit {
            let oldest = self.shards.compactMap { shard in shard.oldestChunk.map { (age: $0, shard: shard) } }
            guard let (_, shard) = oldest.min(by: { $0.age < $1.age }) else { return }
            shard.evictOldestChunk()
        }
    }

    private func learn(_ venueSymbol: String, of venue: VenueIndex) -> InstrumentIndex? {
        guard self.wantedSymbols.isEmpty || self.wantedSymbols.contains(venueSymbol),
            self.instrumentCounts[venue.position] < Self.maxInstrumentsPerVenue
        else { return nil }
        guard let instrument = self.universe.add(venue: venue, symbol: venueSymbol, venueSymbol: venueSymbol) else {
            return nil
        }
        self.instrumentCounts[venue.position] += 1
        self.channel.extend(to: self.universe)
        for shard in self.shards { shard.extend(to: self.universe) }
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
    /// Families about how the engines share the work: they differ with the number of engines.
    private static let shardFamilies = ["arb1d_channel_depth_max", "arb1d_engine_batches_total"]

    private func register() {
        let updates = UpdateChannel(
            capacity: Configuration.defaults.chart.updateCapacity,
            venues: self.universe.venues.count,
            wake: {}
        )
        FlowCollector.register(
            in: self.registry,
            // Nobody watches a pair, so the update channel stays empty: any instant tells as much of it.
            sources: FlowSources(channel: self.channel, updates: updates, now: { Timestamp(nanoseconds: 0) }),
            venues: self.universe.venues.map(\.name),
            // Of depth, capacity and heartbeats all of them tell the same.
            shards: 1
        )
        MarketCollector(board: self.board, shards: 1).register(in: self.registry)
        InfoCollector.registerWindowLimit(self.windowLimit, in: self.registry)
    }

    /// Text 0.0.4 of all families but those of the machine and of single engines, families and label sets in order.
    var metrics: [UInt8] {
        let excluded = Self.machineFamilies + Self.shardFamilies
        return self.registry.renderInOrder { name in !excluded.contains { name.hasPrefix($0) } }
    }

    /// One line of JSON for each pair, by symbol, sell venue and buy venue.
    var pairs: [UInt8] {
        var rows: [(key: [String], line: String)] = []
        for index in self.universe.pairs.indices {
            let pair = PairIndex(index)
            let shard = self.shards[self.universe.shard(of: pair)]
            guard let report = shard.engine.report(of: pair) else { continue }
            let names = ReplayPair.Names(pair, in: self.universe)
            rows.append((names.key, ReplayPair(names: names, report: report, now: self.now).json))
        }
        rows.sort { $0.key.lexicographicallyPrecedes($1.key) }
        return rows.flatMap { Array($0.line.utf8) + [UInt8(ascii: "\n")] }
    }
}
