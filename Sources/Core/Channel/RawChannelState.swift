/// The channel's rules and the flow ledger, without their lock.
///
/// Each stage's terms are counted where they happen, and held is measured from the container itself: the residual is
/// computed from four independent figures, so a lost or doubled element shows.
struct RawChannelState: ~Copyable {
    private var ring: RawRing
    private var feeds: [FeedTally]
    private var enqueued: [UInt64]
    private var dequeued: [UInt64]
    private var displacedByVenue: [UInt64]
    private var conflatedByVenue: [UInt64]
    private var refusedByVenue: [UInt64]
    private var displacedHeartbeats: UInt64 = 0
    private var displacedInstruments: [InstrumentIndex] = []
    private var isDisplaced: [Bool] = []
    private var engine = EngineTally()
    private var taken: UInt64 = 0
    private var inHand: UInt64 = 0
    private var highWater = HighWater()
    private var isParked = false
    var isFinished = false

    init(capacity: Int, venues: Int, overflow: OverflowPolicy) {
        self.ring = RawRing(capacity: capacity, policy: overflow)
        self.feeds = Array(repeating: FeedTally(), count: venues + 1)
        (self.enqueued, self.dequeued) = (
            Array(repeating: 0, count: venues + 1), Array(repeating: 0, count: venues + 1)
        )
        (self.displacedByVenue, self.conflatedByVenue) = (self.enqueued, self.enqueued)
        self.refusedByVenue = self.enqueued
    }

    mutating func receive(_ batch: [RawElement], tally: FeedTally, venue: VenueIndex) {
        self.feeds[self.slot(venue)].add(tally)
        for element in batch {
            let slot = self.slot(element.venue)
            if self.isFinished {
                self.refusedByVenue[slot] &+= 1
                continue
            }
            self.enqueued[slot] &+= 1
            switch self.ring.push(element) {
            case .displaced(let oldest): self.displace(oldest)
            case .conflated(let older): self.conflatedByVenue[self.slot(older.venue)] &+= 1
            case nil: break
            }
            if case .heartbeat(_, let sentAt) = element.payload {
                self.highWater.advance(to: sentAt, level: UInt64(self.ring.count))
            }
        }
        self.highWater.note(UInt64(self.ring.count))
    }

    private mutating func displace(_ element: RawElement) {
        self.displacedByVenue[self.slot(element.venue)] &+= 1
        if case .heartbeat = element.payload { self.displacedHeartbeats &+= 1 }
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
        completed: EngineTally
    ) -> TakeOutcome {
        self.engine.add(completed)
        self.inHand = 0
        for instrument in self.displacedInstruments { self.isDisplaced[instrument.position] = false }
        swap(&displaced, &self.displacedInstruments)
        while let element = self.ring.pop() {
            self.dequeued[self.slot(element.venue)] &+= 1
            batch.append(element)
        }
        self.inHand = UInt64(batch.count)
        self.taken &+= self.inHand
        if !batch.isEmpty || !displaced.isEmpty { return .batch }
        if self.isFinished { return .finished }
        self.isParked = true
        return .empty
    }

    /// Whether the consumer slept; it no longer does.
    mutating func unpark() -> Bool {
        let wasParked = self.isParked && (self.ring.count > 0 || self.isFinished)
        if wasParked { self.isParked = false }
        return wasParked
    }

    private func slot(_ venue: VenueIndex) -> Int { min(venue.position, self.feeds.count - 1) }

    func snapshot() -> FlowSnapshot {
        FlowSnapshot(
            feeds: self.feeds,
            enqueued: self.enqueued,
            dequeued: self.dequeued,
            displaced: self.displacedByVenue,
            conflated: self.conflatedByVenue,
            refused: self.refusedByVenue,
            displacedHeartbeats: self.displacedHeartbeats,
            depth: UInt64(self.ring.count),
            depthMax: self.highWater.value,
            capacity: UInt64(self.ring.capacity),
            engine: self.engine,
            engineIn: self.taken,
            engineHeld: self.inHand
        )
    }
}
