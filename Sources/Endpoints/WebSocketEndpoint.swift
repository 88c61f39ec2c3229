public import Metrics
public import NIOCore

/// One path where clients may change from HTTP to a WebSocket (RFC 6455), and the service that they meet there.
///
/// Handed to two servers, it is one endpoint with one limit and one set of figures, and two event loops.
public struct WebSocketEndpoint: Sendable {
    /// The exact path, also the value of the label `route`.
    public let path: String
    let limits: WebSocketLimits
    let origins: OriginRule
    let service: any WebSocketService
    let metrics: WebSocketMetrics

    /// Describes an endpoint, and registers its metrics (`arb1d_chart_…`): one endpoint for each registry.
    ///
    /// - Parameters:
    ///   - path: The exact path.
    ///   - limits: The bounds of all clients together and of each.
    ///   - allowedOrigins: Whose pages may connect besides those of the host that the request itself names, such as
    ///     `https://charts.example`, with or without a slash at the end; `*` for all. Clients that are no browsers name
    ///     no origin.
    ///   - registry: Where its metrics go.
    ///   - service: What the clients meet.
    public init(
        path: String,
        limits: WebSocketLimits = WebSocketLimits(),
        allowedOrigins: [String] = [],
        registry: Registry,
        service: any WebSocketService
    ) {
        precondition(path.hasPrefix("/"), "The path of a WebSocket endpoint begins with a slash: \"\(path)\".")
        self.path = path
        self.limits = limits
        self.origins = OriginRule(allowed: allowedOrigins)
        self.service = service
        self.metrics = WebSocketMetrics(registry: registry, maxClients: limits.maxClients)
    }

    /// What the path answers to those who do not ask for the upgrade; the other codes are those of the upgrade.
    var route: Route {
        Route(self.path, codes: [101, 400, 403, 426, 503]) { _ in
            Handshake.upgradeRequired("this is a WebSocket endpoint\n")
        }
    }
}

/// The bounds of a WebSocket endpoint; breaching one ends that client only.
public struct WebSocketLimits: Sendable, Hashable {
    /// Clients at once.
    public var maxClients: Int
    /// Clients at once from one IP address; 0 is no limit. Behind a proxy all clients have its address.
    public var maxClientsPerAddress: Int
    /// What may wait for one client that reads too slowly, in bytes, frames and pings included.
    public var maxQueuedBytes: Int
    /// Size of one message from a client, fragments put together.
    public var maxMessageBytes: Int
    /// Frames from one client each second in the long run: each fragment, ping and pong counts.
    public var maxMessagesPerSecond: Int
    /// Frames from one client at once, after which it has those of ``maxMessagesPerSecond``.
    ///
    /// More than a client has reason to send in one go, such as a request for each thing that it may have.
    public var maxMessageBurst: Int
    /// How often a client is asked whether it is still there.
    public var pingInterval: Duration
    /// How long a client may send no frame at all, pongs included.
    public var pongTimeout: Duration
    /// How long a client may take to answer our close frame, or to take ours in.
    public var closeTimeout: Duration

    public init(
        maxClients: Int = 2000,
        maxClientsPerAddress: Int = 0,
        maxQueuedBytes: Int = 1 << 20,
        maxMessageBytes: Int = 64 << 10,
        maxMessagesPerSecond: Int = 100,
        maxMessageBurst: Int = 1100,
        pingInterval: Duration = .seconds(20),
        pongTimeout: Duration = .seconds(60),
        closeTimeout: Duration = .seconds(1)
    ) {
        precondition(
            maxClients > 0 && maxMessagesPerSecond > 0 && maxMessageBurst > 0,
            "An endpoint without clients or messages serves nobody."
        )
        precondition(maxMessageBurst <= 1_000_000_000, "A burst of more than a billion messages is no limit.")
        // A control frame has up to 125 bytes, and must always pass.
        precondition(maxMessageBytes >= 125 && maxQueuedBytes > 0, "A message has at least 125 bytes, a queue one.")
        self.maxClients = maxClients
        self.maxClientsPerAddress = maxClientsPerAddress
        self.maxQueuedBytes = maxQueuedBytes
        self.maxMessageBytes = maxMessageBytes
        self.maxMessagesPerSecond = maxMessagesPerSecond
        self.maxMessageBurst = maxMessageBurst
        self.pingInterval = pingInterval
        self.pongTimeout = pongTimeout
        self.closeTimeout = closeTimeout
    }
}

/// What the clients of an endpoint meet.
///
/// Everything is called on the server's event loop, so it must be quick; and nothing is called from within
/// ``WebSocketClient/send(_:weight:)`` or ``WebSocketClient/close(_:reason:)``, so these may be called while state is
/// being changed or a lock is held. For each client, what was sent = what was written + what was unsent when it closed
/// + ``WebSocketClient/queuedWeight``.
public protocol WebSocketService: Sendable {
    /// The server starts; the loop stays the same for all clients of the server.
    func started(on eventLoop: any EventLoop)
    /// A client has come, with the request that brought it.
    func opened(_ client: WebSocketClient, request: EndpointRequest)
    /// One whole text message came, valid UTF-8.
    func received(_ text: [UInt8], from client: WebSocketClient)
    /// A message with this weight has been handed to the system to its last byte.
    func written(weight: Int, to client: WebSocketClient)
    /// A client is gone, and with it messages of this weight.
    func closed(_ client: WebSocketClient, unsent weight: Int)
    /// The server has stopped, and no client is left.
    func stopped()
}
