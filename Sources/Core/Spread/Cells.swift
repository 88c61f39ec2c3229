import Synchronization

/// What a pair is right now. The states are disjoint: their counts add up to all pairs.
public enum PairStatus: UInt64, CaseIterable, Sendable {
    /// A leg has no quote, or one that gives no spread (crossed, one-sided).
    case missing
    /// Both legs quote, but one is not known to stand any more.
    case stale
    /// Both legs quote and stand: the spread is exported.
    case fresh
    /// Whatever its legs are, it is not one asset twice.
    case quarantined
}

/// A pair's figures at one moment.
public struct PairReading: Sendable, Equatable {
    public var status: PairStatus = .missing
    /// `bid_A / ask_B − 1`. Signed ratios, all three.
    public var spread = 0.0
    /// The same after both taker fees.
    public var netSpread = 0.0
    /// What the top of both books lets through, in the quote asset.
    public var notional = 0.0
    public var band: Band?
    /// When the leg that did not change for longer last changed: leg age is the time since.
    public var olderLegChangedAt = Timestamp.never
    /// Why it is quarantined; `nil`: it is not.
    public var quarantine: QuarantineReason?

    public init() {}
}

/// The standing best bid and ask of one instrument, for the scrape: absent while there is none that is known to stand.
public final class InstrumentCell: Sendable {
    private let version = Atomic<UInt64>(0)
    private let bid = Atomic<UInt64>(Double.nan.bitPattern)
    private let ask = Atomic<UInt64>(Double.nan.bitPattern)
    private let proved = Atomic<Int64>(.min)

    public init() {}

    /// When the quote was last known to stand, by the receive clock.
    public var provedAt: Timestamp { Timestamp(nanoseconds: self.proved.load(ordering: .relaxed)) }

    /// - Precondition: Only the engine thread writes.
    func prove(at instant: Timestamp) { self.proved.store(instant.nanoseconds, ordering: .relaxed) }

    /// - Precondition: Only the engine thread writes.
    func store(_ top: (bid: Double, ask: Double)?) {
        let version = self.version.load(ordering: .relaxed)
        self.version.store(version &+ 1, ordering: .relaxed)
        atomicMemoryFence(ordering: .releasing)
        self.bid.store((top?.bid ?? .nan).bitPattern, ordering: .relaxed)
        self.ask.store((top?.ask ?? .nan).bitPattern, ordering: .relaxed)
        self.version.store(version &+ 2, ordering: .releasing)
    }

    /// Prices in the quote asset, both of one moment.
    public func read() -> (bid: Double, ask: Double)? {
        while true {
            let before = self.version.load(ordering: .acquiring)
            let bid = Double(bitPattern: self.bid.load(ordering: .relaxed))
            let ask = Double(bitPattern: self.ask.load(ordering: .relaxed))
            atomicMemoryFence(ordering: .acquiring)
            if before & 1 == 0, self.version.load(ordering: .relaxed) == before { return bid.isNaN ? nil : (bid, ask) }
        }
    }
}

/// A count with one writer: adding is a plain load and store, without a locked instruction.
public final class TallyCell: Sendable {
    private let count = Atomic<UInt64>(0)

    public init() {}

    /// - Precondition: Only one thread adds.
    @inline(__always)
    func add(_ amount: UInt64 = 1) {
        self.count.store(self.count.load(ordering: .relaxed) &+ amount, ordering: .relaxed)
    }

    public var value: UInt64 { self.count.load(ordering: .relaxed) }
}

/// A level that one thread sets and anybody reads.
public final class LevelCell: Sendable {
    private let level = Atomic<Int64>(0)

    public init() {}

    func set(_ value: Int64) { self.level.store(value, ordering: .relaxed) }

    public var value: Int64 { self.level.load(ordering: .relaxed) }
}
