import Synchronization

/// What one engine counts over its pairs.
public final class ShardCells: Sendable {
    /// By sell venue × number of venues + buy venue.
    public let venuePairs: [VenuePairCells]
    /// By ``VenueIndex``.
    public let venues: [VenueCells]
    private let freshPairs = Atomic<Int>(0)
    private let batches = Atomic<UInt64>(0)
    private let windowBytes = Atomic<Int>(0)

    init(
        _ venues: [VenueIndex],
        legAge: (VenueIndex, VenueIndex) -> (any DurationRecorder)?,
        endToEnd: (VenueIndex) -> (any DurationRecorder)?,
        ended: (VenueIndex, VenueIndex) -> OpportunityRecorders?
    ) {
        let ages = venues.map { sell in venues.map { buy in legAge(sell, buy) } }
        self.venuePairs = venues.flatMap { sell in
            venues.map { buy in
                let (there, back) = (ages[sell.position][buy.position], ages[buy.position][sell.position])
                let bothWays = there.flatMap { there in back.map { there.joined(with: $0) } }
                return VenuePairCells(legAge: there, legAgeBothWays: bothWays, ended: ended(sell, buy))
            }
        }
        self.venues = venues.map { VenueCells(endToEnd: endToEnd($0)) }
    }

    public func venuePair(sell: VenueIndex, buy: VenueIndex) -> VenuePairCells {
        self.venuePairs[sell.position * self.venues.count + buy.position]
    }

    public var freshPairCount: Int { self.freshPairs.load(ordering: .relaxed) }
    public var batchCount: UInt64 { self.batches.load(ordering: .relaxed) }
    public var windowByteCount: Int { self.windowBytes.load(ordering: .relaxed) }

    func publish(freshPairs: Int, windowBytes: Int) {
        self.freshPairs.store(freshPairs, ordering: .relaxed)
        self.windowBytes.store(windowBytes, ordering: .relaxed)
        self.batches.store(self.batches.load(ordering: .relaxed) &+ 1, ordering: .releasing)
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
    /// The same for both directions at once.
    let legAgeBothWays: (any DurationRecorder)?
    let ended: OpportunityRecorders?

    init(
        legAge: (any DurationRecorder)?,
        legAgeBothWays: (any DurationRecorder)?,
        ended: OpportunityRecorders?
    ) {
        (self.legAge, self.legAgeBothWays, self.ended) = (legAge, legAgeBothWays, ended)
    }

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
    /// The shortest history of quotes among the venue's instruments, in nanoseconds; `Int64.max`: none has one.
    public let windowSpan = LevelCell()
    /// Quotes and marks that left the windows so far, by ``WindowExit``.
    public let windowExits = WindowExit.allCases.map { _ in LevelCell() }
    let endToEnd: (any DurationRecorder)?

    init(endToEnd: (any DurationRecorder)?) { self.endToEnd = endToEnd }
}
