/// One engine's part of the raw channel: its ring, and the ledger of what goes through it.
///
/// Each term is counted where it happens, and held is measured from the container itself: the residual is computed from
/// four independent figures, so a lost or doubled element shows.
struct RawLane {
    /// Elements of one batch: while they are moved the producers wait, and the engine finds them again in its cache.
    private static let mostTaken = 1_024

    private var ring: RawRing
    private var flow: ShardFlow
    private var displacedInstruments: [InstrumentIndex] = []
    private var isDisplaced: [Bool] = []
    private var highWater = HighWater()
    private var isParked = false

    init(capacity: Int, venues: Int, overflow: OverflowPolicy) {
        self.ring = RawRing(capacity: capacity, policy: overflow)
        self.flow = ShardFlow(venues: venues, capacity: UInt64(capacity))
    }

    /// Takes in a whole batch.
    mutating func receive(_ batch: [RawElement], isFinished: Bool) {
        for element in batch { self.receive(element, isFinished: isFinished) }
        self.noteLevel()
    }

    /// Takes in one element of a batch; ``noteLevel()`` follows behind the last one.
    mutating func receive(_ element: RawElement, isFinished: Bool) {
        let slot = self.slot(element.venue)
        if isFinished {
            self.flow.refused[slot] &+= 1
            return
        }
        self.flow.enqueued[slot] &+= 1
        switch self.ring.push(element) {
        case .displaced(let oldest): self.displace(oldest)
        case .conflated(let older): self.flow.conflated[self.slot(older.venue)] &+= 1
        case nil: break
        }
        if case .heartbeat(_, let sentAt) = element.payload {
            self.highWater.advance(to: sentAt, level: UInt64(self.ring.count))
        }
    }

    mutating func noteLevel() { self.highWater.note(UInt64(self.ring.count)) }

    private mutating func displace(_ element: RawElement) {
        self.flow.displaced[self.slot(element.venue)] &+= 1
        if case .heartbeat = element.payload { self.flow.displacedHeartbeats &+= 1 }
        guard let instrument = element.instrument else { return }
        while self.isDisplaced.count <= instrument.position { self.isDisplaced.append(false) }
        if !self.isDisplaced[instrument.position] {
            self.isDisplaced[instrument.position] = true
            self.displacedInstruments.append(instrument)
        }
    }

    mutating func take(
        into batch: inout [RawElement],
        displaced: inout [InstrumentIndex],
        completed: EngineTally,
        isFinished: Bool
    ) -> TakeOutcome {
        self.flow.engine.add(completed)
        self.flow.engineHeld = 0
        for instrument in self.displacedInstruments { self.isDisplaced[instrument.position] = false }
        swap(&displaced, &self.displacedInstruments)
        while batch.count < Self.mostTaken, let element = self.ring.pop() {
            self.flow.dequeued[self.slot(element.venue)] &+= 1
            batch.append(element)
        }
        self.flow.engineHeld = UInt64(batch.count)
        self.flow.engineIn &+= self.flow.engineHeld
        if !batch.isEmpty || !displaced.isEmpty { return .batch }
        if isFinished { return .finished }
        self.isParked = true
        return .empty
    }

    /// Whether the consumer slept; it no longer does.
    mutating func unpark(isFinished: Bool) -> Bool {
        let wasParked = self.isParked && (self.ring.count > 0 || isFinished)
        if wasParked { self.isParked = false }
        return wasParked
    }

    private func slot(_ venue: VenueIndex) -> Int { min(venue.position, self.flow.enqueued.count - 1) }

    func snapshot() -> ShardFlow {
        var flow = self.flow
        flow.depth = UInt64(self.ring.count)
        flow.depthMax = self.highWater.value
        return flow
    }
}
