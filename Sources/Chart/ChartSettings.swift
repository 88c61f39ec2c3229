/// The bounds of the chart feed.
public struct ChartSettings: Sendable, Equatable {
    /// Pairs that one client may be subscribed to, those included whose turn has not come.
    public var subscriptionsPerClient = 1_000
    /// Points that a snapshot shows at most: a longer history begins later.
    public var snapshotPoints = 10_000
    /// Points of one pair that are kept back while its history is joined and encoded.
    ///
    /// Beyond it the history is asked for anew.
    public var keptPoints = 10_000
    /// So many refusals in a row, and the client is closed: nobody listens there.
    public var refusalsInARow = 100

    public init() {}

    /// Bounds with which a snapshot and all that was kept back behind it fit into a client's queue of so many bytes,
    /// with an eighth of it to spare.
    public init(queuedBytes: Int) {
        self.snapshotPoints = max(1, queuedBytes / 4 * 3 / ChartEncoder.bytesPerPoint)
        self.keptPoints = max(1, queuedBytes / 8 / ChartEncoder.bytesPerPoint)
    }
}
