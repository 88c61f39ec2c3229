/// Whether an instrument is the coin itself or a perpetual contract on it: a pair of both is a basis, not an arbitrage.
public enum MarketKind: String, Sendable { case spot, perpetual }

/// What the update numbers of a venue's quotes can prove.
public enum SequenceRule: Sendable {
    /// Greater or dropped: equal is a duplicate, smaller is an older book. Several smaller ones that rise among
    /// themselves, in a row, mean that the venue numbers anew. A new connection starts anew, too.
    case increasing
    /// Equal is a repeat that proves that the quote stands; 1 means that the venue restarted its numbers.
    case repeating
}

/// What the numbers of a venue's trades can prove.
public enum TradeNumbering: Sendable {
    /// Nothing: they are no numbers, or not without holes.
    case none
    /// Each is the last one of its instrument plus one: what is missing was lost.
    case consecutive
}

/// How much a venue takes from one address, as far as it says so; `nil`: it does not.
public struct ConnectionLimits: Sendable {
    /// Attempts to connect in five minutes.
    public let attemptsPerFiveMinutes: Int
    /// Connections that are open at the same time.
    public let open: Int?
    /// Topics on one connection.
    public let streamsPerConnection: Int?
    /// How long the venue lets a connection live.
    public let lifetime: Duration?

    public init(
        attemptsPerFiveMinutes: Int = 300,
        open: Int? = nil,
        streamsPerConnection: Int? = nil,
        lifetime: Duration? = nil
    ) {
        self.attemptsPerFiveMinutes = attemptsPerFiveMinutes
        (self.open, self.streamsPerConnection, self.lifetime) = (open, streamsPerConnection, lifetime)
    }
}

/// The venue's published base taker fee, and where and when it was read.
public struct TakerFee: Sendable {
    /// A ratio: 0.001 is 0.1 %.
    public let ratio: Double
    public let source: String
    public let readOn: String

    public init(ratio: Double, source: String, readOn: String) {
        (self.ratio, self.source, self.readOn) = (ratio, source, readOn)
    }
}

/// The facts of one venue that its session needs: addresses, heartbeats, limits, fees.
public struct VenueProfile: Sendable {
    /// `binance-usdm`: the value of the `venue` label.
    public let name: String
    public let market: MarketKind
    /// Scheme and host of the REST interface, without a trailing slash.
    public let restBase: String
    /// Scheme, host and port of the stream; the path is ``webSocketPath``.
    public let webSocketBase: String
    public let webSocketPath: String
    public let takerFee: TakerFee
    public let sequence: SequenceRule
    public let trades: TradeNumbering
    public let connections: ConnectionLimits
    /// How often we send the adapter's heartbeat frame; `nil` where the venue pings and we only answer.
    public let heartbeatInterval: Duration?
    /// No frame of any kind for this long: the connection is dead.
    ///
    /// Halfway, a protocol ping asks for a sign of life.
    public let deadAfter: Duration
    /// Where an unchanged quote is said again: a subscription silent for longer is stale.
    public let repeatStaleAfter: Duration?
    /// Topics in one subscribe request.
    public let topicsPerRequest: Int
    /// Instruments on one connection.
    public let instrumentsPerConnection: Int
    /// Our own messages a second, pings and pongs included.
    public let messagesPerSecond: Int

    public init(
        name: String,
        market: MarketKind,
        restBase: String,
        webSocketBase: String,
        webSocketPath: String,
        takerFee: TakerFee,
        sequence: SequenceRule,
        trades: TradeNumbering = .none,
        connections: ConnectionLimits = ConnectionLimits(),
        heartbeatInterval: Duration?,
        deadAfter: Duration,
        repeatStaleAfter: Duration?,
        topicsPerRequest: Int,
        instrumentsPerConnection: Int,
        messagesPerSecond: Int
    ) {
        self.name = name
        self.market = market
        self.restBase = restBase
        self.webSocketBase = webSocketBase
        self.webSocketPath = webSocketPath
        self.takerFee = takerFee
        self.sequence = sequence
        (self.trades, self.connections) = (trades, connections)
        self.heartbeatInterval = heartbeatInterval
        self.deadAfter = deadAfter
        self.repeatStaleAfter = repeatStaleAfter
        self.topicsPerRequest = topicsPerRequest
        self.instrumentsPerConnection = instrumentsPerConnection
        self.messagesPerSecond = messagesPerSecond
    }
}
