/// A stage of the flow ledger: a place where elements enter, leave, are dropped with a reason, or wait.
public enum FlowStage: String, CaseIterable, Sendable { case decode, feed, raw, engine, window }

/// The whole ledger at one moment, read under one lock.
///
/// Per-venue arrays have one more entry than there are venues: the last one counts synthetic elements.
public struct FlowSnapshot: Sendable {
    public var feeds: [FeedTally]
    public var enqueued: [UInt64]
    public var dequeued: [UInt64]
    public var displaced: [UInt64]
    /// Quotes that a newer one of their instrument took the place of.
    public var conflated: [UInt64]
    public var refused: [UInt64]
    public var displacedHeartbeats: UInt64
    public var depth: UInt64
    public var depthMax: UInt64
    public var capacity: UInt64
    public var engine: EngineTally
    public var engineIn: UInt64
    public var engineHeld: UInt64

    /// The terms of one stage.
    public struct Terms: Sendable, Equatable {
        public var into: UInt64
        public var out: UInt64
        /// By reason, in a fixed order; every reason of the stage is there.
        public var dropped: [(reason: String, count: UInt64)]
        public var held: UInt64

        public init(into: UInt64, out: UInt64, dropped: [(reason: String, count: UInt64)], held: UInt64) {
            (self.into, self.out, self.dropped, self.held) = (into, out, dropped, held)
        }

        /// `in − out − dropped − held`: 0 unless something was lost or doubled.
        public var residual: Int64 {
            let gone = self.dropped.reduce(self.out &+ self.held) { $0 &+ $1.count }
            return Int64(bitPattern: self.into &- gone)
        }

        public static func == (left: Terms, right: Terms) -> Bool {
            left.into == right.into && left.out == right.out && left.held == right.held
                && left.dropped.elementsEqual(right.dropped, by: ==)
        }
    }

    public func terms(_ stage: FlowStage) -> Terms {
        switch stage {
        case .decode:
            let total = self.feedTotal
            return Terms(
                into: total.framesIn,
                out: total.framesOut,
                dropped: FrameDropReason.allCases.map { ($0.label, total.framesDropped($0)) },
                held: 0
            )
        case .feed:
            let total = self.feedTotal
            // What left the feeds is counted by the channel as it takes the batches in, not by the feeds.
            return Terms(
                into: total.eventsIn,
                out: self.enqueued.sum &+ self.refused.sum,
                dropped: RejectReason.allCases.map { reason in
                    (reason.label, EventKind.allCases.reduce(0) { $0 &+ total.rejected($1, reason) })
                },
                held: 0
            )
        case .raw:
            return Terms(
                into: self.enqueued.sum &+ self.refused.sum,
                out: self.dequeued.sum,
                dropped: [
                    ("displaced", self.displaced.sum), ("conflated", self.conflated.sum),
                    ("finished", self.refused.sum),
                ],
                held: self.depth
            )
        case .engine:
            return Terms(
                into: self.engineIn,
                out: self.engine.applied,
                dropped: [
                    ("unknown_symbol", self.engine.rejectedUnknown), ("delisted", self.engine.rejectedDelisted),
                ],
                held: self.engineHeld
            )
        case .window:
            return Terms(
                into: self.engine.windowAppended,
                out: self.engine.windowExpired,
                dropped: [("evicted", self.engine.windowEvicted), ("delisted", self.engine.windowDelisted)],
                held: self.engine.windowHeld
            )
        }
    }

    /// The largest absolute residual among the stage's ledgers: one venue's loss never cancels another's double.
    public func residual(_ stage: FlowStage) -> UInt64 {
        let whole = self.terms(stage).residual.magnitude
        switch stage {
        case .decode:
            return self.feeds.reduce(whole) { largest, feed in
                max(largest, Self.difference(feed.framesIn, feed.framesOut &+ feed.framesDroppedTotal))
            }
        case .feed:
            return self.feeds.indices.reduce(whole) { largest, slot in
                let out = self.enqueued[slot] &+ self.refused[slot] &+ self.feeds[slot].rejectedTotal
                return max(largest, Self.difference(self.feeds[slot].eventsIn, out))
            }
        case .engine:
            // What the channel counted out, by venue, and what the engine was handed are two counts of one thing.
            return max(whole, Self.difference(self.dequeued.sum, self.engineIn))
        case .raw, .window:
            return whole
        }
    }

    private static func difference(_ left: UInt64, _ right: UInt64) -> UInt64 {
        Int64(bitPattern: left &- right).magnitude
    }

    private var feedTotal: FeedTally {
        self.feeds.reduce(into: FeedTally()) { $0.add($1) }
    }
}

extension [UInt64] {
    fileprivate var sum: UInt64 { self.reduce(0, &+) }
}

extension FrameDropReason {
    /// The value of the `reason` label.
    public var label: String {
        switch self {
        case .malformed: "malformed"
        case .oversized: "oversized"
        case .binary: "binary"
        case .unknownType: "unknown_type"
        }
    }
}

extension RejectReason {
    /// The value of the `reason` label.
    public var label: String {
        switch self {
        case .notPositive: "not_positive"
        case .unrepresentable: "unrepresentable"
        case .duplicate: "duplicate"
        case .outOfOrder: "out_of_order"
        case .unknownSymbol: "unknown_symbol"
        }
    }
}

extension EventKind {
    /// The value of the `kind` label.
    public var label: String {
        switch self {
        case .quote: "quote"
        case .trade: "trade"
        case .control: "control"
        case .seed: "seed"
        }
    }
}
