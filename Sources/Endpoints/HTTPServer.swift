import HTTPTypes
import HummingbirdCore
public import Logging
public import Metrics
import NIOCore
import NIOPosix
public import ServiceLifecycle
import Synchronization

/// Serves the routes it is handed on one address, with threads of its own.
///
/// One event loop and two pools of two belong to it, apart from the feed's: a slow scrape must not delay a quote. What
/// is at hand is answered on the loop alone, so that neither a busy pool nor the busy global threads hold up a probe.
public struct HTTPServer: Service {
    private let address: ListenAddress
    private let limits: ServerLimits
    private let logger: Logger
    private let dispatcher: Dispatcher
    private let webSockets: [WebSocketEndpoint]
    private let metrics: HTTPMetrics
    private let meter = RequestMeter()
    private let onAnswer: @Sendable (String, Duration) -> Void
    private let onServerRunning: @Sendable (ListenAddress) async -> Void

    /// Prepares the server; nothing is opened before ``run()``.
    ///
    /// - Parameters:
    ///   - address: Where to listen; port 0 takes a free one.
    ///   - routes: The paths it knows, each once.
    ///   - webSockets: The paths where clients may upgrade to a WebSocket, none of them among the routes.
    ///   - limits: Its bounds.
    ///   - registry: Where its own metrics go.
    ///   - logger: Gets one message when it listens and one when it has stopped.
    ///   - onServerRunning: Called once, when connections are accepted, with the address and its actual port.
    ///   - onAnswer: Called after each answer with its route and how long it took, on any thread.
    public init(
        address: ListenAddress,
        routes: [Route],
        webSockets: [WebSocketEndpoint] = [],
        limits: ServerLimits = ServerLimits(),
        registry: Registry,
        logger: Logger,
        onServerRunning: @escaping @Sendable (ListenAddress) async -> Void = { _ in },
        onAnswer: @escaping @Sendable (_ route: String, _ took: Duration) -> Void = { _, _ in }
    ) {
        self.address = address
        self.limits = limits
        self.logger = logger
        let routes = routes + webSockets.map(\.route)
        self.webSockets = webSockets
        self.metrics = HTTPMetrics(registry: registry, routes: routes, maxConnections: limits.maxConnections)
        self.dispatcher = Dispatcher(routes: routes)
        self.onAnswer = onAnswer
        self.onServerRunning = onServerRunning
    }

