import Core

/// Everybody who is subscribed to one pair, and how far each of them has got.
///
/// Clients that have got equally far form a cohort, and a message is encoded once for each cohort. There is one, except
/// between a snapshot that is ahead of the updates and the update that catches up with it.
struct PairAudience: Sendable {
    /// Clients whose last message of the pair ended with point `number`.
    private struct Cohort: Sendable {
        var clients: ClientList
        var number: UInt64

        /// Sends points that all lie beyond the last one; numbers that are missing were lost on the way here.
        mutating func send(
            _ points: ArraySlice<PairPoint>,
            _ bytes: [UInt8],
            through outlet: inout ChartOutlet,
            into actions: inout [ChartAction]
        ) {
            let reached = points.last?.number ?? self.number
            outlet.drop(reached - self.number - UInt64(points.count), of: self.clients)
            outlet.update(bytes, points: points.count, to: self.clients, into: &actions)
            self.number = reached
        }
    }

    /// Clients that wait for the answer to one request, and what happened since.
    private struct Pending: Sendable {
        var request: UInt64
        var clients = ClientList()
        var kept: [PairPoint] = []
    }

    let key: ChartKey
    private let names: PairNames
    /// By number, so those whose next message is the same stand together.
    private var cohorts: [Cohort] = []
    private var pending: Pending?
    /// What the current batch holds of this pair.
    private var batch: [PairPoint] = []
    private var newest: UInt64 = 0

    init(key: ChartKey) { (self.key, self.names) = (key, PairNames(key)) }

    var isEmpty: Bool { self.cohorts.isEmpty && self.pending == nil }

    // MARK: Coming and going

    /// Has a client wait for the snapshot, whether it followed the pair before or not.
    ///
    /// - Returns: `true` when nobody waited: ``request(_:)`` must follow.
    mutating func join(_ client: ChartClientID) -> Bool {
        _ = self.removeFollower(client)
        guard self.pending == nil else {
            self.pending?.clients.insert(client)
            return false
        }
        self.pending = Pending(request: 0)
        self.pending?.clients.insert(client)
        return true
    }

    /// Waits for the answer to this request, and no longer for that to an earlier one.
    mutating func request(_ id: UInt64) { self.pending?.request = id }

    /// Takes a client out, wherever it is.
    mutating func leave(_ client: ChartClientID) {
        guard !self.removeFollower(client), self.pending?.clients.remove(client) == true else { return }
        if self.pending?.clients.isEmpty == true { self.pending = nil }
    }

    private mutating func removeFollower(_ client: ChartClientID) -> Bool {
        for index in self.cohorts.indices where self.cohorts[index].clients.remove(client) {
            if self.cohorts[index].clients.isEmpty { self.cohorts.remove(at: index) }
            return true
        }
        return false
    }

    // MARK: Points

    /// Takes one point of a batch; `true` for the first.
    mutating func collect(_ point: PairPoint) -> Bool {
        // In order by contract; one that is not would reach a client twice.
        guard point.number > self.newest else { return false }
        self.newest = point.number
        self.batch.append(point)
        return self.batch.count == 1
    }

    /// Hands the batch to the followers, and keeps it back for those who wait.
    ///
    /// - Returns: `true` when more was kept back than `limit` and thrown away: ``request(_:)`` must follow.
    mutating func flush(limit: Int, through outlet: inout ChartOutlet, into actions: inout [ChartAction]) -> Bool {
        var encoded: (start: Int, bytes: [UInt8])?
        for index in self.cohorts.indices {
            let rest = Self.rest(of: self.batch, after: self.cohorts[index].number)
            if rest.isEmpty { continue }
            let bytes =
                if let encoded, encoded.start == rest.startIndex { encoded.bytes } else {
                    ChartEncoder.update(self.names, rest)
                }
            encoded = (rest.startIndex, bytes)
            self.cohorts[index].send(rest, bytes, through: &outlet, into: &actions)
        }
        self.mergeCohorts()
        self.pending?.kept.append(contentsOf: self.batch)
        self.batch.removeAll(keepingCapacity: true)
        guard let pending = self.pending, pending.kept.count > limit else { return false }
        outlet.drop(UInt64(pending.kept.count), of: pending.clients)
        self.pending?.kept = []
        return true
    }

    // MARK: History

    /// Hands the snapshot to those who wait for it, and then what was kept back and goes beyond it.
    ///
    /// - Returns: These clients, and the points that each was sent; `nil` when nobody waits for this answer.
    mutating func deliver(
        _ snapshot: ChartSnapshot,
        request: UInt64,
        through outlet: inout ChartOutlet,
        into actions: inout [ChartAction]
    ) -> (clients: [ChartClientID], points: Int)? {
        guard let pending = self.pending, pending.request == request else { return nil }
        self.pending = nil
        outlet.snapshot(snapshot, to: pending.clients, into: &actions)
        var cohort = Cohort(clients: pending.clients, number: snapshot.number)
        let rest = Self.rest(of: pending.kept, after: snapshot.number)
        if !rest.isEmpty {
            cohort.send(rest, ChartEncoder.update(self.names, rest), through: &outlet, into: &actions)
        }
        self.cohorts.append(cohort)
        self.mergeCohorts()
        return (pending.clients.ids, snapshot.points + rest.count)
    }

    /// Sends away those who wait for an answer that will not come; `nil` when nobody does.
    mutating func giveUp(request: UInt64) -> [ChartClientID]? {
        guard let pending = self.pending, pending.request == request else { return nil }
        self.pending = nil
        return pending.clients.ids
    }

    private static func rest(of points: [PairPoint], after number: UInt64) -> ArraySlice<PairPoint> {
        points.drop { $0.number <= number }
    }

    private mutating func mergeCohorts() {
        guard self.cohorts.count > 1 else { return }
        var merged: [Cohort] = []
        for cohort in self.cohorts.sorted(by: { $0.number < $1.number }) {
            guard let last = merged.indices.last, merged[last].number == cohort.number else {
                merged.append(cohort)
                continue
            }
            for client in cohort.clients.ids { merged[last].clients.insert(client) }
        }
        self.cohorts = merged
    }
}
