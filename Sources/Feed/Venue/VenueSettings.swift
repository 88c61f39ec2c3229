import Core
import Venues

/// What the configuration says of one venue; `nil` takes the venue's own.
public struct VenueSettings: Sendable {
    /// Scheme and host of the REST interface.
    public var restBase: String?
    /// Scheme, host and port of the stream: `wss://…`, or `ws://…` for tests.
    public var webSocketBase: String?
    public var deadAfter: Duration?
    /// Certificates to trust instead of the system's, in PEM.
    public var caFile: String?
    public var connectTimeout: Duration = .seconds(5)
    public var handshakeTimeout: Duration = .seconds(5)
    /// How often the book ticker is asked for again while an instrument has no quote but a seed.
    var seedInterval: Duration = .seconds(60)
    /// Bytes of one message.
    public var maxMessageBytes = 1 << 20

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

    func limits(_ profile: VenueProfile) -> SessionLimits {
        var limits = SessionLimits(profile, deadAfter: self.deadAfter)
        limits.connectTimeout = self.connectTimeout
        limits.handshakeTimeout = self.handshakeTimeout
        return limits
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
