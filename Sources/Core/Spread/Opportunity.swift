/// When the net spread of a pair is an opportunity.
public struct OpportunitySettings: Sendable, Equatable {
    /// It begins at this net spread or above; above 0.
    public var enter = 0.0005
    /// It ends below this net spread; at most `enter`.
    public var exit = 0.0
    /// It begins only where the top of both books lets through this much, in the quote asset.
    public var minNotional = 100.0
    /// A leg older than this at the beginning is suspected of being gone already, in nanoseconds.
    public var phantomAge: Int64 = 1_000_000_000
    /// Spot against perpetual too, whose spread does not converge by itself.
    public var includesBasis = false
    /// How many ended ones are kept to be looked at.
    public var kept = 1_000

    public init() {}
}

/// Why an opportunity ended.
public enum OpportunityEnd: UInt8, CaseIterable, Sendable {
    /// A quote took the net spread below the exit, or gave none.
    case exit
    /// The same, by the first quote of a leg that was old already at the beginning: the price was probably gone.
    case phantom
    /// A leg is not known to stand any more, or was withdrawn.
    case stale
    case quarantined
    case delisted
    case shutdown

    /// The value of the `reason` label.
    public var label: String {
        switch self {
        case .exit: "exit"
        case .phantom: "phantom"
        case .stale: "stale"
        case .quarantined: "quarantined"
        case .delisted: "delisted"
        case .shutdown: "shutdown"
        }
    }
}

/// A stretch of time over which one pair paid after fees.
public struct Opportunity: Sendable, Equatable {
    public let pair: PairIndex
    /// Engine time of the quote that began it.
    public let beganAt: Timestamp
    /// As of the beginning: the net spread as a ratio, what the books let through in the quote asset, and the
    /// nanoseconds since the older leg had changed.
    public let netSpread: Double
    public let notional: Double
    public let legAge: Int64
    /// The highest net spread that a quote found.
    public fileprivate(set) var peak: Double
    /// Engine time of what ended it.
    public fileprivate(set) var endedAt: Timestamp?
    public fileprivate(set) var end: OpportunityEnd?

    /// Nanoseconds from the beginning to the end, or to `now` while it lasts.
    public func duration(at now: Timestamp) -> Int64 { max(0, (self.endedAt ?? now).nanoseconds(since: self.beganAt)) }
}

/// The legs of a pair.
enum PairSide: Sendable, Equatable { case sell, buy }

/// The opportunity of one pair: when it begins, what it comes to, and how it ends.
struct OpportunityWatch: Sendable {
    private(set) var current: Opportunity?
    /// The leg that was old at the beginning, and has not quoted since.
    private var suspect: PairSide?

    /// Begins one, should the figures of a quote be good enough.
    ///
    /// - Parameters:
    ///   - pair: Whose figures these are.
    ///   - reading: Of a pair that is fresh.
    ///   - least: The net spread that it takes.
    ///   - older: The leg that changed longer ago.
    ///   - time: Engine time of the quote.
    ///   - receivedAt: When the quote came.
    ///   - settings: What is good enough.
    /// - Returns: Whether it did.
    mutating func begin(
        _ pair: PairIndex,
        _ reading: PairReading,
        from least: Double,
        older: PairSide,
        at time: Int64,
        receivedAt: Timestamp,
        _ settings: OpportunitySettings
    ) -> Bool {
        guard reading.netSpread >= least, reading.notional >= settings.minNotional else { return false }
        let age = max(0, receivedAt.nanoseconds(since: reading.olderLegChangedAt))
        self.suspect = age > settings.phantomAge ? older : nil
        self.current = Opportunity(
            pair: pair,
            beganAt: Timestamp(nanoseconds: time),
            netSpread: reading.netSpread,
            notional: reading.notional,
            legAge: age,
            peak: reading.netSpread
        )
        return true
    }

    /// Why a quote of `side` that gives less than the exit, or no spread at all, ends it.
    func end(by side: PairSide) -> OpportunityEnd { side == self.suspect ? .phantom : .exit }

    /// Takes a later quote of `side` that does not end it.
    mutating func goOn(_ netSpread: Double, by side: PairSide) {
        if let current = self.current { self.current?.peak = max(current.peak, netSpread) }
        if side == self.suspect { self.suspect = nil }
    }

    /// Ends it and gives it away; `nil` when there is none.
    mutating func end(_ end: OpportunityEnd, at time: Int64) -> Opportunity? {
        guard var ended = self.current else { return nil }
        (self.current, self.suspect) = (nil, nil)
        ended.endedAt = Timestamp(nanoseconds: max(time, ended.beganAt.nanoseconds))
        ended.end = end
        return ended
    }
}
