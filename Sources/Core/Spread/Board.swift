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
}

extension DurationRecorder {
    public func record(nanoseconds: Int64, of quote: QuoteOrigin) { self.record(nanoseconds: nanoseconds) }
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

/// What the engine counts for an ordered pair of venues.
public final class VenuePairCells: Sendable {
    public let evaluations = TallyCell()
    public let missing = SpreadMissing.allCases.map { _ in TallyCell() }
    public let points = TallyCell()
    public let pointsMissing = PointMissing.allCases.map { _ in TallyCell() }
    public let breachesAbove = TallyCell()
    public let breachesBelow = TallyCell()
    /// Opportunities that began.
    public let opportunities = TallyCell()
    /// Opportunities that ended, by ``OpportunityEnd``.
    public let opportunitiesEnded = OpportunityEnd.allCases.map { _ in TallyCell() }
    let legAge: (any DurationRecorder)?
    let ended: OpportunityRecorders?

    init(legAge: (any DurationRecorder)?, ended: OpportunityRecorders?) { (self.legAge, self.ended) = (legAge, ended) }

    /// Opportunities that began and have not ended.
    public var opportunitiesActive: UInt64 {
        // Ends are read first: one that ends meanwhile is then still open, and none is ended that did not begin.
        let ended = self.opportunitiesEnded.reduce(0) { $0 &+ $1.value }
        return self.opportunities.value &- ended
    }
}

/// What the engine counts for a venue.
public final class VenueCells: Sendable {
    public let flagged = QuoteFlag.allCases.map { _ in TallyCell() }
    /// Standing quotes that became stale, by ``StaleReason``.
    public let stale = StaleReason.allCases.map { _ in TallyCell() }
    /// Events that engine time moved behind their symbol's last one, by ``LateOrder``.
    public let late = LateOrder.allCases.map { _ in TallyCell() }
    /// What the venue's windows hold, as of the last heartbeat.
    public let windowQuotes = LevelCell()
    public let windowTrades = LevelCell()
    public let windowBytes = LevelCell()
    /// The shortest history of quotes among the venue's instruments that have one, in nanoseconds.
    public let windowSpan = LevelCell()
    /// Quotes and marks that left the windows so far, by ``WindowExit``.
    public let windowExits = WindowExit.allCases.map { _ in LevelCell() }
    let endToEnd: (any DurationRecorder)?

    init(endToEnd: (any DurationRecorder)?) { self.endToEnd = endToEnd }
}

/// Where the engine writes its results and everybody else reads them. It never stops the engine.
///
/// Cells are only ever added. The lists are copied under a lock that the engine takes only when the universe grows.
public final class Board: Sendable {
    public struct Cells: Sendable {
        public fileprivate(set) var universe: Universe
        /// By ``PairIndex``.
        public fileprivate(set) var pairs: [PairCell] = []
        /// By ``InstrumentIndex``.
        public fileprivate(set) var instruments: [InstrumentCell] = []
        /// By sell venue × number of venues + buy venue.
        public let venuePairs: [VenuePairCells]
        /// By ``VenueIndex``.
        public let venues: [VenueCells]

        public func venuePair(sell: VenueIndex, buy: VenueIndex) -> VenuePairCells {
            self.venuePairs[sell.position * self.venues.count + buy.position]
        }
    }

    private let cells: Mutex<Cells>
    /// Pairs whose spread is fresh: what readiness asks for.
    private let freshPairs = Atomic<Int>(0)
    private let batches = Atomic<UInt64>(0)
    private let windowBytes = Atomic<Int>(0)
    private let quarantineChanges = Atomic<UInt64>(0)

    /// - Parameters:
    ///   - universe: Its venues are fixed; instruments and pairs may come later.
    ///   - legAge: Makes the recorder of `arb1d_leg_age_seconds` for a sell and a buy venue.
    ///   - endToEnd: Makes the recorder of `arb1d_end_to_end_seconds` for a venue.
    ///   - ended: Makes the recorders of opportunities for a sell and a buy venue.
    public init(
        universe: Universe,
        legAge: (VenueIndex, VenueIndex) -> (any DurationRecorder)? = { _, _ in nil },
        endToEnd: (VenueIndex) -> (any DurationRecorder)? = { _ in nil },
        ended: (VenueIndex, VenueIndex) -> OpportunityRecorders? = { _, _ in nil }
    ) {
        let venues = universe.venues.indices.map(VenueIndex.init)
        let venuePairs = venues.flatMap { sell in
            venues.map { VenuePairCells(legAge: legAge(sell, $0), ended: ended(sell, $0)) }
        }
        var cells = Cells(
            universe: universe,
            venuePairs: venuePairs,
            venues: venues.map { VenueCells(endToEnd: endToEnd($0)) }
        )
        cells.grow(to: universe)
        self.cells = Mutex(cells)
    }

    /// Everything that can be read now.
    public func read() -> Cells { self.cells.withLock { $0 } }

    public var freshPairCount: Int { self.freshPairs.load(ordering: .relaxed) }
    public var batchCount: UInt64 { self.batches.load(ordering: .relaxed) }
    public var windowByteCount: Int { self.windowBytes.load(ordering: .relaxed) }

    /// How often a pair entered or left quarantine: who wants to tell of it looks at the pairs when this has moved.
    public var quarantineChangeCount: UInt64 { self.quarantineChanges.load(ordering: .acquiring) }

    /// Counts a pair that entered or left quarantine, after its cell says so.
    func noteQuarantineChange() { self.quarantineChanges.wrappingAdd(1, ordering: .releasing) }

    func extend(to universe: Universe) -> Cells {
        self.cells.withLock { cells in
            cells.grow(to: universe)
            return cells
        }
    }

    func publish(freshPairs: Int, windowBytes: Int) {
        self.freshPairs.store(freshPairs, ordering: .relaxed)
        self.windowBytes.store(windowBytes, ordering: .relaxed)
        self.batches.store(self.batches.load(ordering: .relaxed) &+ 1, ordering: .releasing)
    }
}

extension Board.Cells {
    fileprivate mutating func grow(to universe: Universe) {
        self.universe = universe
        while self.pairs.count < universe.pairs.count { self.pairs.append(PairCell()) }
        while self.instruments.count < universe.instruments.count { self.instruments.append(InstrumentCell()) }
    }
}
