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
    /// Which engine has the symbol.
    public let shard: UInt8
    /// That venue's spelling.
    public let venueSymbol: String
    /// Whether the venue still lists it.
    public internal(set) var isListed = true
}

/// An ordered pair of instruments of one symbol: sell at the one, buy at the other.
public struct PairEntry: Sendable {
    public let sell: InstrumentIndex
    public let buy: InstrumentIndex
    /// Spot against perpetual.
    public let isBasis: Bool
    /// Whether both legs are still listed: if not, the pair is no more, and only its index remains.
    public internal(set) var isListed = true
}

/// Everything that is watched, interned to dense indices, which are given once and never change or get reused.
///
/// Its lists only grow: a venue that answers late, or lists something new, adds to them, and what is delisted stays in
/// its place, marked. Each owner of per-index state holds its own copy and extends its arrays when handed another.
public struct Universe: Sendable {
    public let venues: [VenueEntry]
    /// How many engines share the symbols.
    public let shardCount: Int
    public private(set) var symbols: [String] = []
    public private(set) var instruments: [InstrumentEntry] = []
    /// Both directions of two instruments stand one behind the other, the first of them at an even place.
    public private(set) var pairs: [PairEntry] = []
    /// Counts the changes: two copies of one universe with the same revision are equal.
    public private(set) var revision = 0
    private var symbolIndices: [String: SymbolIndex] = [:]
    private var instrumentsBySymbol: [[InstrumentIndex]] = []
    /// By ``SymbolIndex``.
    private var shards: [UInt8] = []
    private var pairIndices: [PairKey: PairIndex] = [:]

    private struct PairKey: Hashable {
        let sell: InstrumentIndex
        let buy: InstrumentIndex
    }

    /// Begins with nothing but venues, for so many engines.
    public init(venues: [VenueEntry], shards: Int = 1) {
        precondition(venues.count < Int(VenueIndex.none.rawValue), "too many venues")
        precondition((1...SymbolShard.most).contains(shards), "a universe has one engine or a few")
        (self.venues, self.shardCount) = (venues, shards)
    }

    /// Adds an instrument and its pairs with the symbol's other instruments.
    ///
    /// A symbol that was removed and comes again is another instrument, with other pairs.
    ///
    /// - Returns: Its index, or `nil` when this venue has this symbol already.
    public mutating func add(venue: VenueIndex, symbol: String, venueSymbol: String) -> InstrumentIndex? {
        let symbolIndex = self.intern(symbol)
        let others = self.instrumentsBySymbol[symbolIndex.position]
        guard !others.contains(where: { self.instruments[$0.position].venue == venue }) else { return nil }
        let instrument = InstrumentIndex(self.instruments.count)
        let shard = self.shards[symbolIndex.position]
        self.instruments.append(
            InstrumentEntry(venue: venue, symbol: symbolIndex, shard: shard, venueSymbol: venueSymbol)
        )
        self.instrumentsBySymbol[symbolIndex.position].append(instrument)
        self.revision += 1
        let isPerpetual = self.venues[venue.position].isPerpetual
        for other in others {
            let isBasis = self.venues[self.instruments[other.position].venue.position].isPerpetual != isPerpetual
            self.addPair(sell: other, buy: instrument, isBasis: isBasis)
            self.addPair(sell: instrument, buy: other, isBasis: isBasis)
        }
        return instrument
    }

    /// The venue no longer lists the instrument: it and its pairs are found no more; removing it twice changes nothing.
    public mutating func remove(_ instrument: InstrumentIndex) {
        guard self.instruments[instrument.position].isListed else { return }
        self.instruments[instrument.position].isListed = false
        let symbol = self.instruments[instrument.position].symbol.position
        self.instrumentsBySymbol[symbol].removeAll { $0 == instrument }
        for other in self.instrumentsBySymbol[symbol] {
            for key in [PairKey(sell: instrument, buy: other), PairKey(sell: other, buy: instrument)] {
                guard let pair = self.pairIndices.removeValue(forKey: key) else { continue }
                self.pairs[pair.position].isListed = false
            }
        }
        self.revision += 1
    }

    /// The symbol's listed instruments, in the order of their indices.
    public func instruments(of symbol: SymbolIndex) -> [InstrumentIndex] { self.instrumentsBySymbol[symbol.position] }

    /// The listed instruments of one venue, in the order of their indices.
    public func instruments(of venue: VenueIndex) -> [InstrumentIndex] {
        self.instruments.indices.lazy.map(InstrumentIndex.init).filter {
            self.instruments[$0.position].venue == venue && self.instruments[$0.position].isListed
        }
    }

    /// How many instruments are listed now, on all venues.
    public var listedCount: Int { self.instrumentsBySymbol.reduce(0) { $0 + $1.count } }

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

    /// Which engine has the pair: that of both its legs.
    public func shard(of pair: PairIndex) -> Int {
        Int(self.instruments[self.pairs[pair.position].sell.position].shard)
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
        self.shards.append(UInt8(SymbolShard.shard(of: symbol, among: self.shardCount)))
        self.instrumentsBySymbol.append([])
        return index
    }
}

extension VenueIndex {
    /// No venue: what a synthetic element (a heartbeat) is counted under.
    public static let none = VenueIndex(rawValue: .max)
}
