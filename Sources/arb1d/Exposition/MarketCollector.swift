import Core
import Metrics
import Synchronization

/// Exports what the engine found: prices, spreads, bands, and the counts per venue and pair of venues.
///
/// Values are read from the engine's cells at the scrape; labels were formatted once, when the universe grew.
final class MarketCollector: Sendable {
    private let board: Board
    /// `nil`: all pairs, however many.
    private let export: PairExport?
    /// How many shards are told of by themselves.
    private let shards: Int
    private let labels = Mutex(LabelCache())

    init(board: Board, export: PairExport? = nil, shards: Int = .max) {
        (self.board, self.export, self.shards) = (board, export, shards)
    }

    func register(in registry: Registry) {
        registry.collect(MarketFamily.allCases.map(\.description)) { sink in self.collect(into: &sink) }
    }

    private func collect(into sink: inout SampleSink) {
        let cells = self.board.read()
        let labels = self.labels.withLock { cache in
            cache.extend(to: cells.universe)
            return cache
        }
        let choice = self.export?.choice(for: cells) ?? .everything
        self.writeInstruments(cells, choice, labels, &sink)
        self.writePairs(cells, choice, labels, &sink)
        self.writeVenuePairs(cells, &sink)
        self.writeVenues(cells, &sink)
        for (shard, counts) in cells.shards.prefix(self.shards).enumerated() {
            sink.add(MarketFamily.engineBatches.rawValue, ["\(shard)"], counts.batchCount)
        }
    }

    private func writeInstruments(
        _ cells: Board.Cells,
        _ choice: ExportChoice,
        _ labels: LabelCache,
        _ sink: inout SampleSink
    ) {
        var dropped: UInt64 = 0
        for (index, cell) in cells.instruments.enumerated() where cells.universe.instruments[index].isListed {
            let fate = choice.fate(ofInstrument: index)
            guard fate != .unwanted, let top = cell.read() else { continue }
            if fate == .dropped {
                dropped += 1
                continue
            }
            sink.add(MarketFamily.bid.rawValue, labels.instruments, index, top.bid)
            sink.add(MarketFamily.ask.rawValue, labels.instruments, index, top.ask)
        }
        self.export?.drop(MarketFamily.ofInstruments[...], dropped)
    }

    private func writePairs(
        _ cells: Board.Cells,
        _ choice: ExportChoice,
        _ labels: LabelCache,
        _ sink: inout SampleSink
    ) {
        let universe = cells.universe
        let venues = universe.venues.count
        var states = Array(repeating: PairStatus.allCases.map { _ in 0 }, count: venues * venues)
        var best = Array(repeating: -Double.infinity, count: venues * venues)
        var dropped: (pairs: UInt64, bands: UInt64) = (0, 0)
        for (index, cell) in cells.pairs.enumerated() where universe.pairs[index].isListed {
            let entry = universe.pairs[index]
            let sell = universe.instruments[entry.sell.position].venue.position
            let buy = universe.instruments[entry.buy.position].venue.position
            let reading = cell.read()
            states[sell * venues + buy][Int(reading.status.rawValue)] += 1
            guard reading.status == .fresh else { continue }
            best[sell * venues + buy] = max(best[sell * venues + buy], reading.netSpread)
            switch choice.fate(ofPair: index) {
            case .exported: self.write(reading, labels.pairs, index, &sink)
            case .dropped: dropped = (dropped.pairs + 1, dropped.bands + (reading.band == nil ? 0 : 1))
            case .unwanted: break
            }
        }
        self.export?.drop(MarketFamily.ofPairs.prefix(3), dropped.pairs)
        self.export?.drop(MarketFamily.ofPairs.suffix(3), dropped.bands)
        for sell in 0..<venues {
            for buy in 0..<venues where sell != buy {
                let names = [universe.venues[sell].name, universe.venues[buy].name]
                let cell = sell * venues + buy
                for status in PairStatus.allCases {
                    sink.add(
                        MarketFamily.pairs.rawValue,
                        names + [status.label],
                        UInt64(states[cell][Int(status.rawValue)])
                    )
                }
                if best[cell].isFinite { sink.add(MarketFamily.netMax.rawValue, names, best[cell]) }
            }
        }
    }

    private func write(_ reading: PairReading, _ labels: LabelTable, _ pair: Int, _ sink: inout SampleSink) {
        sink.add(MarketFamily.spread.rawValue, labels, pair, reading.spread)
        sink.add(MarketFamily.netSpread.rawValue, labels, pair, reading.netSpread)
        sink.add(MarketFamily.notional.rawValue, labels, pair, reading.notional)
        guard let band = reading.band else { return }
        sink.add(MarketFamily.bandUpper.rawValue, labels, pair, band.upper)
        sink.add(MarketFamily.bandLower.rawValue, labels, pair, band.lower)
        sink.add(MarketFamily.bandWidth.rawValue, labels, pair, band.upper - band.lower)
    }

