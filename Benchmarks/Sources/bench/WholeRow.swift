import Core
import Dispatch
import Foundation
import Pipeline
import Synchronization

/// The whole way in process on two threads: one decodes and judges, the other is the engine.
enum WholeRow {
    static func run(symbols: Int, quotes: Int) {
        let market = FrameMarket(symbols: symbols, frames: quotes)
        let bell = DispatchSemaphore(value: 0)
        let line = Line(symbols: symbols, wake: { bell.signal() })
        let taken = Atomic<Int>(0)
        let engineCPU = Mutex(0.0)
        let ended = DispatchSemaphore(value: 0)
        let (channel, universe, board) = (line.channel, line.universe, line.board)
        let thread = Thread {
            var engine = SpreadEngine(universe: universe, settings: Line.settings, board: board)
            EngineLoop.run(&engine, channel, bell) { batch in taken.add(batch, ordering: .relaxed) }
            engineCPU.withLock { $0 = Measure.threadCPU() }
            ended.signal()
        }
        thread.start()
        let (wall, cpu) = (Measure.wall(), Measure.threadCPU())
        var (handed, frame) = (0, 0)
        while frame < quotes {
            let end = min(frame + 512, quotes)
            handed += line.feed(market, from: frame, to: end)
            frame = end
            while handed - taken.load(ordering: .relaxed) > 50_000 { usleep(100) }
        }
        let feedCPU = Measure.threadCPU() - cpu
        line.channel.finish()
        ended.wait()
        let seconds = Measure.wall() - wall
        let (feed, drive) = (feedCPU / Double(quotes) * 1e6, engineCPU.withLock { $0 } / Double(quotes) * 1e6)
        let snapshot = line.channel.snapshot()
        Report.line(
            "arb1d whole way",
            [
                ("ops", Double(quotes)), ("us_cpu_per_op", max(feed, drive)), ("feed_us", feed), ("engine_us", drive),
                ("per_s_wall", Double(quotes) / seconds), ("dropped", Double(snapshot.displaced.reduce(0, +))),
                ("applied", Double(snapshot.engine.applied)), ("fresh_pairs", Double(line.board.freshPairCount)),
            ]
        )
    }
}

/// The engine's thread as the daemon runs it, without charts.
enum EngineLoop {
    static func run(
        _ engine: inout SpreadEngine,
        _ channel: RawChannel,
        _ bell: DispatchSemaphore,
        taken: (Int) -> Void
    ) {
        var (batch, displaced, completed) = ([RawElement](), [InstrumentIndex](), EngineTally())
        while true {
            switch channel.take(into: &batch, displaced: &displaced, completed: completed) {
            case .finished: return
            case .empty:
                completed = EngineTally(windowHeld: completed.windowHeld)
                bell.wait()
            case .batch:
                completed = engine.process(batch, displaced: displaced, clock: Measure.now, heartbeat: { _, _ in })
                taken(batch.count)
            }
        }
    }
}
