public import Core

/// Decides who gets which chart message: a snapshot for each subscription, then every later point once and in order.
///
/// It has no socket, clock or thread. Events come in as verbs, and each verb appends to `actions` what is to be done,
/// in order. All verbs are called on one event loop; encoding a history, which takes time, happens elsewhere.
///
/// The race between a subscription and its snapshot is settled by the points' numbers. The engine marks the pair as
/// watched before it takes the history, and the history says which number it reached. Updates up to that number are
/// skipped for the client; later ones that came before the history are kept back and sent after it.
///
/// A server with a loop of its own needs a hub of its own, since its clients' ids are unique for that server only; the
/// engine then stops watching a pair when no hub watches it any more.
public struct ChartHub: Sendable {
    /// Finds a pair by name; `nil` while it is not known.
    public typealias Lookup = @Sendable (ChartKey) -> PairIndex?

    private let settings: ChartSettings
    let configured: [ChartKey]
    var lookup: Lookup
    var clients: [ChartClientID: ChartClient] = [:]
    var audiences: [PairIndex: PairAudience] = [:]
    /// Who waits for configured pairs that are not known yet.
    var waiting: [ChartKey: ClientList] = [:]
    var outlet: ChartOutlet
    private var requests: UInt64 = 0
    /// The pairs of the batch in hand; storage that is used again.
    private var touched: [PairIndex] = []

    /// Creates a hub without clients.
    ///
    /// - Parameters:
    ///   - configured: What a client gets that names no pair, in this order.
    ///   - settings: The bounds.
    ///   - metrics: Where it counts.
    ///   - lookup: No two names have the same pair. What it answers changes only by ``universeChanged(_:into:)``.
    public init(
        configured: [ChartKey],
        settings: ChartSettings = ChartSettings(),
        metrics: ChartMetrics,
        lookup: @escaping Lookup
    ) {
        var seen: Set<ChartKey> = []
        self.configured = configured.filter { seen.insert($0).inserted }
        (self.settings, self.lookup) = (settings, lookup)
        self.outlet = ChartOutlet(metrics: metrics)
    }

    // MARK: Clients

    /// A connection was accepted, with this query in its URL (what follows the `?`).
    public mutating func clientOpened(_ id: ChartClientID, query: String?, into actions: inout [ChartAction]) {
        precondition(self.clients[id] == nil, "No two connections have the same id.")
        self.clients[id] = ChartClient()
        do throws(ChartRefusal) {
            if let key = try ChartKey.named(inQuery: query ?? "") {
                try self.subscribe(id, to: key, into: &actions)
            } else {
                for key in self.configured { try self.subscribe(id, to: key, into: &actions) }
            }
        } catch {
            self.refuse(error, to: id, into: &actions)
        }
    }

    /// A client sent a text message.
    public mutating func received(
        _ bytes: [UInt8],
        from id: ChartClientID,
        into actions: inout [ChartAction]
    ) {
        guard self.clients[id] != nil else { return }
        do throws(ChartRefusal) {
            switch try ClientMessage(bytes) {
            case .subscribe(let key): try self.subscribe(id, to: key, into: &actions)
            case .unsubscribe(let key): try self.unsubscribe(id, from: key, into: &actions)
            }
            self.clients[id]?.refusals = 0
        } catch {
            self.refuse(error, to: id, into: &actions)
        }
    }

    /// A connection has ended, whoever ended it, with so many points in its queue that were never written.
    public mutating func clientClosed(_ id: ChartClientID, unsent: Int, into actions: inout [ChartAction]) {
        self.outlet.ledger.clientClosed += UInt64(unsent)
        self.forget(id, into: &actions)
    }

    /// The server wrote messages with so many points to the client's socket: the next snapshot may be due.
    public mutating func written(_ points: Int, by id: ChartClientID, into actions: inout [ChartAction]) {
        self.outlet.ledger.out += UInt64(points)
        self.clients[id]?.wrote(points)
        self.advance(id, into: &actions)
    }

    /// The server could not queue a message with so many points for one client, which had closed already.
    public mutating func refused(_ points: Int) { self.outlet.ledger.clientClosed += UInt64(points) }

    // MARK: Points

    /// One batch of the update channel: the points of a pair leave together, in one message.
    ///
    /// Costs nothing for a client that is subscribed to none of these pairs.
    public mutating func updates(_ points: [PairPoint], into actions: inout [ChartAction]) {
        for point in points where self.audiences[point.pair]?.collect(point) == true {
            self.touched.append(point.pair)
        }
        for pair in self.touched {
            let limit = self.settings.keptPoints
            let isLate = self.audiences[pair]?.flush(limit: limit, through: &self.outlet, into: &actions)
            if isLate == true { self.request(pair, into: &actions) }
        }
        self.touched.removeAll(keepingCapacity: true)
    }

    /// The answer to a request, encoded; one that is no longer wanted is ignored.
    public mutating func history(
        _ request: HistoryRequest,
        _ snapshot: ChartSnapshot,
        into actions: inout [ChartAction]
    ) {
        let delivery = self.audiences[request.pair]?.deliver(
            snapshot,
            request: request.id,
            through: &self.outlet,
            into: &actions
        )
        guard let delivery else { return }
        for id in delivery.clients {
            self.clients[id]?.follow(request.pair, points: delivery.points)
            self.advance(id, into: &actions)
        }
    }

