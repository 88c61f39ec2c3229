import Synchronization

/// Carries the points of watched pairs from the engine to the one consumer of charts; the engine never waits.
///
/// Holds at most `capacity` points. When full it displaces the oldest, counted under the venue whose quote made it:
/// a reader sees the hole in the points' numbers. The ledger lives under the channel's own lock.
public final class UpdateChannel: Sendable {
    private struct State: ~Copyable {
        var ring: DropOldestRing<PairPoint>
        var flow: UpdateFlow
        var isParked = true
    }

    private let state: Mutex<State>
    /// Called outside the lock when points arrive and the consumer sleeps: once a burst.
    private let wake: @Sendable () -> Void

    public init(capacity: Int, venues: Int, wake: @escaping @Sendable () -> Void) {
        self.state = Mutex(
            State(
                ring: DropOldestRing(capacity: capacity),
                flow: UpdateFlow(venues: venues, capacity: UInt64(capacity))
            )
        )
        self.wake = wake
    }

    /// Hands over a batch, which is emptied (its storage stays).
    public func send(_ points: inout [PairPoint], at now: Timestamp) {
        let wasParked = self.state.withLock { state in
            for point in points {
                state.flow.enqueued[point.venue.position] &+= 1
                if let oldest = state.ring.push(point) { state.flow.displaced[oldest.venue.position] &+= 1 }
            }
            state.flow.highWater.advance(to: now, level: UInt64(state.ring.count))
            state.flow.highWater.note(UInt64(state.ring.count))
            defer { if state.ring.count > 0 { state.isParked = false } }
            return state.isParked && state.ring.count > 0
        }
        points.removeAll(keepingCapacity: true)
        if wasParked { self.wake() }
    }

    /// Moves everything that waits into `points`, which is emptied first.
    ///
    /// - Returns: `false` when there was nothing: the next point will wake the consumer.
    public func take(into points: inout [PairPoint]) -> Bool {
        points.removeAll(keepingCapacity: true)
        return self.state.withLock { state in
            while let point = state.ring.pop() {
                state.flow.dequeued[point.venue.position] &+= 1
                points.append(point)
            }
            state.isParked = points.isEmpty
            return !points.isEmpty
        }
    }

    /// The ledger and the channel's own figures, all of one moment.
    public func snapshot(at now: Timestamp) -> UpdateFlow {
        self.state.withLock { state in
            state.flow.highWater.advance(to: now, level: UInt64(state.ring.count))
            var flow = state.flow
            flow.depth = UInt64(state.ring.count)
            return flow
        }
    }
}

/// The update channel's ledger at one moment; arrays by ``VenueIndex``.
public struct UpdateFlow: Sendable {
    public var enqueued: [UInt64]
    public var dequeued: [UInt64]
    public var displaced: [UInt64]
    public var depth: UInt64 = 0
    public let capacity: UInt64
    var highWater = HighWater()

    init(venues: Int, capacity: UInt64) {
        self.enqueued = Array(repeating: 0, count: venues)
        (self.dequeued, self.displaced) = (self.enqueued, self.enqueued)
        self.capacity = capacity
    }

    /// Most points that waited at once in the last 60 s.
    public var depthMax: UInt64 { self.highWater.value }

    /// The terms of the stage `update`.
    public var terms: FlowSnapshot.Terms {
        FlowSnapshot.Terms(
            into: self.enqueued.reduce(0, &+),
            out: self.dequeued.reduce(0, &+),
            dropped: [("displaced", self.displaced.reduce(0, &+))],
            held: self.depth
        )
    }
}