    private func writeVenuePairs(_ cells: Board.Cells, _ sink: inout SampleSink) {
        for (sell, sellVenue) in cells.universe.venues.enumerated() {
            for (buy, buyVenue) in cells.universe.venues.enumerated() where sell != buy {
                let names = [sellVenue.name, buyVenue.name]
                let counts = cells.shards.map { $0.venuePair(sell: VenueIndex(sell), buy: VenueIndex(buy)) }
                sink.add(MarketFamily.evaluations.rawValue, names, counts.total(\.evaluations))
                for reason in SpreadMissing.allCases {
                    let count = counts.total { $0.missing[Int(reason.rawValue)] }
                    sink.add(MarketFamily.spreadMissing.rawValue, names + [reason.label], count)
                }
                sink.add(MarketFamily.points.rawValue, names, counts.total(\.points))
                for reason in PointMissing.allCases {
                    let count = counts.total { $0.pointsMissing[Int(reason.rawValue)] }
                    sink.add(MarketFamily.pointsMissing.rawValue, names + [reason.label], count)
                }
                sink.add(MarketFamily.breaches.rawValue, names + ["upper"], counts.total(\.breachesAbove))
                sink.add(MarketFamily.breaches.rawValue, names + ["lower"], counts.total(\.breachesBelow))
                self.writeOpportunities(counts, names, &sink)
            }
        }
    }

    private func writeOpportunities(_ counts: [VenuePairCells], _ names: [String], _ sink: inout SampleSink) {
        // Ended ones are read first, so that never more have ended than began.
        let ended = OpportunityEnd.allCases.map { end in counts.total { $0.opportunitiesEnded[Int(end.rawValue)] } }
        let begun = counts.total(\.opportunities)
        sink.add(MarketFamily.opportunities.rawValue, names, begun)
        for (reason, count) in zip(OpportunityEnd.allCases, ended) {
            sink.add(MarketFamily.opportunitiesEnded.rawValue, names + [reason.label], count)
        }
        sink.add(MarketFamily.opportunitiesActive.rawValue, names, begun &- ended.reduce(0, &+))
    }

    private func writeVenues(_ cells: Board.Cells, _ sink: inout SampleSink) {
        for (index, venue) in cells.universe.venues.enumerated() {
            let counts = cells.shards.map { $0.venues[index] }
            for flag in QuoteFlag.allCases {
                let count = counts.total { $0.flagged[Int(flag.rawValue)] }
                sink.add(MarketFamily.flagged.rawValue, [venue.name, flag.label], count)
            }
            for reason in StaleReason.allCases {
                let count = counts.total { $0.stale[Int(reason.rawValue)] }
                sink.add(MarketFamily.stale.rawValue, [venue.name, reason.label], count)
            }
            for order in LateOrder.allCases {
                let count = counts.total { $0.late[Int(order.rawValue)] }
                sink.add(MarketFamily.late.rawValue, [venue.name, order.label], count)
            }
            sink.add(MarketFamily.fee.rawValue, [venue.name], venue.fee)
            self.writeWindows(counts, [venue.name], &sink)
        }
    }

    private func writeWindows(_ counts: [VenueCells], _ names: [String], _ sink: inout SampleSink) {
        sink.add(MarketFamily.windowQuotes.rawValue, names, Double(counts.total(\.windowQuotes)))
        sink.add(MarketFamily.windowTrades.rawValue, names, Double(counts.total(\.windowTrades)))
        sink.add(MarketFamily.windowBytes.rawValue, names, Double(counts.total(\.windowBytes)))
        let shortest = counts.map(\.windowSpan.value).min() ?? .max
        let span = shortest == .max ? 0 : max(0, shortest)
        sink.add(MarketFamily.windowSpan.rawValue, names, Double(span) / 1e9)
        for exit in WindowExit.allCases {
            let count = counts.total { $0.windowExits[Int(exit.rawValue)] }
            sink.add(MarketFamily.windowExits.rawValue, names + [exit.label], UInt64(count))
        }
    }
}

/// The same cell of every shard, added up.
extension Array {
    fileprivate func total(_ cell: (Element) -> TallyCell) -> UInt64 { self.reduce(0) { $0 &+ cell($1).value } }

    fileprivate func total(_ cell: (Element) -> LevelCell) -> Int64 { self.reduce(0) { $0 + cell($1).value } }
}

/// The label blocks of all instruments and pairs, formatted once.
private struct LabelCache: Sendable {
    private(set) var instruments = LabelTable(["venue", "symbol"])
    private(set) var pairs = LabelTable(["symbol", "sell_venue", "buy_venue"])

    mutating func extend(to universe: Universe) {
        for entry in universe.instruments.dropFirst(self.instruments.count) {
            self.instruments.append([
                universe.venues[entry.venue.position].name, universe.symbols[entry.symbol.position],
            ])
        }
        for entry in universe.pairs.dropFirst(self.pairs.count) {
            let (sell, buy) = (universe.instruments[entry.sell.position], universe.instruments[entry.buy.position])
            self.pairs.append([
                universe.symbols[sell.symbol.position],
                universe.venues[sell.venue.position].name,
                universe.venues[buy.venue.position].name,
            ])
        }
    }
}

extension PairStatus {
    /// The value of the `state` label.
    var label: String {
        switch self {
        case .missing: "missing"
        case .stale: "stale"
        case .fresh: "fresh"
        case .quarantined: "quarantined"
        }
    }
}
