import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1

/// Hummingbird's HTTP/1.1 connection, with a ``ConnectionGuard`` and an ``UpgradeGate`` behind its decoder.
struct GuardedChannel: HTTPChannelHandler {
    struct Value: ServerChildChannelValue {
        let channel: any Channel
        /// The connection as the routes see it; nil when it never asked for one of them.
        let routes: EventLoopFuture<HTTP1Channel.Value?>
    }

    let limits: ServerLimits
    let responder: Responder
    let connections: Connections
    let metrics: HTTPMetrics
    let hubs: NIOLoopBound<[String: WebSocketHub]>

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        channel.eventLoop.makeCompletedFuture {
            let before = UpgradeGate.HTTPHandlers(
                encoder: HTTPResponseEncoder(),
                decoder: self.makeDecoder(),
                connectionGuard: ConnectionGuard(
                    limits: self.limits,
                    connections: self.connections,
                    metrics: self.metrics
                )
            )
            let routes = channel.eventLoop.makePromise(of: HTTP1Channel.Value?.self)
            let gate = UpgradeGate(
                before: before,
                hubs: self.hubs.value,
                metrics: self.metrics,
                logger: logger,
                routes: routes
            )
            do {
                let pipeline = channel.pipeline.syncOperations
                try pipeline.addHandlers([before.encoder, before.decoder, before.connectionGuard, gate])
            } catch {
                routes.succeed(nil)
                throw error
            }
            return Value(channel: channel, routes: routes.futureResult)
        }
    }

    /// Serves the routes of one connection; returns at once when it begins with an upgrade.
    func handle(value: Value, logger: Logger) async {
        let routes = await withTaskCancellationHandler {
            try? await value.routes.get()
        } onCancel: {
            value.channel.close(promise: nil)
        }
        if let routes { await self.handleHTTP(asyncChannel: routes, logger: logger) }
    }

    private func makeDecoder() -> ByteToMessageHandler<HTTPRequestDecoder> {
        var limits = NIOHTTPDecoderLimitConfiguration()
        limits.maxHeaderFieldSize = self.limits.maxHeaderBytes
        limits.maxHeaderListSize = self.limits.maxHeaderBytes
        limits.maxHeaderFieldCount = 100
        return ByteToMessageHandler(
            HTTPRequestDecoder(leftOverBytesStrategy: .forwardBytes, limitConfiguration: limits)
        )
    }
}
