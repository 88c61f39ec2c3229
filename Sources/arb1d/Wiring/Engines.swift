import Core
import Dispatch
import Metrics

/// The engines of all shards behind one door: what concerns a pair goes to the engine that has it.
final class Engines: Sendable {
    /// One channel, with a lane for each engine.
    let channel: RawChannel
    /// Points of watched pairs, of all engines.
    let updates: UpdateChannel
    let paces: [EnginePace]
    private let threads: [EngineThread]
    private let latest: LatestUniverse
    private let settings: EngineSettings

    /// - Parameters:
    ///   - configuration: Of it the channel's bounds, the number of engines and their settings.
    ///   - universe: What is known at the beginning, for that many engines.
    ///   - updates: Where points of watched pairs go.
    ///   - registry: For how the engines are doing.
    init(_ configuration: Configuration, universe: Universe, updates: UpdateChannel, registry: Registry) {
        let bells = (0..<universe.shardCount).map { _ in DispatchSemaphore(value: 0) }
        let channel = RawChannel(
            capacity: configuration.channelCapacity,
            venues: universe.venues.count,
            shards: universe.shardCount,
            overflow: configuration.channelOverflow,
            wake: { bells[$0].signal() }
        )
        let latest = LatestUniverse(universe)
        let paces = bells.map { _ in EnginePace(registry) }
        self.threads = bells.indices.map {
            EngineThread($0, channel: channel, updates: updates, latest: latest, bell: bells[$0], pace: paces[$0])
        }
        (self.channel, self.updates, self.paces, self.latest) = (channel, updates, paces, latest)
        self.settings = configuration.engine
    }

    var count: Int { self.threads.count }

    /// Hands all engines a universe that has changed.
    ///
    /// Elements of new instruments, and those that say that one is no longer listed, may be sent as soon as this
    /// returns: an engine takes a batch first and looks for a new universe then, so it knows every instrument of the
    /// batch in hand, and what is not listed any more should the element that says so be displaced.
    func extend(to universe: Universe) {
        self.channel.extend(to: universe)
        self.latest.set(universe)
    }

    /// Leaves a request with the engine that has the pair. Once the engines have ended, or one does not keep up with
    /// its requests, histories are answered with `nil`.
    func ask(_ request: PairRequest) {
        self.threads[self.latest.shard(of: request.pair)].ask(.pair(request))
    }

    /// What the pair's points can be computed from; `nil` when there is no such pair, or no engine any more.
    func history(of pair: PairIndex) async -> PairHistory? {
        await withCheckedContinuation { continuation in
            self.ask(.history(pair) { continuation.resume(returning: $0) })
        }
    }

    /// The opportunities of all pairs; `nil` when there is no engine any more.
    func opportunities() async -> OpportunityReport? {
        var reports: [OpportunityReport] = []
        for thread in self.threads {
            let report = await withCheckedContinuation { continuation in
                thread.ask(.opportunities { continuation.resume(returning: $0) })
            }
            guard let report else { return nil }
            reports.append(report)
        }
        return OpportunityReport(merging: reports, kept: self.settings.opportunities.kept)
    }

    #if DEBUG
        /// Stops one engine for ever, the last, as a fault in it would: so a test can see what the daemon does then.
        func wedge() { self.threads.last?.wedge() }
    #endif

    /// Runs until the channel is finished and empty.
    ///
    /// `clock` is the receive clock; `heartbeat` is called on an engine's thread for each heartbeat that comes out.
    func run(
        board: Board,
        clock: @escaping @Sendable () -> Timestamp,
        heartbeat: @escaping @Sendable (_ shard: Int, _ loop: Int) -> Void
    ) async {
        let settings = self.settings.shared(by: self.count)
        await withTaskGroup(of: Void.self) { group in
            for (shard, thread) in self.threads.enumerated() {
                group.addTask {
                    await thread.run(settings: settings, board: board, clock: clock) { loop, _ in
                        heartbeat(shard, Int(loop))
                    }
                }
            }
        }
    }
}
