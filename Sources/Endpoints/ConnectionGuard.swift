import NIOCore
import NIOHTTP1

/// Holds one connection to the server's limits.
///
/// Sits right behind the HTTP decoder and sees parts of requests and answers, never raw bytes.
final class ConnectionGuard: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    private let limits: ServerLimits
    private let connections: Connections
    private let metrics: HTTPMetrics
    private var phase = ConnectionPhase()
    private var timer: Scheduled<Void>?

    init(limits: ServerLimits, connections: Connections, metrics: HTTPMetrics) {
        self.limits = limits
        self.connections = connections
        self.metrics = metrics
    }

    func channelActive(context: ChannelHandlerContext) {
        guard self.connections.admit(context.channel) else {
            self.metrics.rejected(.limit)
            context.close(promise: nil)
            return
        }
        self.apply(.wait(.firstRequest), context: context)
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.timer?.cancel()
        self.connections.release(context.channel)
        context.fireChannelInactive()
    }

    /// The connection is no HTTP connection any more; what it has become has limits of its own.
    func handlerRemoved(context: ChannelHandlerContext) {
        self.timer?.cancel()
        self.connections.release(context.channel)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch self.unwrapInboundIn(data) {
        case .head(let head): self.phase.requestBegan(keepAlive: head.isKeepAlive)
        case .body: break
        case .end: self.apply(self.phase.requestEnded(), context: context)
        }
        context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard case .end = self.unwrapOutboundIn(data) else {
            context.write(data, promise: promise)
            return
        }
        let sent = promise ?? context.eventLoop.makePromise(of: Void.self)
        sent.futureResult.assumeIsolated().whenSuccess {
            self.apply(self.phase.answerSent(), context: context)
        }
        context.write(data, promise: sent)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // Malformed or too large: the server answers 400 and closes.
        if error is HTTPParserError { self.metrics.rejected(.header) }
        context.fireErrorCaught(error)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is ChannelShouldQuiesceEvent, self.phase.shutdownBegan() {
            self.schedule(after: self.limits.shutdownTimeout, context: context)
        }
        context.fireUserInboundEventTriggered(event)
    }

    private func apply(_ action: ConnectionPhase.Action, context: ChannelHandlerContext) {
        switch action {
        case .close: context.close(promise: nil)
        case .wait(.firstRequest): self.schedule(after: self.limits.requestTimeout, context: context)
        case .wait(.answer): self.schedule(after: self.limits.responseTimeout, context: context)
        case .wait(.nextRequest): self.schedule(after: self.limits.idleTimeout, context: context)
        }
    }

    private func schedule(after delay: Duration, context: ChannelHandlerContext) {
        self.timer?.cancel()
        self.timer = context.eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(delay)) {
            self.metrics.rejected(.timeout)
            context.close(promise: nil)
        }
    }
}
