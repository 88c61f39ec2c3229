import NIOCore
import NIOPosix
import NIOSSL
import Synchronization

@testable import Feed

/// A server on loopback that speaks bytes: what it answers, well-formed or not, is the test's own choice.
final class LoopbackServer: Sendable {
    let port: Int
    /// Connections that said something, in the order of their first request.
    private let peers: Incoming<Peer>
    private let channel: any Channel
    private let answered: Mutex<[Peer]>

    /// Listens on a free port; `onRequest` is called on the server's loop for each request: clients keep connections.
    static func start(
        on group: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton,
        tls: NIOSSLContext? = nil,
        onRequest: @escaping @Sendable (Peer) -> Void = { $0.acceptUpgrade() }
    ) async throws -> LoopbackServer {
        let peers = Incoming<Peer>()
        let channel = try await ServerBootstrap(group: group)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    if let tls { try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: tls)) }
                    let peer = Peer(channel: channel) { peer in
                        onRequest(peer)
                        if peer.requestCount == 1 { peers.put(peer) }
                    }
                    try channel.pipeline.syncOperations.addHandler(PeerHandler(peer))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        return LoopbackServer(channel: channel, peers: peers)
    }

    private init(channel: any Channel, peers: Incoming<Peer>) {
        self.channel = channel
        self.peers = peers
        self.port = channel.localAddress?.port ?? 0
        self.answered = Mutex([])
    }

    func nextPeer() async -> Peer {
        let peer = await self.peers.next()
        self.answered.withLock { $0.append(peer) }
        return peer
    }

    func stop() async throws { try await self.channel.close() }
}

/// What the other end of a connection said, once it is a WebSocket.
enum ClientFrame: Equatable, Sendable { case text(String), ping([UInt8]), pong([UInt8]), close([UInt8]), ended }

/// One connection to a ``LoopbackServer``.
// Invariant: the `var`s are used on the channel's loop only.
final class Peer: @unchecked Sendable {
    let channel: any Channel
    let frames = Incoming<ClientFrame>()
    /// The last request, without its body.
    fileprivate(set) var request = ""
    fileprivate private(set) var requestCount = 0
    private var bytes: [UInt8] = []
    private let onRequest: @Sendable (Peer) -> Void

    init(channel: any Channel, onRequest: @escaping @Sendable (Peer) -> Void) {
        (self.channel, self.onRequest) = (channel, onRequest)
    }

    /// The path that was asked for.
    var path: String { self.request.split(separator: " ").dropFirst().first.map(String.init) ?? "" }

    func header(_ name: String) -> String? {
        for line in self.request.split(separator: "\r\n") where line.lowercased().hasPrefix(name.lowercased() + ": ") {
            return String(line.dropFirst(name.count + 2))
        }
        return nil
    }

    /// Agrees to the upgrade; `extra` comes in the same write as the answer.
    func acceptUpgrade(accept: String? = nil, headers: String = "", extra: [UInt8] = []) {
        let key = HandshakeKey(text: self.header("Sec-WebSocket-Key") ?? "")
        let head =
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            + "Sec-WebSocket-Accept: \(accept ?? key.accept)\r\n\(headers)\r\n"
        self.write(Array(head.utf8) + extra)
    }

    func answer(_ status: String, headers: String = "", body: [UInt8] = []) {
        self.write(Array("HTTP/1.1 \(status)\r\nContent-Length: \(body.count)\r\n\(headers)\r\n".utf8) + body)
    }

    func write(_ bytes: [UInt8]) { self.channel.writeAndFlush(ByteBuffer(bytes: bytes), promise: nil) }
    func send(_ text: String) { self.write(serverFrame(1, Array(text.utf8))) }
    func close() { self.channel.close(promise: nil) }

    /// The next frame that is not a heartbeat.
    func next() async -> ClientFrame { await self.frames.next() }

    fileprivate func read(_ new: ByteBuffer) {
        self.bytes += Array(new.readableBytesView)
        // A client's frames begin with a byte above ASCII, its requests with a letter.
        while let first = self.bytes.first, first < 0x80 {
            let text = String(decoding: self.bytes, as: UTF8.self)
            guard let end = text.firstRange(of: "\r\n\r\n") else { return }
            self.request = String(text[..<end.lowerBound])
            self.bytes.removeFirst(self.request.utf8.count + 4)
            self.requestCount += 1
            self.onRequest(self)
        }
        while let frame = self.takeFrame() {
            self.frames.put(frame)
            if case .close = frame { self.close() }
        }
    }

    private func takeFrame() -> ClientFrame? {
        guard self.bytes.count >= 6 else { return nil }
        precondition(self.bytes[1] & 0x80 != 0, "a client masks its frames")
        let head = FrameHeader.headLength(self.bytes[1])
        guard self.bytes.count >= head + 4 else { return nil }
        var length = Int(self.bytes[1] & 0x7F)
        if head > 2 { length = self.bytes[2..<head].reduce(0) { $0 << 8 | Int($1) } }
        guard self.bytes.count >= head + 4 + length else { return nil }
        let mask = Array(self.bytes[head..<head + 4])
        let payload = self.bytes[(head + 4)..<(head + 4 + length)].enumerated().map { $1 ^ mask[$0 % 4] }
        let opcode = self.bytes[0] & 0x0F
        self.bytes.removeFirst(head + 4 + length)
        switch opcode {
        case 1: return .text(String(decoding: payload, as: UTF8.self))
        case 9: return .ping(payload)
        case 10: return .pong(payload)
        default: return .close(payload)
        }
    }
}

private final class PeerHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let peer: Peer

    init(_ peer: Peer) { self.peer = peer }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) { self.peer.read(Self.unwrapInboundIn(data)) }
    func channelInactive(context: ChannelHandlerContext) { self.peer.frames.put(.ended) }
    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
