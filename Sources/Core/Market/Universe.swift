/// One venue as the engine knows it.
public struct VenueEntry: Sendable {
    public let name: String
    /// Spot against perpetual is a basis, which does not converge by itself.
    public let isPerpetual: Bool
    /// Taker fee as a ratio.
    public let fee: Double
    /// An unchanged quote is said again; a subscription silent for longer than this is stale. `nil`: changes only.
    public let repeatStaleAfter: Int64?

    /// Describes a venue; `repeatStaleAfter` is in nanoseconds.
    public init(name: String, isPerpetual: Bool, fee: Double, repeatStaleAfter: Int64?) {
        (self.name, self.isPerpetual, self.fee, self.repeatStaleAfter) = (name, isPerpetual, fee, repeatStaleAfter)
    }
}

/// Venue + symbol: the key of all market state.
public struct InstrumentEntry: Sendable {
    public let venue: VenueIndex
    public let symbol: SymbolIndex
    /// That venue's spelling.
    public let venueSymbol: String
}

/// An ordered pair of instruments of one symbol: sell at the one, buy at the other.
public struct PairEntry: Sendable {
    public let sell: InstrumentIndex
    public let buy: InstrumentIndex
    /// Spot against perpetual.
    public let isBasis: Bool
}

/// Everything that is watched, interned to dense indices, which are given once and never change or get reused.
///
/// It only grows: a venue that answers late, or lists something new, adds to it. Each owner of per-index state holds
/// its own copy and extends its arrays when it is handed a longer one.
public struct Universe: Sendable {
    public let venues: [VenueEntry]
    public private(set) var symbols: [String] = []
    public private(set) var instruments: [InstrumentEntry] = []
    public private(set) var pairs: [PairEntry] = []
    private var symbolIndices: [String: SymbolIndex] = [:]
    private var instrumentsBySymbol: [[InstrumentIndex]] = []
    private var pairIndices: [PairKey: PairIndex] = [:]

    private struct PairKey: Hashable {
        let sell: InstrumentIndex
        let buy: InstrumentIndex
    }

    public init(venues: [VenueEntry]) {
        precondition(venues.count < Int(VenueIndex.none.rawValue), "too many venues")
        self.venues = venues
    }

    /// Adds an instrument and its pairs with the symbol's other instruments.
    ///
    /// - Returns: Its index, or `nil` when this venue has this symbol already.
    public mutating func add(venue: VenueIndex, symbol: String, venueSymbol: String) -> InstrumentIndex? {
        let symbolIndex = self.intern(symbol)
        let others = self.instrumentsBySymbol[symbolIndex.position]
        guard !others.contains(where: { self.instruments[$0.position].venue == venue }) else { return nil }
        let instrument = InstrumentIndex(self.instruments.count)
        self.instruments.append(InstrumentEntry(venue: venue, symbol: symbolIndex, venueSymbol: venueSymbol))
        self.instrumentsBySymbol[symbolIndex.position].append(instrument)
        let isPerpetual = self.venues[venue.position].isPerpetual
        for other in others {
            let isBasis = self.venues[self.instruments[other.position].venue.position].isPerpetual != isPerpetual
            self.addPair(sell: other, buy: instrument, isBasis: isBasis)
            self.addPair(sell: instrument, buy: other, isBasis: isBasis)
        }
        return instrument
    }

    /// The symbol's instruments, in the order of their indices.
    public func instruments(of symbol: SymbolIndex) -> [InstrumentIndex] { self.instrumentsBySymbol[symbol.position] }

    /// The instruments of one venue, in the order of their indices.
    public func instruments(of venue: VenueIndex) -> [InstrumentIndex] {
        self.instruments.indices.lazy.map(InstrumentIndex.init).filter { self.instruments[$0.position].venue == venue }
    }

    /// The pair that sells `symbol` at one venue and buys it at the other, by their names; `nil`: it is not watched.
    public func pair(symbol: String, sell: String, buy: String) -> PairIndex? {
        guard let index = self.symbolIndices[symbol] else { return nil }
        let instruments = self.instrumentsBySymbol[index.position]
        func instrument(at name: String) -> InstrumentIndex? {
            instruments.first { self.venues[self.instruments[$0.position].venue.position].name == name }
        }
        guard let sold = instrument(at: sell), let bought = instrument(at: buy) else { return nil }
        return self.pairIndices[PairKey(sell: sold, buy: bought)]
    }

    private mutating func addPair(sell: InstrumentIndex, buy: InstrumentIndex, isBasis: Bool) {
        self.pairIndices[PairKey(sell: sell, buy: buy)] = PairIndex(self.pairs.count)
        self.pairs.append(PairEntry(sell: sell, buy: buy, isBasis: isBasis))
    }

    private mutating func intern(_ symbol: String) -> SymbolIndex {
        if let known = self.symbolIndices[symbol] { return known }
        let index = SymbolIndex(self.symbols.count)
        self.symbols.append(symbol)
        self.symbolIndices[symbol] = index
        self.instrumentsBySymbol.append([])
        return index
    }
}

extension VenueIndex {
    /// No venue: what a synthetic element (a heartbeat) is counted under.
    public static let none = VenueIndex(rawValue: .max)
}
