import Core

/// One engine of a replay, which takes what waits for it when it is told to.
final class ReplayShard {
    private let shard: Int
    private let channel: RawChannel
    private(set) var engine: SpreadEngine
    private var batch: [RawElement] = []
    private var displaced: [InstrumentIndex] = []
    private var completed = EngineTally()

    init(_ shard: Int, universe: Universe, settings: EngineSettings, board: Board, channel: RawChannel) {
        (self.shard, self.channel) = (shard, channel)
        self.engine = SpreadEngine(
            universe: universe,
            settings: settings,
            board: board,
            shard: shard,
            summarises: true
        )
    }

    var oldestChunk: ChunkAge? { self.engine.oldestChunk }

    func evictOldestChunk() { self.engine.evictOldestChunk() }

    func extend(to universe: Universe) { self.engine.extend(to: universe) }

    /// Lets the engine take what waits, until the ledger has the account of all of it.
    func drain(at now: Timestamp) {
        while case .batch = self.channel.take(
            from: self.shard,
            into: &self.batch,
            displaced: &self.displaced,
            completed: self.completed
        ) {
            self.completed = self.engine.process(
                self.batch,
                displaced: self.displaced,
                clock: { now },
                heartbeat: { _, _ in }
            )
        }
        self.completed = EngineTally(windowHeld: self.completed.windowHeld)
    }
}
