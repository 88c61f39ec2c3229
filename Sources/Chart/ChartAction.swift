public import Core

/// A client's number, given by the server: no two connections of one process have the same.
public typealias ChartClientID = UInt64

/// What the owner of a ``ChartHub`` has to do, in this order.
public enum ChartAction: Sendable, Equatable {
    /// Put one text message into the queue of each of these clients.
    ///
    /// All of them get the same bytes. `points` is the weight in the flow ledger: how many points are in the message.
    case send(clients: [ChartClientID], bytes: [UInt8], points: Int)
    /// Have the engine watch the pair from now on, and then take its history: in this order, and with no other request
    /// of the same pair overtaking it on the way to the engine.
    ///
    /// The answer is ``ChartHub/history(_:_:into:)`` or ``ChartHub/historyUnavailable(_:into:)``.
    case requestHistory(HistoryRequest)
    /// Have the engine watch the pair no longer: its last subscriber has gone.
    case unwatch(PairIndex)
    /// Close the connection as a violation of policy (1008).
    ///
    /// The hub has forgotten the client already; ``ChartHub/clientClosed(_:unsent:into:)`` still tells what is unsent.
    case close(client: ChartClientID, reason: String)
}

/// A request for the history of a pair.
public struct HistoryRequest: Sendable, Hashable {
    public let pair: PairIndex
    /// What the snapshot calls the pair.
    public let key: ChartKey
    /// Tells this request from the pair's earlier ones, whose answers are no longer wanted.
    ///
    /// Between two requests the pair may have been watched by nobody, so the earlier history would leave a hole.
    public let id: UInt64
}
