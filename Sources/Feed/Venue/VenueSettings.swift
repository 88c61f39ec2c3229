import Core
public import Venues

/// What the configuration says of one venue; `nil` takes the venue's own.
public struct VenueSettings: Sendable {
    /// Scheme and host of the REST interface.
    public var restBase: String?
    /// Scheme, host and port of the stream: `wss://…`, or `ws://…` for tests.
    public var webSocketBase: String?
    public var deadAfter: Duration?
    /// Certificates to trust instead of the system's, in PEM.
    public var caFile: String?
    /// Topics on one connection.
    public var streamsPerConnection: Int?
    /// How long the venue lets a connection live: the next one is live before that.
    public var maxConnectionAge: Duration?
    /// Whether to subscribe to trades as well.
    public var hasTrades = true
    /// How often all standing quotes are compared with the venue's REST book ticker.
    public var auditInterval: Duration = .seconds(60)
    public var connectTimeout: Duration = .seconds(5)
    public var handshakeTimeout: Duration = .seconds(5)
    /// Bytes of one message.
    public var maxMessageBytes = 1 << 20
    /// How often time is asked what it has done; tests are in more of a hurry.
    var tick: Duration = .milliseconds(500)
    /// How often what the venue refused, or did not answer for, is asked for again.
    var refusedRetry: Duration = .seconds(600)
    /// What jitter comes from; `nil`: from the system.
    var seed: UInt64?

    public init(
        restBase: String? = nil,
        webSocketBase: String? = nil,
        deadAfter: Duration? = nil,
        caFile: String? = nil
    ) {
        self.restBase = restBase
        self.webSocketBase = webSocketBase
        self.deadAfter = deadAfter
        self.caFile = caFile
    }

    /// Scheme, host, port and path of the stream.
    public func streamAddress(_ profile: VenueProfile) -> String {
        (self.webSocketBase ?? profile.webSocketBase) + profile.webSocketPath
    }

    func limits(_ profile: VenueProfile) -> SessionLimits {
        var limits = SessionLimits(profile, deadAfter: self.deadAfter)
        limits.connectTimeout = self.connectTimeout
        limits.handshakeTimeout = self.handshakeTimeout
        limits.refusedRetry = self.refusedRetry
        if let age = self.maxConnectionAge { limits.lifetime = age }
        // The next one must have had its chance before the present one ends.
        if let age = limits.lifetime { limits.rotationTimeout = min(limits.rotationTimeout, age / 2) }
        return limits
    }

    var streams: [StreamKind] { self.hasTrades ? [.quotes, .trades] : [.quotes] }

    func streamsPerConnection(_ profile: VenueProfile) -> Int {
        self.streamsPerConnection ?? profile.instrumentsPerConnection * self.streams.count
    }

    /// At least one, however few streams a connection may have.
    func instrumentsPerConnection(_ profile: VenueProfile) -> Int {
        max(1, self.streamsPerConnection(profile) / self.streams.count)
    }

    func patience(_ profile: VenueProfile) -> EventIntake.Patience {
        EventIntake.Patience(
            repeatStaleAfter: profile.repeatStaleAfter?.wholeNanoseconds,
            auditSilence: self.auditInterval.wholeNanoseconds / 2
        )
    }
}

/// How one venue's connections stand, for health checks and the API.
public struct VenueFeedStatus: Equatable, Sendable {
    public internal(set) var liveConnections = 0
    public internal(set) var connections = 0
    /// Our words for the last failure since a connection was last live; `nil` when all is well.
    public internal(set) var lastError: String?

    public var isLive: Bool { self.liveConnections > 0 }
}
