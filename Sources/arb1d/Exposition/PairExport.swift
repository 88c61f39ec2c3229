import Chart
import Core
import Metrics
import Synchronization

struct FamilyLabel: LabelSet {
    static let names = ["family"]
    let family: String
    var values: [String] { [self.family] }
}

/// Decides which pairs have their gauges, and counts what the limit of series keeps out.
///
/// Where all fit, all are exported from the scrape on that first knows them. Else there is a ranking once a second.
final class PairExport: Sendable {
    private struct State {
        /// No limit before it is known what else there is.
        var budget = SeriesBudget(limit: .max / 2, fixed: 0)
        var selection = PairSelection()
        var choice = ExportChoice.everything
        /// How large the universe was at the last look.
        var pairs = 0
        var instruments = 0
    }

    private let wanted: Configuration.SeriesChoice
    private let clock: @Sendable () -> Timestamp
    private let state = Mutex(State())
    /// By the family's raw value.
    private let dropped: [MarketFamily: Counter]

    init(_ wanted: Configuration.SeriesChoice, clock: @escaping @Sendable () -> Timestamp, registry: Registry) {
        (self.wanted, self.clock) = (wanted, clock)
        registry.gauge("arb1d_metrics_series_limit", help: "Most series that are exported (`metrics.series_limit`).")
            .set(Double(wanted.limit))
        let family = registry.counter(
            "arb1d_metrics_series_dropped_total",
            help: "Series that the limit kept out of a scrape, counted in every scrape.",
            labels: FamilyLabel.self
        )
        self.dropped = Dictionary(
            uniqueKeysWithValues: (MarketFamily.ofInstruments + MarketFamily.ofPairs).map {
                ($0, family.counter(for: FamilyLabel(family: $0.description.name)))
            }
        )
    }

    /// From now on there is this much room.
    func limit(to budget: SeriesBudget) { self.state.withLock { ($0.budget, $0.pairs) = (budget, 0) } }

    /// Ranks the pairs anew where there is no room for all: called once a second.
    func look(at cells: Board.Cells) { self.state.withLock { self.choose(&$0, cells) } }

    /// What to export of these cells now.
    func choice(for cells: Board.Cells) -> ExportChoice {
        self.state.withLock { state in
            let universe = cells.universe
            if state.pairs != universe.pairs.count || state.instruments != universe.instruments.count {
                self.choose(&state, cells)
            }
            return state.choice
        }
    }

    /// So many series of each of these families were kept out.
    func drop(_ families: ArraySlice<MarketFamily>, _ count: UInt64) {
        for family in families { self.dropped[family]?.increment(by: count) }
    }

    private func choose(_ state: inout State, _ cells: Board.Cells) {
        let universe = cells.universe
        (state.pairs, state.instruments) = (universe.pairs.count, universe.instruments.count)
        let instruments = universe.instruments.count { $0.isListed }
        let wantsAll = self.wanted.pairs == .auto || self.wanted.pairs == .all
        if wantsAll, state.budget.fits(pairs: universe.pairs.count { $0.isListed }, instruments: instruments) {
            state.choice = .everything
            return
        }
        let always = self.always(in: universe)
        let room = state.budget.mostPairs(instruments: instruments)
        let free = PairSelection.top(within: max(0, room - always.count))
        let (top, most) =
            switch self.wanted.pairs {
            case .auto, .all: (free, room)
            case .top(let count): (min(count, free), min(room, PairSelection.room(for: count) + always.count))
            case .list: (0, room)
            }
        state.selection.update(Self.ranking(cells), always: always, top: top, room: most, at: self.clock())
        state.choice = ExportChoice(
            state.selection.chosen,
            wanted: wantsAll ? nil : state.selection.waiting,
            of: universe
        )
    }

    /// The pairs that have a spread now, best net spread first.
    private static func ranking(_ cells: Board.Cells) -> [PairIndex] {
        var fresh: [(pair: PairIndex, net: Double)] = []
        for (index, cell) in cells.pairs.enumerated() {
            let reading = cell.read()
            if reading.status == .fresh { fresh.append((PairIndex(index), reading.netSpread)) }
        }
        return fresh.sorted { $0.net == $1.net ? $0.pair.position < $1.pair.position : $0.net > $1.net }.map(\.pair)
    }

    /// The pairs that the configuration names, as far as they are known.
    private func always(in universe: Universe) -> [PairIndex] {
        var keys = self.wanted.always
        if case .list(let listed) = self.wanted.pairs { keys += listed }
        var seen: Set<PairIndex> = []
        return keys.compactMap { universe.pair(symbol: $0.symbol, sell: $0.exchange1, buy: $0.exchange2) }
            .filter { seen.insert($0).inserted }
    }
}
