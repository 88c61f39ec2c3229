import Core
import Dispatch
import NIOPosix
import Synchronization

/// The one thread that drives the engine: it sleeps while the channel is empty and is woken once per burst.
final class EngineThread: Sendable {
    let channel: RawChannel
    private let bell: DispatchSemaphore
    /// A universe that the engine has not taken over yet.
    private let grown = Mutex<Universe?>(nil)
    private let heartbeats = Atomic<UInt64>(0)
    private let threads = NIOThreadPool(numberOfThreads: 1)

    init(capacity: Int, venues: Int) {
        let bell = DispatchSemaphore(value: 0)
        self.bell = bell
        self.channel = RawChannel(capacity: capacity, venues: venues, wake: { bell.signal() })
    }

    /// Heartbeats that came out of the engine.
    var heartbeatsCompleted: UInt64 { self.heartbeats.load(ordering: .relaxed) }

    /// Hands the engine a universe that has grown.
    ///
    /// Elements of new instruments may be sent as soon as this returns: the engine takes a batch first and looks for a
    /// new universe then, so it knows every instrument of the batch in hand.
    func extend(to universe: Universe) { self.grown.withLock { $0 = universe } }

    /// Runs until the channel is finished and empty.
    ///
    /// `clock` is the receive clock; `heartbeat` is called on the engine's thread for each heartbeat that comes out.
    func run(
        universe: Universe,
        settings: EngineSettings,
        board: Board,
        clock: @escaping @Sendable () -> Timestamp,
        heartbeat: @escaping @Sendable (UInt8, Timestamp) -> Void
    ) async {
        self.threads.start()
        await withCheckedContinuation { (done: CheckedContinuation<Void, Never>) in
            self.threads.submit { _ in
                self.drive(
                    SpreadEngine(universe: universe, settings: settings, board: board),
                    clock: clock,
                    heartbeat: heartbeat
                )
                done.resume()
            }
        }
        try? await self.threads.shutdownGracefully()
    }

    private func drive(
        _ engine: consuming SpreadEngine,
        clock: @Sendable () -> Timestamp,
        heartbeat: @Sendable (UInt8, Timestamp) -> Void
    ) {
        var batch: [RawElement] = []
        var displaced: [InstrumentIndex] = []
        var completed = EngineTally()
        while true {
            let outcome = self.channel.take(into: &batch, displaced: &displaced, completed: completed)
            if let universe = self.grown.withLock({ $0.take() }) { engine.extend(to: universe) }
            switch outcome {
            case .finished: return
            case .empty:
                completed = EngineTally(windowHeld: completed.windowHeld)
                self.bell.wait()
            case .batch:
                completed = engine.process(batch, displaced: displaced, clock: clock) { loop, sentAt in
                    self.heartbeats.wrappingAdd(1, ordering: .relaxed)
                    heartbeat(loop, sentAt)
                }
            }
        }
    }
}
