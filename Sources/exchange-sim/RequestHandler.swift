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
            guard let response = self.hub.respond(to: head, as: self.role) else { return }
            self.answer(head, response, context)
        }
    }

    private func answer(_ request: HTTPRequestHead, _ response: RestResponse, _ context: ChannelHandlerContext) {
        var head = HTTPResponseHead(version: request.version, status: HTTPResponseStatus(statusCode: response.status))
        head.headers.add(name: "Content-Type", value: response.contentType)
        head.headers.add(name: "Content-Length", value: String(response.body.count + response.blanks))
        for header in response.headers { head.headers.add(name: header.name, value: header.value) }
        if !request.isKeepAlive { head.headers.add(name: "Connection", value: "close") }
        context.writeAndFlush(self.wrapOutboundOut(.head(head)), promise: nil)
        let (bound, channel) = (NIOLoopBound(self, eventLoop: context.eventLoop), context.channel)
        let end: () -> Void = {
            let ended = channel.writeAndFlush(HTTPServerResponsePart.end(nil))
            // Closing at once would drop what the socket has not taken yet of a long list.
            if !request.isKeepAlive { ended.whenComplete { _ in channel.close(promise: nil) } }
        }
        guard request.method != .HEAD else { return end() }
        bound.value.send(response.body[...], response, on: channel, then: end)
    }

    /// Sends the body and its blanks piece by piece, each when the one before has left.
    private func send(
        _ body: ArraySlice<UInt8>,
        _ response: RestResponse,
        on channel: any Channel,
        then end: @escaping () -> Void
    ) {
        let (size, pause) = (
            response.bytesPerSecond.map { max(1, $0 / 10) } ?? Self.pieceBytes, TimeAmount.milliseconds(100)
        )
        let (piece, rest) = (body.prefix(size), body.dropFirst(size))
        var response = response
        var buffer = channel.allocator.buffer(bytes: piece)
        if piece.count < size {
            let blanks = min(response.blanks, size - piece.count)
            buffer.writeRepeatingByte(UInt8(ascii: " "), count: blanks)
            response.blanks -= blanks
        }
        guard buffer.readableBytes > 0 else { return end() }
        let left = response
        let next = NIOLoopBound({ self.send(rest, left, on: channel, then: end) }, eventLoop: channel.eventLoop)
        channel.writeAndFlush(HTTPServerResponsePart.body(.byteBuffer(buffer))).whenSuccess {
            guard left.bytesPerSecond != nil else { return next.value() }
            channel.eventLoop.scheduleTask(in: pause) { next.value() }
        }
    }

    private static let pieceBytes = 1 << 20

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}
