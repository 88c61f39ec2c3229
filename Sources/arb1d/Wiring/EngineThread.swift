import Core
import Dispatch
import NIOPosix
import Synchronization

/// What others ask of the engine; answered on its thread between two batches, so an answer must not wait.
enum EngineRequest: Sendable {
    /// Tell of each of the pair's points from now on, and hand out what it has so far; `nil`: no such pair.
    case watch(PairIndex, reply: @Sendable (PairHistory?) -> Void)
    case unwatch(PairIndex)
    case history(PairIndex, reply: @Sendable (PairHistory?) -> Void)
    /// All opportunities that are open, and the last that ended.
    case opportunities(reply: @Sendable (OpportunityReport?) -> Void)
}

/// The one thread that drives the engine: it sleeps while the channel is empty and is woken once per burst.
final class EngineThread: Sendable {
    private struct Mail {
        /// A universe that the engine has not taken over yet.
        var universe: Universe?
        var requests: [EngineRequest] = []
        var isEnded = false
    }

    let channel: RawChannel
    let updates: UpdateChannel
    let pace: EnginePace
    private let bell: DispatchSemaphore
    private let mail = Mutex(Mail())
    private let heartbeats = Atomic<UInt64>(0)
    #if DEBUG
        private let isWedged = Atomic<Bool>(false)
    #endif
    /// More than all charts ask for at once; a stuck engine must not gather them without end.
    private static let mostRequests = 10_000
    private let threads = NIOThreadPool(numberOfThreads: 1)

    /// Points of watched pairs go into `updates`.
    init(capacity: Int, overflow: OverflowPolicy, venues: Int, updates: UpdateChannel, pace: EnginePace) {
        let bell = DispatchSemaphore(value: 0)
        self.bell = bell
        self.channel = RawChannel(
            capacity: capacity,
            venues: venues,
            overflow: overflow,
            wake: { bell.signal() }
        )
        self.updates = updates
        self.pace = pace
    }

    /// Heartbeats that came out of the engine.
    var heartbeatsCompleted: UInt64 { self.heartbeats.load(ordering: .relaxed) }

    /// Hands the engine a universe that has changed.
    ///
    /// Elements of new instruments, and those that say that one is no longer listed, may be sent as soon as this
    /// returns: the engine takes a batch first and looks for a new universe then, so it knows every instrument of the
    /// batch in hand, and what is not listed any more should the element that says so be displaced.
    func extend(to universe: Universe) { self.mail.withLock { $0.universe = universe } }

    /// Leaves a request. Once the engine has ended, or does not keep up with them, histories are answered with `nil`.
    func ask(_ request: EngineRequest) {
        let isTaken = self.mail.withLock { mail in
            guard !mail.isEnded, mail.requests.count < Self.mostRequests || request.mustArrive else { return false }
            mail.requests.append(request)
            return true
        }
        if isTaken { self.bell.signal() } else { request.refuse() }
    }

    /// What the pair's points can be computed from; `nil` when there is no such pair, or no engine any more.
    func history(of pair: PairIndex) async -> PairHistory? {
        await withCheckedContinuation { continuation in
            self.ask(.history(pair) { continuation.resume(returning: $0) })
        }
    }

    /// The opportunities of all pairs; `nil` when there is no engine any more.
    func opportunities() async -> OpportunityReport? {
        await withCheckedContinuation { continuation in
            self.ask(.opportunities { continuation.resume(returning: $0) })
        }
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
        _ fresh: consuming SpreadEngine,
        clock: @Sendable () -> Timestamp,
        heartbeat: @Sendable (UInt8, Timestamp) -> Void
    ) {
        var engine = fresh
        var batch: [RawElement] = []
        var displaced: [InstrumentIndex] = []
        var completed = EngineTally()
        var points: [PairPoint] = []
        while true {
            let outcome = self.channel.take(into: &batch, displaced: &displaced, completed: completed)
            self.readMail(&engine)
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
                completed = engine.process(batch, displaced: displaced, clock: clock) { loop, sentAt in
                    self.heartbeats.wrappingAdd(1, ordering: .relaxed)
                    heartbeat(loop, sentAt)
                }
                let ended = clock()
                self.pace.note(nanoseconds: max(0, ended.nanoseconds(since: begun)))
                guard engine.hasPoints else { continue }
                engine.takePoints(into: &points)
                self.updates.send(&points, at: ended)
                self.pace.published(nanoseconds: max(0, clock().nanoseconds(since: ended)))
            }
        }
    }

    private func readMail(_ engine: inout SpreadEngine) {
        let mail = self.mail.withLock { mail in
            defer { (mail.universe, mail.requests) = (nil, []) }
            return mail
        }
        if let universe = mail.universe { engine.extend(to: universe) }
        for request in mail.requests {
            switch request {
            case .watch(let pair, let reply):
                engine.watch(pair)
                reply(engine.history(of: pair))
            case .unwatch(let pair): engine.unwatch(pair)
            case .history(let pair, let reply): reply(engine.history(of: pair))
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

extension EngineRequest {
    /// There are no more of these than pairs that are watched, and a lost one would never be made up for.
    fileprivate var mustArrive: Bool {
        switch self {
        case .unwatch: true
        case .watch, .history, .opportunities: false
        }
    }

    /// Answers without an engine.
    fileprivate func refuse() {
        switch self {
        case .watch(_, let reply), .history(_, let reply): reply(nil)
        case .opportunities(let reply): reply(nil)
        case .unwatch: break
        }
    }
}
