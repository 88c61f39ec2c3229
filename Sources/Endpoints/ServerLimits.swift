/// The bounds of the server; each of them closes the connection that breaches it.
public struct ServerLimits: Sendable, Hashable {
    /// Connections served at once; whoever comes above that is closed at once and counted.
    public var maxConnections: Int
    /// Size of all headers of one request together.
    public var maxHeaderBytes: Int
    /// How long a new connection may take to send its first request completely.
    public var requestTimeout: Duration
    /// How long an answered connection may take until its next request is complete.
    ///
    /// Longer than a usual scrape interval, so that a scraper keeps its connection.
    public var idleTimeout: Duration
    /// How long making and sending an answer may take, which also ends clients that do not read.
    public var responseTimeout: Duration
    /// How long answers under way may still take once the shutdown has begun; idle connections close at once.
    public var shutdownTimeout: Duration

    public init(
        maxConnections: Int = 1000,
        maxHeaderBytes: Int = 16 * 1024,
        requestTimeout: Duration = .seconds(10),
        idleTimeout: Duration = .seconds(120),
        responseTimeout: Duration = .seconds(30),
        shutdownTimeout: Duration = .seconds(5)
    ) {
        precondition(maxConnections > 0 && maxHeaderBytes > 0, "A server without connections or headers serves nobody.")
        self.maxConnections = maxConnections
        self.maxHeaderBytes = maxHeaderBytes
        self.requestTimeout = requestTimeout
        self.idleTimeout = idleTimeout
        self.responseTimeout = responseTimeout
        self.shutdownTimeout = shutdownTimeout
    }
}
