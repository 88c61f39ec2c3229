import NIOCore
import NIOHTTP1
import Simulation

/// Answers plain HTTP requests, one after the other on a kept connection.
final class RequestHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let hub: Hub
    private let role: Role
    private var head: HTTPRequestHead?

    init(hub: Hub, role: Role) {
        (self.hub, self.role) = (hub, role)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch self.unwrapInboundIn(data) {
        case .head(let head): self.head = head
        case .body: break
        case .end:
            guard let head = self.head else { return }
            self.head = nil
            self.answer(head, self.hub.respond(to: head, as: self.role), context)
        }
    }

    private func answer(_ request: HTTPRequestHead, _ response: RestResponse, _ context: ChannelHandlerContext) {
        var head = HTTPResponseHead(version: request.version, status: HTTPResponseStatus(statusCode: response.status))
        head.headers.add(name: "Content-Type", value: response.contentType)
        head.headers.add(name: "Content-Length", value: String(response.body.count))
        for header in response.headers { head.headers.add(name: header.name, value: header.value) }
        if !request.isKeepAlive { head.headers.add(name: "Connection", value: "close") }
        context.write(self.wrapOutboundOut(.head(head)), promise: nil)
        if request.method != .HEAD {
            let body = context.channel.allocator.buffer(bytes: response.body)
            context.write(self.wrapOutboundOut(.body(.byteBuffer(body))), promise: nil)
        }
        guard !request.isKeepAlive else {
            return context.writeAndFlush(self.wrapOutboundOut(.end(nil)), promise: nil)
        }
        // Closing at once would drop what the socket has not taken yet of a long list.
        let channel = context.channel
        context.writeAndFlush(self.wrapOutboundOut(.end(nil))).whenComplete { _ in channel.close(promise: nil) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}
