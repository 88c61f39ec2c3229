import Core
import Feed
import Glibc
import Health
import Logging
import ServiceLifecycle
import UnixSignals

/// Runs the engines until their channel is finished and empty.
struct EngineService: Service {
    let engines: Engines
    let board: Board
    let clock: ReceiveClock
    let health: DaemonHealth

    func run() async throws {
        let run = Task {
            await self.engines.run(
                board: self.board,
                clock: { self.clock.now },
                heartbeat: { shard, loop in
                    self.health.state.heartbeatReturned(loop: loop, shard: shard, at: self.health.now)
                    self.engines.paces[shard].heartbeat(at: self.clock.wall)
                }
            )
        }
        // The feeds ended before us, so what waits in the channel is all that there will be.
        try? await gracefulShutdown()
        self.engines.channel.finish()
        await run.value
        self.health.state.pipelineEnded()
    }
}

/// Holds the feeds' connections and closes them on shutdown.
struct FeedService: Service {
    let feeds: [VenueFeed]
    let rest: RestClient

    func run() async throws {
        try? await gracefulShutdown()
        await withTaskGroup(of: Void.self) { group in
            for feed in self.feeds { group.addTask { await feed.stop() } }
        }
        self.rest.shutDown()
        await self.rest.ended()
    }
}

/// Looks at feeds and engine once a second on behalf of health checks, systemd and rates; ends after all others.
struct ObserverService: Service {
    let feeds: [VenueFeed]
    let board: Board
    let channel: RawChannel
    let clock: ReceiveClock
    let health: DaemonHealth
    let rate: RateMeter
    let paces: [EnginePace]
    let slow: SlowWork
    let charts: ChartService
    let export: PairExport
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            var lastDrops: UInt64 = 0
            var quarantine = QuarantineWatch(board: self.board, logger: self.logger)
            while !Task.isCancelled {
                let (now, flow) = (self.clock.now, self.channel.snapshot())
                let drops = flow.drops
                self.health.state.remark("drops", problem: drops > lastDrops ? "\(drops) so far, and growing" : nil)
                lastDrops = drops
                self.health.observe(feeds: self.feeds, board: self.board)
                self.rate.note(flow.quotes, at: now)
                self.charts.look()
                self.export.look(at: self.board.read())
                quarantine.look()
                for pace in self.paces { self.slow.note("engine batch", took: pace.takeSlowest()) }
                try? await Task.sleep(for: .seconds(1))
            }
        }
        try await gracefulShutdown()
    }
}

/// Comes first in a shutdown: says that we drain, and gives load balancers time to notice.
struct DrainService: Service {
    let health: DaemonHealth
    let delay: Duration
    let deadline: Duration
    let logger: Logger

    func run() async throws {
        try await gracefulShutdown()  // Throws when another service failed: then there is nothing to drain.
        self.health.state.draining()
        self.health.serviceManager.stopping()
        self.logger.info("draining", metadata: ["event": "draining"])
        Task.detached { await self.insist() }
        if self.delay > .zero { try? await Task.sleep(for: self.delay) }
    }

    /// Ends the process when the rest does not end in time: whoever stopped us will not wait longer.
    private func insist() async {
        try? await Task.sleep(for: self.deadline)
        self.logger.critical("drain deadline passed", metadata: ["event": "drain_deadline"])
        exit(ExitStatus.drainDeadline)
    }
}

#if DEBUG
    /// Stops an engine at SIGUSR2: only in builds for tests.
    struct WedgeService: Service {
        let engines: Engines

        func run() async throws {
            await cancelWhenGracefulShutdown {
                for await _ in await UnixSignalsSequence(trapping: .sigusr2) { self.engines.wedge() }
            }
            try? await gracefulShutdown()
        }
    }
#endif
