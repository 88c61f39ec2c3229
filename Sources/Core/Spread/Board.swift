import Synchronization

/// Why an evaluation of a pair gave no spread.
public enum SpreadMissing: UInt8, CaseIterable, Sendable {
    case noQuote, stale, crossed, outlier, quarantined

    /// The value of the `reason` label.
    public var label: String {
        switch self {
        case .noQuote: "no_quote"
        case .stale: "stale"
        case .crossed: "crossed"
        case .outlier: "outlier"
        case .quarantined: "quarantined"
        }
    }
}

/// Why a quote made no point of a pair.
public enum PointMissing: UInt8, CaseIterable, Sendable {
    case noLeg, stale, crossed, outlier, locked, tooOld

    /// The value of the `reason` label.
    public var label: String {
        switch self {
        case .noLeg: "no_leg"
        case .stale: "stale"
        case .crossed: "crossed"
        case .outlier: "outlier"
        case .locked: "locked"
        case .tooOld: "too_old"
        }
    }
}

/// A flag that accepted quotes are counted under.
public enum QuoteFlag: UInt8, CaseIterable, Sendable {
    case crossed, locked, oneSided, repeated, outlier

    /// The value of the `flag` label.
    public var label: String {
        switch self {
        case .crossed: "crossed"
        case .locked: "locked"
        case .oneSided: "one_sided"
        case .repeated: "repeat"
        case .outlier: "outlier"
        }
    }
}

/// Takes durations on the hot path: called on the engine thread, must neither block nor allocate.
///
/// A class, so that asking one costs no copy of an unknown value.
public protocol DurationRecorder: AnyObject, Sendable {
    func record(nanoseconds: Int64)
    /// The same with the quote that explains the duration, for recorders that can show it.
    func record(nanoseconds: Int64, of quote: QuoteOrigin)
    /// What records in this one and in another at once: for recorders that find out about a duration what both need.
    func joined(with other: any DurationRecorder) -> any DurationRecorder
}

extension DurationRecorder {
    public func record(nanoseconds: Int64, of quote: QuoteOrigin) { self.record(nanoseconds: nanoseconds) }

    public func joined(with other: any DurationRecorder) -> any DurationRecorder { JoinedRecorders(self, other) }
}

/// Two recorders, one after the other.
public final class JoinedRecorders: DurationRecorder {
    private let first: any DurationRecorder
    private let second: any DurationRecorder

    public init(_ first: any DurationRecorder, _ second: any DurationRecorder) {
        (self.first, self.second) = (first, second)
    }

    public func record(nanoseconds: Int64) {
        self.first.record(nanoseconds: nanoseconds)
        self.second.record(nanoseconds: nanoseconds)
    }

    public func record(nanoseconds: Int64, of quote: QuoteOrigin) {
        self.first.record(nanoseconds: nanoseconds, of: quote)
        self.second.record(nanoseconds: nanoseconds, of: quote)
    }
}

/// Which quote something was measured at.
public struct QuoteOrigin: Sendable {
    public let instrument: InstrumentIndex
    /// The venue's update number; 0 where it sends none.
    public let number: UInt64
    /// When it was measured.
    public let time: Timestamp
}

/// Takes ratios, under the same rules.
public protocol RatioRecorder: AnyObject, Sendable {
    func record(ratio: Double)
}

/// What takes the figures of opportunities when they end.
public struct OpportunityRecorders: Sendable {
    let duration: any DurationRecorder
    let peak: any RatioRecorder

    public init(duration: any DurationRecorder, peak: any RatioRecorder) {
        (self.duration, self.peak) = (duration, peak)
    }
}

