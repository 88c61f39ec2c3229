import Chart
import Core
import Endpoints
import Feed
import Metrics
import NIOCore
import NIOPosix
import Synchronization

/// Connects the chart hub to the engine on the one side and to the server's clients on the other.
///
/// Everything happens on the server's loop, but for joining and encoding histories, which have threads of their own.
final class ChartService: WebSocketService {
    /// Read and changed on the server's loop; the lock is never contended.
    private struct State {
        var hub: ChartHub
        var clients: [ChartClientID: WebSocketClient] = [:]
        /// Of the universe that the hub looks pairs up in.
        var revision = 0
        var actions: [ChartAction] = []
        var points: [PairPoint] = []
        var isPublishing = false
    }

    /// How often the ledger is published while it changes.
    private static let publishing = TimeAmount.milliseconds(100)

    private let state: Mutex<State>
    private let loop = Mutex<(any EventLoop)?>(nil)
    /// The stage `chart` as of one moment of the loop.
    private let published = Mutex(ChartLedger())
    private let threads = NIOThreadPool(numberOfThreads: 2)
    private let engines: Engines
    private let board: Board
    private let clock: ReceiveClock
    private let span: Int64
    /// Of a snapshot.
    private let mostPoints: Int
    private let slow: SlowWork
    private let loopDelay: LoopDelay
    private let publishSeconds: Histogram
    private let snapshotSeconds: Histogram

    init(
        _ choice: Configuration.ChartChoice,
        engines: Engines,
        board: Board,
        clock: ReceiveClock,
        slow: SlowWork,
        loopDelay: LoopDelay,
        registry: Registry
    ) {
        var settings = ChartSettings(queuedBytes: choice.maxQueuedBytes)
        settings.subscriptionsPerClient = choice.maxSubscriptions
        let hub = ChartHub(
            configured: choice.pairs,
            settings: settings,
            metrics: ChartMetrics(registry),
            lookup: Self.lookup(in: board.read().universe)
        )
        self.state = Mutex(State(hub: hub))
        (self.engines, self.board, self.clock, self.slow) = (engines, board, clock, slow)
        self.loopDelay = loopDelay
        self.span = choice.span.wholeNanoseconds
        self.mostPoints = settings.snapshotPoints
        self.publishSeconds = registry.histogram(
            "arb1d_chart_publish_seconds",
            help: "From the receive time of a batch's oldest quote to the clients' queues.",
            buckets: Buckets.pipelineSeconds
        )
        self.snapshotSeconds = registry.histogram(
            "arb1d_chart_snapshot_seconds",
            help: "Time to compute a pair's history from the windows and to encode it.",
            buckets: Buckets.snapshotSeconds
        )
    }

    /// The stage `chart` of the flow ledger.
    var stage: FlowSources.Stage {
        let ledger = self.published.withLock { $0 }
        let terms = FlowSnapshot.Terms(into: ledger.into, out: ledger.out, dropped: ledger.dropped, held: ledger.held)
        return FlowSources.Stage(name: "chart", terms: terms, residual: ledger.residual.magnitude)
    }

    /// Points wait in the update channel. Called on the engine's thread.
    func wake() { self.onLoop { self.drain() } }

    /// The engine may know other pairs than before. Called once a second.
    func look() { self.onLoop { self.compareUniverse() } }

    // MARK: The server's side

    func started(on eventLoop: any EventLoop) {
        self.threads.start()
        self.loop.withLock { $0 = eventLoop }
        // It is the server's only loop, so what it says is said of every answer.
        self.loopDelay.watch(eventLoop, as: .server)
        self.compareUniverse()
    }

    func opened(_ client: WebSocketClient, request: EndpointRequest) {
        self.change { state in
            state.clients[client.id] = client
            state.hub.clientOpened(client.id, query: request.queryText, into: &state.actions)
        }
    }

    func received(_ text: [UInt8], from client: WebSocketClient) {
        self.change { $0.hub.received(text, from: client.id, into: &$0.actions) }
    }

    func written(weight: Int, to client: WebSocketClient) {
        self.change { $0.hub.written(weight, by: client.id, into: &$0.actions) }
    }

