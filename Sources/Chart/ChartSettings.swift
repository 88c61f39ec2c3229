/// The bounds of the chart feed.
public struct ChartSettings: Sendable, Equatable {
    /// Pairs that one client may be subscribed to, those included whose turn has not come.
    public var subscriptionsPerClient = 1_000
    /// Points of one pair that are kept back while its history is joined and encoded.
    ///
    /// At one point in 100 ms this is a quarter of an hour. Beyond it the history is asked for anew.
    public var keptPoints = 10_000
    /// So many refusals in a row, and the client is closed: nobody listens there.
    public var refusalsInARow = 100

    public init() {}
}
