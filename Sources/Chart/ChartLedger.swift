/// The flow ledger of the stage `chart`, in points times clients.
///
/// A point is counted in when a message that holds it is handed to a client's queue, and out when that message was
/// written to the socket. The points of a snapshot count like those of an update; errors weigh nothing. A point that
/// is kept back for a client's snapshot has not come in yet.
///
/// `into` is counted by the hub that decides to send, `out` and `clientClosed` by the server that does, and `held` is
/// measured from the queues: so a message that is lost or doubled between them shows in the residual.
public struct ChartLedger: Sendable, Equatable {
    public var into: UInt64 = 0
    public var out: UInt64 = 0
    /// What was in the queue of a client that closed, or was meant for a client that had closed.
    public var clientClosed: UInt64 = 0
    /// The sum over the clients' own queues, measured at the same moment.
    public var held: UInt64 = 0

    public init() {}

    /// By reason; every reason of the stage is there.
    public var dropped: [(reason: String, count: UInt64)] { [("client_closed", self.clientClosed)] }

    /// `in − out − dropped − held`: 0 unless something was lost or doubled.
    public var residual: Int64 {
        Int64(bitPattern: self.into &- self.out &- self.clientClosed &- self.held)
    }
}