    func closed(_ client: WebSocketClient, unsent weight: Int) {
        self.change { state in
            state.clients[client.id] = nil
            state.hub.clientClosed(client.id, unsent: weight, into: &state.actions)
        }
    }

    func stopped() {
        self.publish()
        self.loop.withLock { $0 = nil }
        self.threads.shutdownGracefully { _ in }
    }

    // MARK: The engine's side

    /// Hands out one batch, and comes back for the next one in a turn of its own: sockets are written, read and bounded
    /// between two turns of the loop.
    private func drain() {
        let oldest: Timestamp? = self.state.withLock { state in
            guard self.engines.updates.take(into: &state.points) else { return nil }
            state.hub.updates(state.points, into: &state.actions)
            self.perform(&state)
            return state.points.map(\.receivedAt).min()
        }
        guard let oldest else { return }
        self.publishSeconds.observe(Double(max(0, self.clock.now.nanoseconds(since: oldest))) / 1e9)
        self.publishSoon()
        self.onLoop { self.drain() }
    }

    /// Takes an answer of the engine, on its thread, to where there is time for it.
    private func compute(_ request: HistoryRequest, from history: PairHistory?) {
        guard let history else {
            return self.onLoop { self.change { $0.hub.historyUnavailable(request, into: &$0.actions) } }
        }
        self.threads.submit { state in
            guard case .active = state else { return }
            let begun = ContinuousClock.now
            let series = history.series(span: self.span, now: self.clock.now)
            let shown = series.points.suffix(self.mostPoints)
            let snapshot = ChartEncoder.snapshot(
                request.key,
                points: Array(shown),
                number: series.number,
                // What was left out for its size was left out at the beginning.
                completeFrom: shown.count == series.points.count ? series.completeFrom : shown.first?.time
            )
            let took = ContinuousClock.now - begun
            self.snapshotSeconds.observe(Double(took.wholeNanoseconds) / 1e9)
            self.slow.note("chart snapshot", took: took)
            self.onLoop { self.change { $0.hub.history(request, snapshot, into: &$0.actions) } }
        }
    }

    private func compareUniverse() {
        let universe = self.board.read().universe
        self.change { state in
            guard universe.revision != state.revision else { return }
            state.revision = universe.revision
            state.hub.universeChanged(Self.lookup(in: universe), into: &state.actions)
        }
    }

    private static func lookup(in universe: Universe) -> ChartHub.Lookup {
        { key in universe.pair(symbol: key.symbol, sell: key.exchange1, buy: key.exchange2) }
    }

    // MARK: In between

    private func onLoop(_ work: @escaping @Sendable () -> Void) { self.loop.withLock { $0 }?.execute(work) }

    private func change(_ verb: (inout State) -> Void) {
        self.state.withLock { state in
            verb(&state)
            self.perform(&state)
        }
        self.publishSoon()
    }

    private func perform(_ state: inout State) {
        for action in state.actions {
            switch action {
            case .send(let clients, let bytes, let points):
                let message = WebSocketMessage(bytes)
                for id in clients where state.clients[id]?.send(message, weight: points) != true {
                    state.hub.refused(points)
                }
            case .requestHistory(let request):
                self.engines.ask(.watch(request.pair) { history in self.compute(request, from: history) })
            case .unwatch(let pair): self.engines.ask(.unwatch(pair))
            case .close(let id, let reason): state.clients[id]?.close(.policyViolation, reason: reason)
            }
        }
        state.actions.removeAll(keepingCapacity: true)
    }

    /// Summing up the clients' queues takes longer than most events, so it happens for many of them at once.
    private func publishSoon() {
        let isFirst = self.state.withLock { state in
            defer { state.isPublishing = true }
            return !state.isPublishing
        }
        guard isFirst else { return }
        self.loop.withLock { $0 }?.scheduleTask(in: Self.publishing) { self.publish() }
    }

    private func publish() {
        let ledger = self.state.withLock { state in
            state.isPublishing = false
            let held = state.clients.values.reduce(0) { $0 + $1.queuedWeight }
            return state.hub.ledger(held: UInt64(held))
        }
        self.published.withLock { $0 = ledger }
    }
}

extension EndpointRequest {
    /// The query as it came.
    fileprivate var queryText: String { self.query.map { "\($0.name)=\($0.value)" }.joined(separator: "&") }
}
