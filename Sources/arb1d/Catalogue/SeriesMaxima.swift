import Core
import Metrics

/// Most series that pairs and instruments can have under a configuration, whatever the venues list.
///
/// Every other series exists from the start, so what is there then is the most that there ever is.
struct SeriesMaxima {
    let budget: SeriesBudget
    /// All that `discovery.max_instruments` lets there be.
    let instruments: Int
    let pairs: Int
    /// Those that are exported at most.
    let exportedPairs: Int
    let exportedInstruments: Int
    /// Pairs that the configuration asks for by all means and that have no room, with the setting that asks.
    let excess: (key: String, pairs: Int)?

    private static let perPair = Set(MarketFamily.ofPairs.map(\.description.name))
    private static let perInstrument = Set(MarketFamily.ofInstruments.map(\.description.name))

    /// `others` are the series of all families but those of pairs and instruments.
    init(_ configuration: Configuration, others: Int) {
        let venues = configuration.venues.count
        let known = configuration.symbols.isEmpty ? Int.max : configuration.symbols.count
        let each = min(configuration.maxInstruments, known)
        let budget = SeriesBudget(limit: configuration.series.limit, fixed: others)
        (self.budget, self.instruments, self.pairs) = (budget, venues * each, venues * (venues - 1) * each)
        let room = budget.mostPairs(instruments: self.instruments)
        let fitsAll = budget.fits(pairs: self.pairs, instruments: self.instruments)
        let always = Set(configuration.series.always).count
        var excess: (key: String, pairs: Int)? = always > room ? ("metrics.always", always) : nil
        let wanted: Int
        switch configuration.series.pairs {
        case .auto: wanted = self.pairs
        case .all:
            wanted = self.pairs
            if !fitsAll { excess = ("metrics.pairs", self.pairs) }
        case .top(let count): wanted = PairSelection.room(for: count) + always
        case .list(let keys):
            wanted = Set(keys + configuration.series.always).count
            if wanted > room { excess = ("metrics.pairs", wanted) }
        }
        self.excess = excess
        self.exportedPairs = min(wanted, self.pairs, fitsAll ? self.pairs : room)
        self.exportedInstruments = min(self.instruments, 2 * self.exportedPairs)
    }

    /// Most series of a family of pairs or instruments; `nil` for all others.
    func maximum(of family: String) -> Int? {
        if Self.perPair.contains(family) { return self.exportedPairs }
        return Self.perInstrument.contains(family) ? self.exportedInstruments : nil
    }

    static func isOfMarket(_ family: String) -> Bool {
        self.perPair.contains(family) || self.perInstrument.contains(family)
    }
}
