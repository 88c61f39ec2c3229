import NIOCore
import NIOHTTP1

/// Asks a server to speak WebSocket and checks that it agreed to exactly that. Offers no extension and no subprotocol.
struct WebSocketUpgrader: NIOTypedHTTPClientProtocolUpgrader {
    enum Outcome: Sendable { case upgraded, declined }

    let supportedProtocol = "websocket"
    let requiredUpgradeHeaders: [String] = []
    let key: HandshakeKey
    /// Puts the frame handler into the pipeline; called on the channel's loop.
    let install: @Sendable (any Channel) throws -> Void

    func addCustom(upgradeRequestHeaders headers: inout HTTPHeaders) {
        headers.add(name: "Sec-WebSocket-Key", value: self.key.text)
        headers.add(name: "Sec-WebSocket-Version", value: "13")
    }

    func shouldAllowUpgrade(upgradeResponse: HTTPResponseHead) -> Bool {
        let headers = upgradeResponse.headers
        return headers["Sec-WebSocket-Accept"] == [self.key.accept]
            && !headers.contains(name: "Sec-WebSocket-Extensions")
            && !headers.contains(name: "Sec-WebSocket-Protocol")
    }

    func upgrade(channel: any Channel, upgradeResponse: HTTPResponseHead) -> EventLoopFuture<Outcome> {
        channel.eventLoop.makeCompletedFuture {
            try self.install(channel)
            return .upgraded
        }
    }
}

/// Reads the head of an answer that is not an upgrade, to say what the server said instead.
final class DeclinedUpgradeReader: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart

    private let report: @Sendable (_ status: Int, _ retryAfter: String?) -> Void

    init(report: @escaping @Sendable (_ status: Int, _ retryAfter: String?) -> Void) { self.report = report }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard case .head(let head) = Self.unwrapInboundIn(data) else { return }
        self.report(Int(head.status.code), head.headers.first(name: "Retry-After"))
    }
}
