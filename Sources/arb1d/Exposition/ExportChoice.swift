import Core

/// What a scrape exports of pairs and instruments, and what the limit of series keeps out of it.
struct ExportChoice: Sendable {
    enum Fate: UInt8, Sendable {
        case exported
        /// The configuration does not ask for it.
        case unwanted
        /// The configuration asks for it, and there is no room.
        case dropped
    }

    /// By index; `nil`: all are exported. What came later than the choice waits for the next one.
    private var pairs: [Fate]?
    private var instruments: [Fate] = []

    static let everything = ExportChoice()

    private init() {}

    /// Exports the chosen pairs and the tops of book of their legs.
    ///
    /// `wanted` are the others that there is no room for; `nil` says that all of them are.
    init(_ chosen: Set<PairIndex>, wanted: Set<PairIndex>?, of universe: Universe) {
        let left = wanted == nil ? Fate.dropped : .unwanted
        self.instruments = Array(repeating: left, count: universe.instruments.count)
        var pairs = Array(repeating: left, count: universe.pairs.count)
        for (these, fate) in [(wanted ?? [], Fate.dropped), (chosen, .exported)] {
            for pair in these where pair.position < pairs.count {
                pairs[pair.position] = fate
                let entry = universe.pairs[pair.position]
                self.instruments[entry.sell.position] = fate
                self.instruments[entry.buy.position] = fate
            }
        }
        self.pairs = pairs
    }

    func fate(ofPair index: Int) -> Fate {
        guard let pairs = self.pairs else { return .exported }
        return index < pairs.count ? pairs[index] : .unwanted
    }

    func fate(ofInstrument index: Int) -> Fate {
        guard self.pairs != nil else { return .exported }
        return index < self.instruments.count ? self.instruments[index] : .unwanted
    }
}
