import Synchronization

/// Carries elements from many feeds to the one engine; producers never wait.
///
/// Holds at most `capacity` elements. When full it displaces the oldest: the element is counted under its venue, and
/// its instrument is handed to the engine ahead of the next batch, for a dropped quote must never leave an old price
/// in force as if it were fresh. The flow ledger lives under the channel's own lock, so one look sees one moment.
public final class RawChannel: Sendable {
    public let capacity: Int
    private let state: Mutex<RawChannelState>
    /// Called outside the lock when an element arrives and the consumer sleeps: once a burst.
    private let wake: @Sendable () -> Void

    public init(
        capacity: Int,
        venues: Int,
        overflow: OverflowPolicy = .displace,
        wake: @escaping @Sendable () -> Void
    ) {
        self.capacity = capacity
        self.state = Mutex(RawChannelState(capacity: capacity, venues: venues, overflow: overflow))
        self.wake = wake
    }

    /// Hands over one venue's burst and what was counted on the way to it, in one step.
    ///
    /// The batch is emptied (its storage stays), the tally reset.
    public func send(_ batch: inout [RawElement], tally: inout FeedTally, venue: VenueIndex) {
        let wasParked = self.state.withLock { state in
            state.receive(batch, tally: tally, venue: venue)
            return state.unpark()
        }
        batch.removeAll(keepingCapacity: true)
        tally = FeedTally()
        if wasParked { self.wake() }
    }

    /// Moves everything that waits into `batch`, after crediting what became of the last one.
    ///
    /// - Parameters:
    ///   - batch: Emptied first.
    ///   - displaced: Emptied first, then filled with the instruments that lost an element since the last call.
    ///   - completed: What the engine did with the previous batch, and its window's state.
    /// - Returns: Whether there is something to do, nothing yet, or nothing ever again.
    /// - Precondition: One consumer.
    public func take(
        into batch: inout [RawElement],
        displaced: inout [InstrumentIndex],
        completed: EngineTally
    ) -> TakeOutcome {
        batch.removeAll(keepingCapacity: true)
        displaced.removeAll(keepingCapacity: true)
        return self.state.withLock { $0.take(into: &batch, displaced: &displaced, completed: completed) }
    }

    /// Ends the stream: what waits is still delivered, what comes later is counted as dropped with reason `finished`.
    public func finish() {
        let wasParked = self.state.withLock { state in
            state.isFinished = true
            return state.unpark()
        }
        if wasParked { self.wake() }
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
