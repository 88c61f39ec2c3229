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
    private let labels = Mutex(LabelCache())

    init(board: Board, export: PairExport? = nil) { (self.board, self.export) = (board, export) }

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
        sink.add(MarketFamily.engineBatches.rawValue, ["0"], self.board.batchCount)
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
                let counts = cells.venuePair(sell: VenueIndex(sell), buy: VenueIndex(buy))
                sink.add(MarketFamily.evaluations.rawValue, names, counts.evaluations.value)
                for (reason, cell) in zip(SpreadMissing.allCases, counts.missing) {
                    sink.add(MarketFamily.spreadMissing.rawValue, names + [reason.label], cell.value)
                }
                sink.add(MarketFamily.points.rawValue, names, counts.points.value)
                for (reason, cell) in zip(PointMissing.allCases, counts.pointsMissing) {
                    sink.add(MarketFamily.pointsMissing.rawValue, names + [reason.label], cell.value)
                }
                sink.add(MarketFamily.breaches.rawValue, names + ["upper"], counts.breachesAbove.value)
                sink.add(MarketFamily.breaches.rawValue, names + ["lower"], counts.breachesBelow.value)
                self.writeOpportunities(counts, names, &sink)
            }
        }
    }

    private func writeOpportunities(_ counts: VenuePairCells, _ names: [String], _ sink: inout SampleSink) {
        // Ended ones are read first, so that never more have ended than began.
        let ended = counts.opportunitiesEnded.map(\.value)
        let begun = counts.opportunities.value
        sink.add(MarketFamily.opportunities.rawValue, names, begun)
        for (reason, count) in zip(OpportunityEnd.allCases, ended) {
            sink.add(MarketFamily.opportunitiesEnded.rawValue, names + [reason.label], count)
        }
        sink.add(MarketFamily.opportunitiesActive.rawValue, names, begun &- ended.reduce(0, &+))
    }

    private func writeVenues(_ cells: Board.Cells, _ sink: inout SampleSink) {
        for (venue, counts) in zip(cells.universe.venues, cells.venues) {
            for (flag, cell) in zip(QuoteFlag.allCases, counts.flagged) {
                sink.add(MarketFamily.flagged.rawValue, [venue.name, flag.label], cell.value)
            }
            for (reason, cell) in zip(StaleReason.allCases, counts.stale) {
                sink.add(MarketFamily.stale.rawValue, [venue.name, reason.label], cell.value)
            }
            for (order, cell) in zip(LateOrder.allCases, counts.late) {
                sink.add(MarketFamily.late.rawValue, [venue.name, order.label], cell.value)
            }
            sink.add(MarketFamily.fee.rawValue, [venue.name], venue.fee)
            sink.add(MarketFamily.windowQuotes.rawValue, [venue.name], Double(counts.windowQuotes.value))
            sink.add(MarketFamily.windowTrades.rawValue, [venue.name], Double(counts.windowTrades.value))
            sink.add(MarketFamily.windowBytes.rawValue, [venue.name], Double(counts.windowBytes.value))
            sink.add(MarketFamily.windowSpan.rawValue, [venue.name], Double(counts.windowSpan.value) / 1e9)
            for (exit, cell) in zip(WindowExit.allCases, counts.windowExits) {
                sink.add(MarketFamily.windowExits.rawValue, [venue.name, exit.label], UInt64(cell.value))
            }
        }
    }
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