    /// There will be no answer to a request: those who wait for it are told, and are no longer subscribed.
    public mutating func historyUnavailable(_ request: HistoryRequest, into actions: inout [ChartAction]) {
        guard let ids = self.audiences[request.pair]?.giveUp(request: request.id) else { return }
        self.outlet.refuse(.unavailable(request.key), to: ids, into: &actions)
        for id in ids where self.clients[id]?.unsubscribe(request.pair) != nil { self.countSubscriptions(-1) }
        self.unwatchIfEmpty(request.pair, into: &actions)
        for id in ids { self.advance(id, into: &actions) }
    }

    /// Other pairs are known than before: those that are no more end for their subscribers, and configured ones that
    /// are known now begin for the clients that wait for them.
    public mutating func universeChanged(_ lookup: @escaping Lookup, into actions: inout [ChartAction]) {
        self.lookup = lookup
        self.endDelisted(into: &actions)
        for key in self.configured {
            guard let ids = self.waiting[key]?.ids, let pair = lookup(key) else { continue }
            self.waiting[key] = nil
            for id in ids {
                self.clients[id]?.found(ChartClient.Turn(pair: pair, key: key))
                self.advance(id, into: &actions)
            }
        }
    }

    /// The stage's ledger at this moment, given what the clients' queues hold at this moment.
    public func ledger(held: UInt64) -> ChartLedger {
        var ledger = self.outlet.ledger
        ledger.held = held
        return ledger
    }
}

extension ChartHub {
    private mutating func subscribe(
        _ id: ChartClientID,
        to key: ChartKey,
        into actions: inout [ChartAction]
    ) throws(ChartRefusal) {
        let limit = self.settings.subscriptionsPerClient
        if let pair = self.lookup(key) {
            let isNew = try self.clients[id]?.subscribe(ChartClient.Turn(pair: pair, key: key), limit: limit)
            if isNew == true { self.countSubscriptions(1) }
            self.advance(id, into: &actions)
        } else {
            guard self.configured.contains(key) else { throw .unknownPair(key) }
            try self.clients[id]?.wait(for: key, limit: limit)
            self.waiting[key, default: ClientList()].insert(id)
            self.countSubscriptions(1)
        }
    }

    private mutating func unsubscribe(
        _ id: ChartClientID,
        from key: ChartKey,
        into actions: inout [ChartAction]
    ) throws(ChartRefusal) {
        if self.clients[id]?.stopWaiting(for: key) == true {
            self.stopWaiting(id, for: key)
        } else if let pair = self.lookup(key), let stage = self.clients[id]?.unsubscribe(pair) {
            self.leave(id, pair, stage, into: &actions)
            self.advance(id, into: &actions)
        } else {
            throw .notSubscribed(key)
        }
        self.countSubscriptions(-1)
    }

    /// Asks for the client's next snapshot, when it is due.
    mutating func advance(_ id: ChartClientID, into actions: inout [ChartAction]) {
        guard let turn = self.clients[id]?.nextTurn() else { return }
        let isFirst = self.audiences[turn.pair, default: PairAudience(key: turn.key)].join(id)
        if isFirst { self.request(turn.pair, into: &actions) }
    }

    private mutating func request(_ pair: PairIndex, into actions: inout [ChartAction]) {
        guard let key = self.audiences[pair]?.key else { return }
        self.requests += 1
        self.audiences[pair]?.request(self.requests)
        actions.append(.requestHistory(HistoryRequest(pair: pair, key: key, id: self.requests)))
    }

    private mutating func leave(
        _ id: ChartClientID,
        _ pair: PairIndex,
        _ stage: ChartClient.Stage,
        into actions: inout [ChartAction]
    ) {
        switch stage {
        case .queued: return
        case .awaited, .following:
            self.audiences[pair]?.leave(id)
            self.unwatchIfEmpty(pair, into: &actions)
        }
    }

    private mutating func unwatchIfEmpty(_ pair: PairIndex, into actions: inout [ChartAction]) {
        guard self.audiences[pair]?.isEmpty == true else { return }
        self.audiences[pair] = nil
        actions.append(.unwatch(pair))
    }

    private mutating func stopWaiting(_ id: ChartClientID, for key: ChartKey) {
        _ = self.waiting[key]?.remove(id)
        if self.waiting[key]?.isEmpty == true { self.waiting[key] = nil }
    }

    private mutating func refuse(_ refusal: ChartRefusal, to id: ChartClientID, into actions: inout [ChartAction]) {
        self.outlet.refuse(refusal, to: [id], into: &actions)
        self.clients[id]?.refusals += 1
        guard let refusals = self.clients[id]?.refusals, refusals >= self.settings.refusalsInARow else { return }
        self.forget(id, into: &actions)
        actions.append(.close(client: id, reason: "\(refusals) requests in a row could not be granted"))
    }

    private mutating func forget(_ id: ChartClientID, into actions: inout [ChartAction]) {
        guard let client = self.clients.removeValue(forKey: id) else { return }
        for key in client.waiting { self.stopWaiting(id, for: key) }
        for (pair, stage) in client.stages { self.leave(id, pair, stage, into: &actions) }
        self.countSubscriptions(-client.subscriptions)
    }

    func countSubscriptions(_ change: Int) { self.outlet.metrics.countSubscriptions(change) }
}
