import NIOCore
import NIOHTTP1
import NIOWebSocket

/// The opening handshake, as far as it can be judged from the request alone.
///
/// Rules: https://www.rfc-editor.org/rfc/rfc6455#section-4.2.1
enum Handshake {
    /// Why there is no upgrade, and how it is counted.
    struct Refusal {
        let reason: WebSocketMetrics.Refusal
        let response: EndpointResponse

        init(_ reason: WebSocketMetrics.Refusal, _ response: EndpointResponse) {
            self.reason = reason
            self.response = response
        }

        init(_ reason: WebSocketMetrics.Refusal, _ text: String, status: Int) {
            self.init(reason, .text(text, status: status))
        }

        /// The answer to a client for which there is no room.
        static func full(_ reason: WebSocketMetrics.Refusal) -> Refusal {
            var response = EndpointResponse.text(
                reason == .address ? "too many clients from this address\n" : "too many clients\n",
                status: 503
            )
            response.headers.append(("Retry-After", "10"))
            return Refusal(reason, response)
        }
    }

    /// Whether the client asks for another protocol, whichever: after such a request the decoder stops, as the next
    /// bytes may be of that protocol.
    static func stopsDecoder(_ head: HTTPRequestHead) -> Bool {
        head.method == .CONNECT || head.headers.contains(name: "upgrade")
    }

    /// Whether the client asks for a WebSocket.
    ///
    /// A tab makes our reading of the list differ from that of the decoder, which then would go on decoding.
    static func isUpgrade(_ head: HTTPRequestHead) -> Bool {
        head.headers["connection"].allSatisfy { !$0.contains("\t") }
            && head.headers[canonicalForm: "connection"].contains { $0.lowercased() == "upgrade" }
            && head.headers[canonicalForm: "upgrade"].contains { $0.lowercased() == "websocket" }
    }

    /// Finds what is wrong with a request for an upgrade.
    static func refusal(_ head: HTTPRequestHead, origins: OriginRule) -> Refusal? {
        guard head.method == .GET, head.version == .http1_1 else {
            return Refusal(.protocol, "an upgrade takes GET and HTTP/1.1\n", status: 400)
        }
        guard head.headers["sec-websocket-version"] == ["13"] else {
            var response = self.upgradeRequired("the only version is 13\n")
            response.headers.append(("Sec-WebSocket-Version", "13"))
            return Refusal(.protocol, response)
        }
        let keys = head.headers["sec-websocket-key"]
        guard keys.count == 1, keys.allSatisfy(self.isKey) else {
            return Refusal(.protocol, "Sec-WebSocket-Key must be 16 bytes in base64\n", status: 400)
        }
        let hosts = head.headers["host"]
        guard hosts.count == 1 else { return Refusal(.protocol, "there must be one Host\n", status: 400) }
        guard origins.allows(origins: head.headers["origin"], host: hosts.first) else {
            return Refusal(.origin, "pages of this origin may not connect\n", status: 403)
        }
        return nil
    }

    static func upgradeRequired(_ text: String) -> EndpointResponse {
        var response = EndpointResponse.text(text, status: 426)
        response.headers = [("Connection", "Upgrade"), ("Upgrade", "websocket")]
        return response
    }

    /// The head of the answer that seals the upgrade; the library computes `Sec-WebSocket-Accept`.
    static func acceptance(of head: HTTPRequestHead, on channel: any Channel) -> EventLoopFuture<HTTPHeaders> {
        NIOWebSocketServerUpgrader(
            shouldUpgrade: { channel, _ in channel.eventLoop.makeSucceededFuture(HTTPHeaders()) },
            upgradePipelineHandler: { channel, _ in channel.eventLoop.makeSucceededVoidFuture() }
        ).buildUpgradeResponse(channel: channel, upgradeRequest: head, initialResponseHeaders: HTTPHeaders())
    }

    /// Base64 of 16 bytes: 22 digits, of which the last has four zero bits, and the padding.
    private static func isKey(_ key: String) -> Bool {
        let bytes = Array(key.utf8)
        guard bytes.count == 24, bytes.suffix(2).allSatisfy({ $0 == UInt8(ascii: "=") }) else { return false }
        return "AQgw".utf8.contains(bytes[21]) && bytes.prefix(22).allSatisfy(self.isBase64)
    }

    private static func isBase64(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "/"): true
        default: false
        }
    }
}
