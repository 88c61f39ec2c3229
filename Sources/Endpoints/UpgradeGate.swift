import HTTPTypes
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1
import NIOHTTPTypesHTTP1
import NIOWebSocket

/// Parts the requests of a connection: those for a WebSocket end here, all others go on to the routes.
///
/// The library's own upgrader looks at the first request of a connection only, but a proxy takes any of its kept
/// connections for an upgrade. The handlers of the routes are added with the first request for them, so that
/// a client that begins with the upgrade never has them, nor their task.
final class UpgradeGate: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    /// The handlers before the gate, which an upgraded connection does without.
    struct HTTPHandlers {
        let encoder: HTTPResponseEncoder
        let decoder: ByteToMessageHandler<HTTPRequestDecoder>
        let connectionGuard: ConnectionGuard
    }

    private struct Asked {
        let head: HTTPRequestHead
        let since: ContinuousClock.Instant
        var isComplete = false
    }

    private let before: HTTPHandlers
    private let hubs: [String: WebSocketHub]
    private let metrics: HTTPMetrics
    private let logger: Logger
    private let routes: EventLoopPromise<HTTP1Channel.Value?>
    private var hasRoutes = false
    private var unanswered = 0
    private var asked: Asked?
    private var isDeciding = false
    private var isShuttingDown = false

    /// Prepares the gate of one connection.
    ///
    /// - Parameters:
    ///   - before: The handlers before it.
    ///   - hubs: The WebSocket endpoints by path.
    ///   - metrics: Counts what the gate itself answers.
    ///   - logger: For the handlers of the routes.
    ///   - routes: Gets the connection for the routes with the first request for them; nil when there was none.
    init(
        before: HTTPHandlers,
        hubs: [String: WebSocketHub],
        metrics: HTTPMetrics,
        logger: Logger,
        routes: EventLoopPromise<HTTP1Channel.Value?>
    ) {
        self.before = before
        self.hubs = hubs
        self.metrics = metrics
        self.logger = logger
        self.routes = routes
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        // The decoder stops at an upgrade, so this cannot be; if it were, bytes of two protocols would mix.
        guard !self.isDeciding else { return context.close(promise: nil) }
        switch self.unwrapInboundIn(data) {
        case .head(let head) where Handshake.isUpgrade(head):
            self.asked = Asked(head: head, since: .now)
        case .head(var head):
            // The decoder will not go on after this one, although it is answered like any other.
            if Handshake.stopsDecoder(head) { head.headers.replaceOrAdd(name: "connection", value: "close") }
            self.addRoutes(context)
            self.unanswered += 1
            context.fireChannelRead(self.wrapInboundOut(.head(head)))
        case .body: if self.asked == nil { context.fireChannelRead(data) }
        case .end:
            guard self.asked != nil else { return context.fireChannelRead(data) }
            self.asked?.isComplete = true
            self.decideIfReady(context)
        }
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        context.write(data, promise: promise)
        guard case .end = self.unwrapOutboundIn(data) else { return }
        self.unanswered -= 1
        self.decideIfReady(context)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case ChannelEvent.inputClosed where !self.hasRoutes || self.asked != nil:
            context.close(promise: nil)
        case is ChannelShouldQuiesceEvent:
            self.isShuttingDown = true
            guard self.hasRoutes, self.asked == nil || self.unanswered > 0 else { return context.close(promise: nil) }
            context.fireUserInboundEventTriggered(event)
        default: context.fireUserInboundEventTriggered(event)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard self.asked == nil else { return context.close(promise: nil) }
        // The routes' side has an answer for a request that is none.
        self.addRoutes(context)
        context.fireErrorCaught(error)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        if !self.hasRoutes { self.routes.succeed(nil) }
    }

    private func addRoutes(_ context: ChannelHandlerContext) {
        guard !self.hasRoutes else { return }
        do {
            let pipeline = context.pipeline.syncOperations
            try pipeline.addHandlers(
                [HTTP1ToHTTPServerCodec(secure: false), HTTPConnectionStateHandler(logger: self.logger)]
            )
            let connection = try HTTP1Channel.Value(
                wrappingChannelSynchronously: context.channel,
                configuration: .init(isOutboundHalfClosureEnabled: true)
            )
            self.hasRoutes = true
            self.routes.succeed(connection)
        } catch {
            // The connection is closing already.
            context.close(promise: nil)
        }
    }

    // MARK: The upgrade

    private func decideIfReady(_ context: ChannelHandlerContext) {
        guard let asked = self.asked, asked.isComplete, self.unanswered == 0, !self.isDeciding else { return }
        self.isDeciding = true
        // No further bytes until they can go to the right place; those that came along wait in the decoder.
        try? context.channel.syncOptions?.setOption(.autoRead, value: false)
        // Once the decoder has returned, so that all it still may say of this read has been said.
        context.eventLoop.assumeIsolated().execute {
            guard context.channel.isActive, !self.isShuttingDown else { return context.close(promise: nil) }
            self.decide(asked, context)
        }
    }

    private func decide(_ asked: Asked, _ context: ChannelHandlerContext) {
        let uri = URI(asked.head.uri)
        guard let hub = self.hubs[uri.path] else {
            let known = self.hubs.keys.sorted().map { "\($0)\n" }.joined()
            return self.refuse(asked, .text("no WebSocket here; there is:\n" + known, status: 404), nil, context)
        }
        let channel = context.channel
        if let refusal = Handshake.refusal(asked.head, origins: hub.endpoint.origins) {
            return self.refuse(asked, refusal, hub, context)
        }
        Handshake.acceptance(of: asked.head, on: channel).assumeIsolated().whenComplete { result in
            // Failing is left to a request that the library likes less than we do.
            guard case .success(let headers) = result else { return context.close(promise: nil) }
            let address = channel.remoteAddress?.ipAddress
            if let reason = hub.admit(from: address) {
                return self.refuse(asked, .full(reason), hub, context)
            }
            self.answered(asked, code: 101, hub: hub)
            let head = HTTPResponseHead(version: .http1_1, status: .switchingProtocols, headers: headers)
            context.writeAndFlush(self.wrapOutboundOut(.head(head)), promise: nil)
            let request = EndpointRequest(path: uri.path, query: uri.query)
            self.handOver(to: WebSocketHandler(hub: hub, address: address), hub, request, context)
        }
    }

    /// Replaces all of HTTP by the client's handler.
    private func handOver(
        to handler: WebSocketHandler,
        _ hub: WebSocketHub,
        _ request: EndpointRequest,
        _ context: ChannelHandlerContext
    ) {
        let channel = context.channel
        // A client that has reset the connection ends it within the flush of our answer. Nobody would tell the handler:
        // the pipeline still takes it, but the end has been announced already.
        guard channel.isActive else { return handler.neverStarted() }
        let pipeline = channel.pipeline.syncOperations
        let decoder = WebSocketFrameDecoder(maxFrameSize: hub.endpoint.limits.maxMessageBytes)
        do {
            try pipeline.addHandlers([ByteToMessageHandler(decoder), handler], position: .after(self))
        } catch {
            handler.neverStarted()
            return context.close(promise: nil)
        }
        pipeline.removeHandler(self.before.encoder, promise: nil)
        pipeline.removeHandler(self.before.connectionGuard, promise: nil)
        pipeline.removeHandler(context: context, promise: nil)
        handler.start(request: request)
        // Last, because the frames that came along with the request leave the decoder as it goes.
        pipeline.removeHandler(self.before.decoder).assumeIsolated().whenComplete { _ in
            try? channel.syncOptions?.setOption(.autoRead, value: true)
        }
    }

    // MARK: Refusals

    private func refuse(
        _ asked: Asked,
        _ refusal: Handshake.Refusal,
        _ hub: WebSocketHub,
        _ context: ChannelHandlerContext
    ) {
        hub.endpoint.metrics.refused(refusal.reason)
        self.refuse(asked, refusal.response, hub, context)
    }

    private func refuse(
        _ asked: Asked,
        _ response: EndpointResponse,
        _ hub: WebSocketHub?,
        _ context: ChannelHandlerContext
    ) {
        let fields = ResponseHead.make(response, secondsSince1970: WallClock.seconds())
        var head = HTTPResponseHead(version: .http1_1, status: .init(statusCode: response.status))
        head.headers = HTTPHeaders(fields.headerFields.map { ($0.name.rawName, $0.value) })
        head.headers.add(name: "Connection", value: "close")
        self.answered(asked, code: response.status, hub: hub)
        context.write(self.wrapOutboundOut(.head(head)), promise: nil)
        context.write(self.wrapOutboundOut(.body(.byteBuffer(response.body))), promise: nil)
        context.writeAndFlush(self.wrapOutboundOut(.end(nil))).assumeIsolated().whenComplete { _ in
            context.close(promise: nil)
        }
    }

    private func answered(_ asked: Asked, code: Int, hub: WebSocketHub?) {
        self.metrics.answered(
            route: hub?.endpoint.path,
            method: asked.head.method.rawValue,
            code: code,
            took: .now - asked.since
        )
    }
}
