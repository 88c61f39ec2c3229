import Core
import Dispatch
import NIOPosix
import Synchronization

/// A thread that drives one engine: it sleeps while its lane of the channel is empty and is woken once per burst.
final class EngineThread: Sendable {
    private struct Mail {
        var requests: [EngineRequest] = []
        var isEnded = false
    }

    private let shard: Int
    private let channel: RawChannel
    private let updates: UpdateChannel
    private let latest: LatestUniverse
    private let pace: EnginePace
    private let bell: DispatchSemaphore
    private let mail = Mutex(Mail())
    #if DEBUG
        private let isWedged = Atomic<Bool>(false)
    #endif
    /// More than all charts ask for at once; a stuck engine must not gather them without end.
    private static let mostRequests = 10_000
    private let threads = NIOThreadPool(numberOfThreads: 1)

    /// - Parameters:
    ///   - shard: Which engine it drives.
    ///   - channel: Rings `bell` when something comes for it.
    ///   - updates: Where points of watched pairs go.
    ///   - latest: Where it learns of new instruments.
    ///   - bell: What it waits for.
    ///   - pace: What it tells how it is doing.
    init(
        _ shard: Int,
        channel: RawChannel,
        updates: UpdateChannel,
        latest: LatestUniverse,
        bell: DispatchSemaphore,
        pace: EnginePace
    ) {
        (self.shard, self.channel, self.updates) = (shard, channel, updates)
        (self.latest, self.bell, self.pace) = (latest, bell, pace)
    }

    /// Leaves a request. Once the engine has ended, or does not keep up with them, it is refused.
    func ask(_ request: EngineRequest) {
        let isTaken = self.mail.withLock { mail in
            guard !mail.isEnded, mail.requests.count < Self.mostRequests || request.mustArrive else { return false }
            mail.requests.append(request)
            return true
        }
        if isTaken { self.bell.signal() } else { request.refuse() }
    }

    #if DEBUG
        /// Stops the engine for ever, as a fault in it would: so a test can see what the daemon does then.
        func wedge() {
            self.isWedged.store(true, ordering: .relaxed)
            self.bell.signal()
        }
    #endif

    /// Runs until the channel is finished and empty.
    ///
    /// `clock` is the receive clock; `heartbeat` is called on the engine's thread for each heartbeat that comes out.
    func run(
        settings: EngineSettings,
        board: Board,
        clock: @escaping @Sendable () -> Timestamp,
        heartbeat: @escaping @Sendable (UInt8, Timestamp) -> Void
    ) async {
        self.threads.start()
        await withCheckedContinuation { (done: CheckedContinuation<Void, Never>) in
            self.threads.submit { _ in
                let universe = board.read().universe
                self.drive(
                    SpreadEngine(universe: universe, settings: settings, board: board, shard: self.shard),
                    revision: universe.revision,
                    clock: clock,
                    heartbeat: heartbeat
                )
                done.resume()
            }
        }
        try? await self.threads.shutdownGracefully()
    }

    private func drive(
        _ fresh: consuming SpreadEngine,
        revision: Int,
        clock: @Sendable () -> Timestamp,
        heartbeat: @Sendable (UInt8, Timestamp) -> Void
    ) {
        var engine = fresh
        var revision = revision
        var batch: [RawElement] = []
        var displaced: [InstrumentIndex] = []
        var completed = EngineTally()
        var points: [PairPoint] = []
        while true {
            let outcome = self.channel.take(
                from: self.shard,
                into: &batch,
                displaced: &displaced,
                completed: completed
            )
            self.readMail(&engine, &revision)
            #if DEBUG
                while self.isWedged.load(ordering: .relaxed) { self.bell.wait() }
            #endif
            switch outcome {
            case .finished:
                engine.finish(at: clock())
                return self.end()
            case .empty:
                completed = EngineTally(windowHeld: completed.windowHeld)
                self.bell.wait()
            case .batch:
                let begun = clock()
                self.pace.take(batch, at: begun)
                completed = engine.process(batch, displaced: displaced, clock: clock, heartbeat: heartbeat)
                let ended = clock()
                self.pace.note(nanoseconds: max(0, ended.nanoseconds(since: begun)))
                guard engine.hasPoints else { continue }
                engine.takePoints(into: &points)
                self.updates.send(&points, at: ended)
                self.pace.published(nanoseconds: max(0, clock().nanoseconds(since: ended)))
            }
        }
    }

    /// Answers what was asked, after taking over the universe as it is now: whoever asks of a pair knows it from there.
    private func readMail(_ engine: inout SpreadEngine, _ revision: inout Int) {
        let requests = self.mail.withLock { mail in
            defer { mail.requests = [] }
            return mail.requests
        }
        if let universe = self.latest.newer(than: revision) {
            revision = universe.revision
            engine.extend(to: universe)
        }
        for request in requests {
            switch request {
            case .pair(.watch(let pair, let reply)):
                engine.watch(pair)
                reply(engine.history(of: pair))
            case .pair(.unwatch(let pair)): engine.unwatch(pair)
            case .pair(.history(let pair, let reply)): reply(engine.history(of: pair))
            case .opportunities(let reply): reply(engine.opportunities)
            }
        }
    }

    private func end() {
        let left = self.mail.withLock { mail in
            mail.isEnded = true
            defer { mail.requests = [] }
            return mail.requests
        }
        for request in left { request.refuse() }
    }
}
