import Metrics

/// The one door through which messages leave, so that none leaves uncounted.
struct ChartOutlet: Sendable {
    let metrics: ChartMetrics
    var ledger = ChartLedger()

    mutating func snapshot(_ snapshot: ChartSnapshot, to clients: ClientList, into actions: inout [ChartAction]) {
        self.send(snapshot.bytes, points: snapshot.points, to: clients.ids, into: &actions)
    }

    mutating func update(_ bytes: [UInt8], points: Int, to clients: ClientList, into actions: inout [ChartAction]) {
        if points > 1 { self.metrics.pointsMerged.increment(by: UInt64(points) * UInt64(clients.count)) }
        self.send(bytes, points: points, to: clients.ids, into: &actions)
    }

    mutating func refuse(_ refusal: ChartRefusal, to clients: [ChartClientID], into actions: inout [ChartAction]) {
        self.send(ChartEncoder.error(refusal), points: 0, to: clients, into: &actions)
    }

    /// Counts points that these clients will never get as an update.
    func drop(_ points: UInt64, of clients: ClientList) {
        guard points > 0 else { return }
        self.metrics.pointsDropped.increment(by: points * UInt64(clients.count))
    }

    private mutating func send(
        _ bytes: [UInt8],
        points: Int,
        to clients: [ChartClientID],
        into actions: inout [ChartAction]
    ) {
        self.ledger.into += UInt64(points) * UInt64(clients.count)
        actions.append(.send(clients: clients, bytes: bytes, points: points))
    }
}
