@testable import Core

/// A channel with its engines on one thread.
final class ShardedMarket {
    final class Box {
        var engine: SpreadEngine
        var completed = EngineTally()

        init(_ engine: consuming SpreadEngine) { self.engine = engine }
    }

    private(set) var universe: Universe
    let board: Board
    let channel: RawChannel
    let engines: [Box]
    /// What was told of each pair; all are watched.
    private(set) var points: [PairIndex: [PairPoint]] = [:]

    init(shards: Int, _ settings: EngineSettings) {
        let universe = Universe(
            venues: (0..<3).map {
                let patience = $0 == 1 ? 2 * second : nil
                return VenueEntry(name: "v\($0)", isPerpetual: $0 == 2, fee: 0, repeatStaleAfter: patience)
            },
            shards: shards
        )
        let board = Board(universe: universe)
        (self.universe, self.board) = (universe, board)
        self.channel = RawChannel(capacity: 1_000, venues: 3, shards: shards, wake: { _ in })
        self.engines = (0..<shards).map {
            Box(SpreadEngine(universe: universe, settings: settings, board: board, shard: $0, summarises: true))
        }
    }

    func list(venue: Int, symbol: String) {
        _ = self.universe.add(venue: VenueIndex(venue), symbol: symbol, venueSymbol: symbol)
        self.extend()
        for pair in self.universe.pairs.indices.map(PairIndex.init) { self.engine(of: pair).engine.watch(pair) }
    }

    func unlist(_ instrument: Int) {
        self.universe.remove(InstrumentIndex(instrument))
        self.extend()
    }

    private func extend() {
        self.channel.extend(to: self.universe)
        for box in self.engines { box.engine.extend(to: self.universe) }
    }

    func engine(of pair: PairIndex) -> Box { self.engines[self.universe.shard(of: pair)] }

    func send(_ elements: [RawElement]) {
        var (batch, nothing) = (elements, [RawElement]())
        for element in elements {
            var tally = FeedTally()
            if element.venue == .none { tally.synthetic = 1 } else { tally.countEvent(.quote) }
            self.channel.send(&nothing, tally: &tally, venue: element.venue)
        }
        var tally = FeedTally()
        self.channel.send(&batch, tally: &tally, venue: VenueIndex(0))
        self.drain()
    }

    private func drain() {
        for shard in self.engines.indices.reversed() {
            let box = self.engines[shard]
            var (batch, displaced) = ([RawElement](), [InstrumentIndex]())
            while case .batch = self.channel.take(
                from: shard,
                into: &batch,
                displaced: &displaced,
                completed: box.completed
            ) {
                box.completed = box.engine.process(
                    batch,
                    displaced: displaced,
                    clock: { .origin },
                    heartbeat: { _, _ in }
                )
                var points: [PairPoint] = []
                box.engine.takePoints(into: &points)
                for point in points { self.points[point.pair, default: []].append(point) }
            }
            box.completed = EngineTally(windowHeld: box.completed.windowHeld)
        }
    }

    var opportunities: OpportunityReport {
        OpportunityReport(merging: self.engines.map { $0.engine.opportunities }, kept: 1_000_000)
    }

    /// By venue pair, of all engines together.
    var venuePairCounts: [[UInt64]] {
        (0..<9).map { index in
            let cells = self.board.read().shards.map { $0.venuePairs[index] }
            func sum(_ count: (VenuePairCells) -> UInt64) -> UInt64 { cells.reduce(0) { $0 + count($1) } }
            return [
                sum(\.evaluations.value), sum(\.points.value), sum(\.breachesAbove.value), sum(\.breachesBelow.value),
                sum(\.opportunities.value), sum(\.opportunitiesActive),
            ] + SpreadMissing.allCases.indices.map { reason in sum { $0.missing[reason].value } }
                + PointMissing.allCases.indices.map { reason in sum { $0.pointsMissing[reason].value } }
                + OpportunityEnd.allCases.indices.map { reason in sum { $0.opportunitiesEnded[reason].value } }
        }
    }

    /// By venue, the same.
    var venueCounts: [[UInt64]] {
        (0..<3).map { index in
            let cells = self.board.read().shards.map { $0.venues[index] }
            func sum(_ count: (VenueCells) -> UInt64) -> UInt64 { cells.reduce(0) { $0 + count($1) } }
            return [
                UInt64(max(0, cells.map(\.windowSpan.value).min() ?? 0)), sum { UInt64($0.windowQuotes.value) },
                sum { UInt64($0.windowTrades.value) }, sum { UInt64($0.windowBytes.value) },
            ] + QuoteFlag.allCases.indices.map { flag in sum { $0.flagged[flag].value } }
                + StaleReason.allCases.indices.map { reason in sum { $0.stale[reason].value } }
                + LateOrder.allCases.indices.map { order in sum { $0.late[order].value } }
                + WindowExit.allCases.indices.map { exit in sum { UInt64($0.windowExits[exit].value) } }
        }
    }
}