    /// Listens and serves until the graceful shutdown or the cancellation, and gives all threads back.
    ///
    /// - Throws: ``ListenError`` when the address cannot be taken.
    public func run() async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let pools = ServerPools()
        do {
            try await self.serve(on: group, pools: pools)
        } catch {
            await Self.release(group, pools)
            throw error
        }
        await Self.release(group, pools)
        self.logger.info("stopped listening", metadata: ["address": "\(self.address)"])
    }

    private func serve(on group: MultiThreadedEventLoopGroup, pools: ServerPools) async throws {
        let eventLoop = group.next()
        let hubs = try await eventLoop.submit {
            let hubs = self.webSockets.map { ($0.path, WebSocketHub(endpoint: $0, eventLoop: eventLoop)) }
            return NIOLoopBound(Dictionary(uniqueKeysWithValues: hubs), eventLoop: eventLoop)
        }.get()
        do {
            try await self.serve(on: group, pools: pools, hubs: hubs)
        } catch {
            try await Self.stop(hubs, on: eventLoop)
            throw error
        }
        try await Self.stop(hubs, on: eventLoop)
    }

    private func serve(
        on group: MultiThreadedEventLoopGroup,
        pools: ServerPools,
        hubs: NIOLoopBound<[String: WebSocketHub]>
    ) async throws {
        let connections = Connections(limit: self.limits.maxConnections, metrics: self.metrics)
        let channel = GuardedChannel(
            limits: self.limits,
            responder: { request, writer, channel in
                try await self.respond(to: request, with: writer, on: channel, pools: pools)
            },
            connections: connections,
            metrics: self.metrics,
            hubs: hubs
        )
        let isListening = Flag()
        let server = channel.server(
            configuration: ServerConfiguration(address: .hostname(self.address.host, port: self.address.port)),
            onServerRunning: { channel in
                isListening.value.store(true, ordering: .relaxed)
                let bound = ListenAddress(
                    host: self.address.host,
                    port: channel.localAddress?.port ?? self.address.port
                )
                self.logger.info("listening", metadata: ["address": "\(bound)"])
                await self.onServerRunning(bound)
            },
            eventLoopGroup: group,
            logger: self.quietLogger
        )
        do {
            try await withTaskCancellationHandler {
                // All connections are child tasks of this, and stay on the loop with it.
                try await withTaskExecutorPreference(LoopExecutor(group.next())) { try await server.run() }
            } onCancel: {
                // A client that does not read could hold its connection, and with it the server, for a while yet.
                connections.closeAll()
            }
        } catch {
            guard !isListening.value.load(ordering: .relaxed) else { throw error }
            throw ListenError(address: self.address, cause: error)
        }
    }

    /// The server library announces itself at `info`; we say the same in our own words.
    private var quietLogger: Logger {
        var logger = self.logger
        logger.logLevel = max(logger.logLevel, .warning)
        return logger
    }

    /// Ends the WebSockets: the server library waits for its tasks only, of which they have none.
    private static func stop(_ hubs: NIOLoopBound<[String: WebSocketHub]>, on eventLoop: any EventLoop) async throws {
        let isCancelled = Task.isCancelled
        try await eventLoop.flatSubmit {
            let stopped = hubs.value.values.map { $0.stop() }
            if isCancelled { for hub in hubs.value.values { hub.cut() } }
            return EventLoopFuture.andAllSucceed(stopped, on: eventLoop)
        }.get()
    }

    /// Stays on the loop like its caller: `@concurrent` goes to the executor that the task prefers.
    @concurrent private func respond(
        to request: Request,
        with writer: consuming ResponseWriter,
        on channel: any Channel,
        pools: ServerPools
    ) async throws {
        let clock = ContinuousClock()
        let start = clock.now
        let method = request.method.rawValue
        let endpointRequest = EndpointRequest(
            path: request.uri.path,
            query: request.uri.query,
            headers: request.headers,
            receivedAt: start
        )
        let measured = try await self.meter.measure(request, on: channel, logger: self.quietLogger) {
            try await self.dispatcher.answer(endpointRequest, method: method, on: pools)
        }
        let response = measured.response
        let outcome = await Self.write(response, isHead: request.method == .head, to: writer)
        await self.meter.finish(measured)
        let took = clock.now - start
        self.metrics.answered(route: measured.route, method: method, code: response.status, took: took)
        self.onAnswer(measured.route ?? "other", took)
        try outcome.get()
    }

    @concurrent private static func write(
        _ response: EndpointResponse,
        isHead: Bool,
        to writer: consuming ResponseWriter
    ) async -> Result<Void, any Error> {
        let head = ResponseHead.make(response, secondsSince1970: WallClock.seconds())
        do {
            if isHead {
                try await writer.writeResponse(head)
            } else {
                try await writer.write(response: head, body: ResponseBody(byteBuffer: response.body))
            }
            return .success(())
        } catch {
            return .failure(error)
        }
    }

    private static func release(_ group: MultiThreadedEventLoopGroup, _ pools: ServerPools) async {
        // They only fail when they were shut down before, and nobody else holds them.
        try? await pools.slow.shutdownGracefully()
        try? await pools.computing.shutdownGracefully()
        try? await group.shutdownGracefully()
    }

    private final class Flag: Sendable {
        // Relaxed: written and read around the same await, which orders them.
        let value = Atomic<Bool>(false)
    }
}
