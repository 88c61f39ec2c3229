/// A stage of the flow ledger: a place where elements enter, leave, are dropped with a reason, or wait.
public enum FlowStage: String, CaseIterable, Sendable { case decode, feed, raw, engine, window }

/// The whole ledger at one moment, read under one lock: of the feeds, and of each shard.
@dynamicMemberLookup
public struct FlowSnapshot: Sendable {
    /// By venue; the last entry counts heartbeats.
    public var feeds: [FeedTally]
    public var shards: [ShardFlow]

    /// What the shards come to together.
    ///
    /// A heartbeat goes to every shard and is one element of the whole: that of the first. What becomes of the others'
    /// is in their own ledgers, which ``residual(_:)`` looks at.
    public var whole: ShardFlow {
        guard var whole = self.shards.first else { return ShardFlow(venues: self.feeds.count - 1, capacity: 0) }
        for shard in self.shards.dropFirst() { whole.add(shard.withoutHeartbeats) }
        return whole
    }

    public subscript<Figure>(dynamicMember path: KeyPath<ShardFlow, Figure>) -> Figure { self.whole[keyPath: path] }

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
            let (total, whole) = (self.feedTotal, self.whole)
            // What left the feeds is counted by the channel as it takes the batches in, not by the feeds.
            return Terms(
                into: total.eventsIn,
                out: whole.enqueued.sum &+ whole.refused.sum,
                dropped: RejectReason.allCases.map { reason in
                    (reason.label, EventKind.allCases.reduce(0) { $0 &+ total.rejected($1, reason) })
                },
                held: 0
            )
        case .raw, .engine, .window:
            return self.whole.terms(stage)
        }
    }

    /// The largest absolute residual among the stage's ledgers: one venue's or shard's loss never cancels another's
    /// double.
    public func residual(_ stage: FlowStage) -> UInt64 {
        let whole = self.terms(stage).residual.magnitude
        switch stage {
        case .decode:
            return self.feeds.reduce(whole) { largest, feed in
                max(largest, Self.difference(feed.framesIn, feed.framesOut &+ feed.framesDroppedTotal))
            }
        case .feed:
            let shards = self.whole
            let feeds = self.feeds.indices.reduce(whole) { largest, slot in
                let out = shards.enqueued[slot] &+ shards.refused[slot] &+ self.feeds[slot].rejectedTotal
                return max(largest, Self.difference(self.feeds[slot].eventsIn, out))
            }
            // Every heartbeat came to every shard.
            return self.shards.reduce(feeds) { max($0, Self.difference($1.heartbeats, shards.heartbeats)) }
        case .raw, .engine, .window:
            return self.shards.reduce(whole) { max($0, $1.residual(stage)) }
        }
    }

    private static func difference(_ left: UInt64, _ right: UInt64) -> UInt64 {
        Int64(bitPattern: left &- right).magnitude
    }

    private var feedTotal: FeedTally {
        self.feeds.reduce(into: FeedTally()) { $0.add($1) }
    }
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