/// Where the engines write their results and everybody else reads them. It never stops an engine.
///
/// Cells are only ever added. The lists are copied under a lock that an engine takes only when the universe grows. A
/// pair, and so each of its cells, belongs to one engine; what is counted over pairs, each engine counts in cells of
/// its own.
public final class Board: Sendable {
    public struct Cells: Sendable {
        public fileprivate(set) var universe: Universe
        /// By ``PairIndex``.
        public fileprivate(set) var pairs: [PairCell] = []
        /// By ``InstrumentIndex``.
        public fileprivate(set) var instruments: [InstrumentCell] = []
        /// What each engine counts: whoever tells of the whole adds them up.
        public let shards: [ShardCells]
        /// By sell venue × number of venues + buy venue: an engine's own; for everybody else, of the first engine.
        public fileprivate(set) var venuePairs: [VenuePairCells]
        /// By ``VenueIndex``: the same.
        public fileprivate(set) var venues: [VenueCells]

        /// The same.
        public func venuePair(sell: VenueIndex, buy: VenueIndex) -> VenuePairCells {
            self.venuePairs[sell.position * self.venues.count + buy.position]
        }
    }

    private let cells: Mutex<Cells>
    private let shards: [ShardCells]
    private let quarantineChanges = Atomic<UInt64>(0)

    /// - Parameters:
    ///   - universe: Its venues and shards are fixed; instruments and pairs may come later.
    ///   - legAge: Makes the recorder of `arb1d_leg_age_seconds` for a sell and a buy venue; engines may share it.
    ///   - endToEnd: Makes the recorder of `arb1d_end_to_end_seconds` for a venue.
    ///   - ended: Makes the recorders of opportunities for a sell and a buy venue.
    public init(
        universe: Universe,
        legAge: (VenueIndex, VenueIndex) -> (any DurationRecorder)? = { _, _ in nil },
        endToEnd: (VenueIndex) -> (any DurationRecorder)? = { _ in nil },
        ended: (VenueIndex, VenueIndex) -> OpportunityRecorders? = { _, _ in nil }
    ) {
        let venues = universe.venues.indices.map(VenueIndex.init)
        let first = ShardCells(venues, legAge: legAge, endToEnd: endToEnd, ended: ended)
        let others = (1..<universe.shardCount).map { _ in
            ShardCells(venues, legAge: legAge, endToEnd: endToEnd, ended: ended)
        }
        self.shards = [first] + others
        var cells = Cells(universe: universe, shards: self.shards, venuePairs: first.venuePairs, venues: first.venues)
        cells.grow(to: universe)
        self.cells = Mutex(cells)
    }

    /// Everything that can be read now.
    public func read() -> Cells { self.cells.withLock { $0 } }

    /// Pairs whose spread is fresh: what readiness asks for.
    public var freshPairCount: Int { self.shards.reduce(0) { $0 + $1.freshPairCount } }
    public var windowByteCount: Int { self.shards.reduce(0) { $0 + $1.windowByteCount } }

    /// Batches that the engine of this shard took.
    public func batchCount(of shard: Int) -> UInt64 { self.shards[shard].batchCount }

    /// How often a pair entered or left quarantine: who wants to tell of it looks at the pairs when this has moved.
    public var quarantineChangeCount: UInt64 { self.quarantineChanges.load(ordering: .acquiring) }

    /// Counts a pair that entered or left quarantine, after its cell says so.
    func noteQuarantineChange() { self.quarantineChanges.wrappingAdd(1, ordering: .releasing) }

    /// Takes over a universe on behalf of the engine of a shard, and gives it its view of it.
    ///
    /// Engines come to a new universe one after the other, and an old one never takes the place of a newer one.
    func extend(to universe: Universe, shard: Int) -> Cells {
        var view = self.cells.withLock { cells in
            cells.grow(to: universe)
            return cells
        }
        view.universe = universe
        (view.venuePairs, view.venues) = (self.shards[shard].venuePairs, self.shards[shard].venues)
        return view
    }
}

extension Board.Cells {
    fileprivate mutating func grow(to universe: Universe) {
        if universe.revision >= self.universe.revision { self.universe = universe }
        while self.pairs.count < universe.pairs.count { self.pairs.append(PairCell()) }
        while self.instruments.count < universe.instruments.count { self.instruments.append(InstrumentCell()) }
    }
}
