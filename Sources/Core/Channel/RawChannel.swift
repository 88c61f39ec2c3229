import Synchronization

/// Carries elements from many feeds to the one engine, or to each of a few its own; producers never wait.
///
/// Holds at most `capacity` elements for each engine. When that is full it displaces the oldest of them: the element
/// is counted under its venue, and its instrument is handed to the engine ahead of the next batch, for a dropped quote
/// must never leave an old price in force as if it were fresh. The flow ledger lives under the channel's own lock, so
/// one look sees one moment.
///
/// With several engines an element goes to the one that has its instrument, a heartbeat to each, and what concerns no
/// instrument to the first. One batch may hold elements for all of them.
public final class RawChannel: Sendable {
    /// For each engine.
    public let capacity: Int
    public let shards: Int
    private let state: Mutex<RawChannelState>
    /// Called outside the lock when an element arrives and the engine of this shard sleeps: once a burst.
    private let wake: @Sendable (_ shard: Int) -> Void

    /// A channel for one engine.
    public convenience init(
        capacity: Int,
        venues: Int,
        overflow: OverflowPolicy = .displace,
        wake: @escaping @Sendable () -> Void
    ) {
        self.init(capacity: capacity, venues: venues, shards: 1, overflow: overflow) { _ in wake() }
    }

    /// A channel for `shards` engines, up to ``SymbolShard/most``.
    public init(
        capacity: Int,
        venues: Int,
        shards: Int,
        overflow: OverflowPolicy = .displace,
        wake: @escaping @Sendable (_ shard: Int) -> Void
    ) {
        precondition((1...SymbolShard.most).contains(shards), "a channel has one engine or a few")
        (self.capacity, self.shards) = (capacity, shards)
        self.state = Mutex(RawChannelState(capacity: capacity, venues: venues, shards: shards, overflow: overflow))
        self.wake = wake
    }

    /// Learns which engine has which instrument.
    ///
    /// With several engines it must come before the first element of any new instrument.
    public func extend(to universe: Universe) { self.state.withLock { $0.extend(to: universe) } }

    /// Hands over one venue's burst and what was counted on the way to it, in one step.
    ///
    /// The batch is emptied (its storage stays), the tally reset.
    public func send(_ batch: inout [RawElement], tally: inout FeedTally, venue: VenueIndex) {
        let parked = self.state.withLock { state in
            state.receive(batch, tally: tally, venue: venue)
            return state.unpark()
        }
        batch.removeAll(keepingCapacity: true)
        tally = FeedTally()
        self.wakeAll(parked)
    }

    private func wakeAll(_ parked: UInt64) {
        var rest = parked
        while rest != 0 {
            self.wake(rest.trailingZeroBitCount)
            rest &= rest - 1
        }
    }

    /// Moves everything that waits for one engine into `batch`, after crediting what became of the last one.
    ///
    /// - Parameters:
    ///   - shard: Which engine asks.
    ///   - batch: Emptied first.
    ///   - displaced: Emptied first, then filled with the instruments that lost an element since the last call.
    ///   - completed: What that engine did with its previous batch, and its window's state.
    /// - Returns: Whether there is something to do, nothing yet, or nothing ever again.
    /// - Precondition: One consumer of each shard.
    public func take(
        from shard: Int = 0,
        into batch: inout [RawElement],
        displaced: inout [InstrumentIndex],
        completed: EngineTally
    ) -> TakeOutcome {
        batch.removeAll(keepingCapacity: true)
        displaced.removeAll(keepingCapacity: true)
        return self.state.withLock {
            $0.take(from: shard, into: &batch, displaced: &displaced, completed: completed)
        }
    }

    /// Ends the stream: what waits is still delivered, what comes later is counted as dropped with reason `finished`.
    public func finish() {
        let parked = self.state.withLock { state in
            state.isFinished = true
            return state.unpark()
        }
        self.wakeAll(parked)
    }

    /// The ledger and the channel's own figures, all of one moment.
    public func snapshot() -> FlowSnapshot { self.state.withLock { $0.snapshot() } }
}

/// What ``RawChannel/take(into:displaced:completed:)`` found.
public enum TakeOutcome: Sendable {
    /// Elements, or displaced instruments, or both.
    case batch
    /// Nothing: sleep until woken.
    case empty
    /// Nothing, and nothing will come.
    case finished
}
