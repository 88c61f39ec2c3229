import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1

/// Hummingbird's HTTP/1.1 connection, with a ``ConnectionGuard`` behind its decoder.
struct GuardedChannel: ServerChildChannel {
    typealias Value = HTTP1Channel.Value

    private let channel: HTTP1Channel
    private let makeGuard: @Sendable () -> ConnectionGuard

    init(
        limits: ServerLimits,
        responder: @escaping HTTPChannelHandler.Responder,
        makeGuard: @escaping @Sendable () -> ConnectionGuard
    ) {
        let decoder = HTTP1Channel.Configuration.DecoderConfiguration(
            maxHeaderFieldSize: limits.maxHeaderBytes,
            maxHeaderListSize: limits.maxHeaderBytes,
            maxHeaderFieldCount: 100
        )
        self.channel = HTTP1Channel(responder: responder, configuration: .init(httpDecoderConfiguration: decoder))
        self.makeGuard = makeGuard
    }

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        self.channel.setup(channel: channel, logger: logger).flatMapThrowing { value in
            let pipeline = channel.pipeline.syncOperations
            let decoder = try pipeline.handler(type: ByteToMessageHandler<HTTPRequestDecoder>.self)
            try pipeline.addHandler(self.makeGuard(), position: .after(decoder))
            return value
        }
    }

    func handle(value: Value, logger: Logger) async {
        await self.channel.handle(value: value, logger: logger)
    }
}
