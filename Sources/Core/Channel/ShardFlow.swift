/// The ledger of one engine and of its lane of the raw channel at one moment: the stages `raw`, `engine`, `window`.
///
/// Arrays have one more entry than there are venues: the last one counts heartbeats, which are of no venue.
public struct ShardFlow: Sendable, Equatable {
    public var enqueued: [UInt64]
    public var dequeued: [UInt64]
    public var displaced: [UInt64]
    /// Quotes that a newer one of their instrument took the place of.
    public var conflated: [UInt64]
    public var refused: [UInt64]
    public var displacedHeartbeats: UInt64 = 0
    public var depth: UInt64 = 0
    public var depthMax: UInt64 = 0
    public var capacity: UInt64
    public var engine = EngineTally()
    public var engineIn: UInt64 = 0
    public var engineHeld: UInt64 = 0

    init(venues: Int, capacity: UInt64) {
        self.enqueued = Array(repeating: 0, count: venues + 1)
        (self.dequeued, self.displaced) = (self.enqueued, self.enqueued)
        (self.conflated, self.refused) = (self.enqueued, self.enqueued)
        self.capacity = capacity
    }

    /// The terms of one of its stages; of those before it a shard has no part.
    func terms(_ stage: FlowStage) -> FlowSnapshot.Terms {
        switch stage {
        case .decode, .feed:
            return FlowSnapshot.Terms(into: 0, out: 0, dropped: [], held: 0)
        case .raw:
            return FlowSnapshot.Terms(
                into: self.enqueued.sum &+ self.refused.sum,
                out: self.dequeued.sum,
                dropped: [
                    ("displaced", self.displaced.sum), ("conflated", self.conflated.sum),
                    ("finished", self.refused.sum),
                ],
                held: self.depth
            )
        case .engine:
            return FlowSnapshot.Terms(
                into: self.engineIn,
                out: self.engine.applied,
                dropped: [
                    ("unknown_symbol", self.engine.rejectedUnknown), ("delisted", self.engine.rejectedDelisted),
                ],
                held: self.engineHeld
            )
        case .window:
            return FlowSnapshot.Terms(
                into: self.engine.windowAppended,
                out: self.engine.windowExpired,
                dropped: [("evicted", self.engine.windowEvicted), ("delisted", self.engine.windowDelisted)],
                held: self.engine.windowHeld
            )
        }
    }

    func residual(_ stage: FlowStage) -> UInt64 {
        let residual = self.terms(stage).residual.magnitude
        guard stage == .engine else { return residual }
        // What the channel counted out, by venue, and what the engine was handed are two counts of one thing.
        return max(residual, Int64(bitPattern: self.dequeued.sum &- self.engineIn).magnitude)
    }

    /// Heartbeats that came to this lane, whatever became of them.
    var heartbeats: UInt64 { (self.enqueued.last ?? 0) &+ (self.refused.last ?? 0) }
}

// MARK: - Several together

extension ShardFlow {
    /// The same as if no heartbeat had ever come this way.
    var withoutHeartbeats: ShardFlow {
        let slot = self.enqueued.count - 1
        let (taken, lost) = (self.dequeued[slot], self.displaced[slot] &+ self.conflated[slot])
        var rest = self
        rest.depth &-= self.enqueued[slot] &- taken &- lost
        rest.engineIn &-= taken
        rest.engineHeld &-= taken &- self.engine.heartbeats
        rest.engine.applied &-= self.engine.heartbeats
        (rest.engine.heartbeats, rest.displacedHeartbeats) = (0, 0)
        (rest.enqueued[slot], rest.dequeued[slot], rest.refused[slot]) = (0, 0, 0)
        (rest.displaced[slot], rest.conflated[slot]) = (0, 0)
        return rest
    }

    mutating func add(_ other: ShardFlow) {
        for slot in self.enqueued.indices {
            self.enqueued[slot] &+= other.enqueued[slot]
            self.dequeued[slot] &+= other.dequeued[slot]
            self.displaced[slot] &+= other.displaced[slot]
            self.conflated[slot] &+= other.conflated[slot]
            self.refused[slot] &+= other.refused[slot]
        }
        self.displacedHeartbeats &+= other.displacedHeartbeats
        self.depth &+= other.depth
        self.depthMax &+= other.depthMax
        self.capacity &+= other.capacity
        let held = self.engine.windowHeld &+ other.engine.windowHeld
        self.engine.add(other.engine)
        self.engine.windowHeld = held
        self.engineIn &+= other.engineIn
        self.engineHeld &+= other.engineHeld
    }
}

extension [UInt64] {
    var sum: UInt64 { self.reduce(0, &+) }
}
