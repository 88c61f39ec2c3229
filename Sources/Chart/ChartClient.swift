import Core

/// What one client is subscribed to, and whose snapshot it gets next.
///
/// One snapshot at a time: the next pair begins when the last snapshot was written. A client of a hundred pairs would
/// otherwise be handed a hundred histories at once, and be closed for the length of its queue.
struct ChartClient: Sendable {
    enum Stage: Sendable {
        /// Its turn has not come; the pair may be watched by nobody.
        case queued
        /// The snapshot was asked for.
        case awaited
        /// Updates follow it. A turn may be queued too: then the client asked again.
        case following
    }

    /// A pair whose snapshot is to be asked for.
    struct Turn: Sendable {
        let pair: PairIndex
        let key: ChartKey
    }

    private(set) var stages: [PairIndex: Stage] = [:]
    /// Configured pairs that are not known yet.
    private(set) var waiting: Set<ChartKey> = []
    private(set) var turns: [Turn] = []
    private var awaited: PairIndex?
    /// Points of the last snapshot that the server has not written yet.
    private var unwritten = 0
    /// Since the last request that could be granted.
    var refusals = 0

    var subscriptions: Int { self.stages.count + self.waiting.count }

    // MARK: Asking

    /// Takes up a pair, or the wish for another snapshot of it.
    ///
    /// - Returns: `true` when the pair is new.
    /// - Throws: ``ChartRefusal``, and then nothing has changed.
    mutating func subscribe(_ turn: Turn, limit: Int) throws(ChartRefusal) -> Bool {
        switch self.stages[turn.pair] {
        case .none:
            try self.admit(turn.key, limit: limit)
            self.stages[turn.pair] = .queued
            self.turns.append(turn)
            return true
        case .following where !self.turns.contains(where: { $0.pair == turn.pair }):
            self.turns.append(turn)
            return false
        case .queued, .awaited, .following:
            throw .alreadySubscribed(turn.key)
        }
    }

    /// Remembers a configured pair until it is known.
    mutating func wait(for key: ChartKey, limit: Int) throws(ChartRefusal) {
        guard !self.waiting.contains(key) else { throw .alreadySubscribed(key) }
        try self.admit(key, limit: limit)
        self.waiting.insert(key)
    }

    /// Waits for a configured pair that it had, in place of the subscription that has just ended.
    mutating func waitAgain(for key: ChartKey) { self.waiting.insert(key) }

    /// A pair that was waited for has become known.
    mutating func found(_ turn: Turn) {
        guard self.waiting.remove(turn.key) != nil, self.stages[turn.pair] == nil else { return }
        self.stages[turn.pair] = .queued
        self.turns.append(turn)
    }

    /// Gives up waiting for a pair; `false` when it was not waited for.
    mutating func stopWaiting(for key: ChartKey) -> Bool { self.waiting.remove(key) != nil }

    /// Gives up a pair.
    ///
    /// - Returns: Where it stood; `nil` when it was not subscribed to.
    mutating func unsubscribe(_ pair: PairIndex) -> Stage? {
        guard let stage = self.stages.removeValue(forKey: pair) else { return nil }
        self.turns.removeAll { $0.pair == pair }
        if self.awaited == pair { self.awaited = nil }
        return stage
    }

    private func admit(_ key: ChartKey, limit: Int) throws(ChartRefusal) {
        guard self.subscriptions < limit else { throw .tooManySubscriptions(key, limit: limit) }
    }

    // MARK: Turns

    /// The pair whose snapshot to ask for now; `nil` when there is none, or another snapshot comes first.
    mutating func nextTurn() -> Turn? {
        guard self.awaited == nil, self.unwritten == 0, !self.turns.isEmpty else { return nil }
        let turn = self.turns.removeFirst()
        self.stages[turn.pair] = .awaited
        self.awaited = turn.pair
        return turn
    }

    /// The awaited snapshot was handed over, with so many points.
    mutating func follow(_ pair: PairIndex, points: Int) {
        self.stages[pair] = .following
        self.awaited = nil
        self.unwritten = points
    }

    /// The server wrote messages with so many points.
    mutating func wrote(_ points: Int) { self.unwritten = max(0, self.unwritten - points) }
}
