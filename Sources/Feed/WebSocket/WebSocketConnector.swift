import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL

/// What opens the connections of a session: sockets, but for tests.
protocol FeedConnector: Sendable {
    /// Opens one connection; everything is called on `loop`.
    ///
    /// - Parameters:
    ///   - loop: Where the connection lives.
    ///   - makeHandler: Called once, when the server agreed.
    ///   - connected: Called when TCP stands, with the channel to close on giving up.
    ///   - declined: Called with what the server answered instead of agreeing.
    /// - Returns: Succeeds when the stream is open; fails with something that a ``ConnectError`` can be made of.
    func connect(
        on loop: any EventLoop,
        makeHandler: @escaping @Sendable () -> FrameHandler,
        connected: @escaping @Sendable (any Channel) -> Void,
        declined: @escaping @Sendable (_ status: Int, _ retryAfter: String?) -> Void
    ) -> EventLoopFuture<WebSocketUpgrader.Outcome>
}

/// Opens connections to one address: TCP, TLS, then the WebSocket handshake.
struct WebSocketConnector: FeedConnector {
    private let address: WebSocketAddress
    private let tls: NIOSSLContext?
    private let timeout: TimeAmount

    /// Reads the certificates to trust: those in `caFile` (PEM) instead of the system's.
    ///
    /// `connectTimeout` is the session's own; NIO's guard is a little later.
    ///
    /// - Throws: When the certificates cannot be read.
    init(_ address: WebSocketAddress, caFile: String?, connectTimeout: Duration) throws {
        self.address = address
        self.timeout = TimeAmount(connectTimeout) + .seconds(1)
        guard address.isSecure else {
            self.tls = nil
            return
        }
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv12
        configuration.certificateVerification = .fullVerification
        configuration.trustRoots = caFile.map { .file($0) } ?? .default
        self.tls = try NIOSSLContext(configuration: configuration)
    }

    func connect(
        on loop: any EventLoop,
        makeHandler: @escaping @Sendable () -> FrameHandler,
        connected: @escaping @Sendable (any Channel) -> Void,
        declined: @escaping @Sendable (_ status: Int, _ retryAfter: String?) -> Void
    ) -> EventLoopFuture<WebSocketUpgrader.Outcome> {
        var generator = SystemRandomNumberGenerator()
        let upgrader = WebSocketUpgrader(key: HandshakeKey(using: &generator)) { channel in
            try channel.pipeline.syncOperations.addHandler(makeHandler())
        }
        return ClientBootstrap(group: loop)
            .connectTimeout(self.timeout)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try self.configure(channel, upgrader, declined) }
            }
            .connect(host: self.address.host, port: self.address.port)
            .flatMap { channel in
                connected(channel)
                // Of several addresses each got a channel and a handshake of its own: this is the one that connected.
                return loop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.handler(type: UpgradeHandler.self).upgradeResultFuture
                }.flatMap { $0 }
            }
    }

    private typealias UpgradeHandler = NIOTypedHTTPClientUpgradeHandler<WebSocketUpgrader.Outcome>

    private func configure(
        _ channel: any Channel,
        _ upgrader: WebSocketUpgrader,
        _ declined: @escaping @Sendable (_ status: Int, _ retryAfter: String?) -> Void
    ) throws {
        let pipeline = channel.pipeline.syncOperations
        if let tls = self.tls {
            // An IP address cannot be a server name; NIOSSL then checks the certificate against the peer's address.
            let isAddress = (try? SocketAddress(ipAddress: self.address.host, port: 0)) != nil
            try pipeline.addHandler(
                NIOSSLClientHandler(context: tls, serverHostname: isAddress ? nil : self.address.host)
            )
        }
        let head = HTTPRequestHead(
            version: .http1_1,
            method: .GET,
            uri: self.address.target,
            headers: ["Host": self.address.hostHeader, "User-Agent": "arb1d"]
        )
        let configuration = NIOTypedHTTPClientUpgradeConfiguration(
            upgradeRequestHead: head,
            upgraders: [upgrader],
            notUpgradingCompletionHandler: { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(DeclinedUpgradeReader(report: declined))
                    return .declined
                }
            }
        )
        var http = NIOUpgradableHTTPClientPipelineConfiguration(upgradeConfiguration: configuration)
        // The first frames may come in one packet with the answer: by default they would be thrown away.
        http.leftOverBytesStrategy = .forwardBytes
        _ = try pipeline.configureUpgradableHTTPClientPipeline(configuration: http)
    }
}
