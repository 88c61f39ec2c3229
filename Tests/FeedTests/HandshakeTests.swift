import NIOPosix
import Testing

@testable import Feed

@Suite("WebSocket handshake")
struct HandshakeTests {
    @Test("answers the key of RFC 6455 as the RFC does")
    func accept() {
        #expect(HandshakeKey(text: "dGhlIHNhbXBsZSBub25jZQ==").accept == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
    }

    @Test("makes keys of 16 bytes")
    func key() {
        var seed = Seed(1)
        let text = HandshakeKey(using: &seed).text
        #expect(text.utf8.count == 24 && text.hasSuffix("=="))
    }

    @Test("hears the end of a connection whose server agrees and hangs up at once")
    func hungUp() async throws {
        let server = try await LoopbackServer.start {
            $0.acceptUpgrade()
            $0.close()
        }
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let lastText = try await EchoConnection.run("ws://127.0.0.1:\(server.port)/", on: loop)
        #expect(lastText.isEmpty)
        try await server.stop()
    }

    @Test(
        "reads addresses",
        arguments: [
            ("wss://stream.binance.com:9443/stream", "stream.binance.com", 9443, "/stream", "stream.binance.com:9443"),
            ("wss://api.gateio.ws/ws/v4/", "api.gateio.ws", 443, "/ws/v4/", "api.gateio.ws"),
            ("ws://127.0.0.1:81", "127.0.0.1", 81, "/", "127.0.0.1:81"),
            ("ws://[::1]:81/a?b=c", "::1", 81, "/a?b=c", "[::1]:81"),
            ("ws://[::1]/a", "::1", 80, "/a", "[::1]"),
            ("wss://x?y", "x", 443, "/?y", "x"),
        ]
    )
    func address(text: String, host: String, port: Int, target: String, header: String) throws {
        let address = try #require(WebSocketAddress(text))
        #expect((address.host, address.port, address.target, address.hostHeader) == (host, port, target, header))
        #expect(address.isSecure == text.hasPrefix("wss"))
    }

    @Test(
        "refuses what is no address",
        arguments: [
            "", "http://x", "wss://", "ws://:80", "ws://x:0", "ws://x:99999", "ws://x:y", "ws://a b/", "ws://x/a b",
            "ws://u@x/", "x/y",
        ]
    )
    func badAddress(text: String) { #expect(WebSocketAddress(text) == nil) }
}
