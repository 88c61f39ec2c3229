/// The channel's rules and the flow ledger, without their lock: what the feeds counted, and a lane for each engine.
struct RawChannelState: ~Copyable {
    private var lanes: [RawLane]
    private var feeds: [FeedTally]
    /// By instrument: whose lane its elements take. What is not in it takes the first.
    private var laneOfInstrument: [UInt8] = []
    var isFinished = false

    init(capacity: Int, venues: Int, shards: Int, overflow: OverflowPolicy) {
        self.lanes = (0..<shards).map { _ in RawLane(capacity: capacity, venues: venues, overflow: overflow) }
        self.feeds = Array(repeating: FeedTally(), count: venues + 1)
    }

    mutating func extend(to universe: Universe) {
        precondition(universe.shardCount == self.lanes.count, "a lane for each shard")
        for entry in universe.instruments.dropFirst(self.laneOfInstrument.count) {
            self.laneOfInstrument.append(entry.shard)
        }
    }

    mutating func receive(_ batch: [RawElement], tally: FeedTally, venue: VenueIndex) {
        self.feeds[min(venue.position, self.feeds.count - 1)].add(tally)
        guard self.lanes.count > 1 else { return self.lanes[0].receive(batch, isFinished: self.isFinished) }
        for element in batch {
            if case .heartbeat = element.payload {
                for lane in self.lanes.indices { self.lanes[lane].receive(element, isFinished: self.isFinished) }
            } else {
                self.lanes[self.lane(of: element)].receive(element, isFinished: self.isFinished)
            }
        }
        for lane in self.lanes.indices { self.lanes[lane].noteLevel() }
    }

    /// What concerns no instrument has been acted on already and is only counted: by the first.
    private func lane(of element: RawElement) -> Int {
        guard let position = element.subject?.position, position < self.laneOfInstrument.count else { return 0 }
        return Int(self.laneOfInstrument[position])
    }

    mutating func take(
        from lane: Int,
        into batch: inout [RawElement],
        displaced: inout [InstrumentIndex],
        completed: EngineTally
    ) -> TakeOutcome {
        self.lanes[lane].take(into: &batch, displaced: &displaced, completed: completed, isFinished: self.isFinished)
    }

    /// The consumers that slept and have something to do, a bit each; they no longer sleep.
    mutating func unpark() -> UInt64 {
        var woken: UInt64 = 0
        for lane in self.lanes.indices where self.lanes[lane].unpark(isFinished: self.isFinished) {
            woken |= 1 << UInt64(lane)
        }
        return woken
    }

    func snapshot() -> FlowSnapshot {
        FlowSnapshot(feeds: self.feeds, shards: self.lanes.map { $0.snapshot() })
    }
}
