import NIOCore
import NIOWebSocket

/// A breach of the protocol, or of our limits, by a client.
struct WebSocketViolation: Error, Equatable {
    let code: WebSocketCloseCode
    let reason: String

    init(_ code: WebSocketCloseCode, _ reason: String) {
        self.code = code
        self.reason = reason
    }

    init(_ error: NIOWebSocketError) {
        switch error {
        case .invalidFrameLength: self.init(.messageTooLarge, "message too large")
        case .fragmentedControlFrame: self.init(.protocolError, "fragmented control frame")
        case .multiByteControlFrameLength: self.init(.protocolError, "control frame too large")
        }
    }
}

/// Puts the frames of one client together to messages, and holds them to the protocol.
///
/// The frame decoder before it has seen to the size of single frames and the form of control frames only.
struct MessageAssembler {
    enum Event: Equatable {
        case text([UInt8])
        case ping([UInt8])
        case pong
        /// The code is one that may be sent back; nil when the client gave none.
        case close(UInt16?)
    }

    private let maxMessageBytes: Int
    /// The beginning of a fragmented message; nil between messages.
    private var fragments: [UInt8]?

    init(maxMessageBytes: Int) { self.maxMessageBytes = maxMessageBytes }

    /// Takes the next frame.
    ///
    /// - Parameter frame: A frame as it came.
    /// - Returns: What it completes, if it does.
    /// - Throws: A violation, after which nothing more is to be taken from this client.
    mutating func take(_ frame: WebSocketFrame) throws(WebSocketViolation) -> Event? {
        guard frame.maskKey != nil else { throw WebSocketViolation(.protocolError, "frame without mask") }
        guard frame.reservedBits.isEmpty else { throw WebSocketViolation(.protocolError, "reserved bits") }
        let payload = Array(frame.unmaskedData.readableBytesView)
        switch frame.opcode {
        case .ping: return .ping(payload)
        case .pong: return .pong
        case .connectionClose: return .close(try self.closeCode(payload))
        case .binary: throw WebSocketViolation(.unacceptableData, "binary messages are not taken")
        case .text:
            guard self.fragments == nil else { throw WebSocketViolation(.protocolError, "message within a message") }
            self.fragments = []
            return try self.append(payload, isLast: frame.fin)
        case .continuation:
            guard self.fragments != nil else { throw WebSocketViolation(.protocolError, "continuation of nothing") }
            return try self.append(payload, isLast: frame.fin)
        default: throw WebSocketViolation(.protocolError, "unknown opcode")
        }
    }

    private mutating func append(_ payload: [UInt8], isLast: Bool) throws(WebSocketViolation) -> Event? {
        self.fragments?.append(contentsOf: payload)
        guard let text = self.fragments, text.count <= self.maxMessageBytes else {
            throw WebSocketViolation(.messageTooLarge, "message too large")
        }
        guard isLast else { return nil }
        self.fragments = nil
        guard String(validating: text, as: UTF8.self) != nil else {
            throw WebSocketViolation(.invalidText, "text is no UTF-8")
        }
        return .text(text)
    }

    private func closeCode(_ payload: [UInt8]) throws(WebSocketViolation) -> UInt16? {
        guard !payload.isEmpty else { return nil }
        guard payload.count >= 2 else { throw WebSocketViolation(.protocolError, "half a close code") }
        let code = UInt16(payload[0]) << 8 | UInt16(payload[1])
        switch code {
        // The others below 3000 are reserved, or stand for closings without a frame.
        case 1000...1003, 1007...1014, 3000...4999: break
        default: throw WebSocketViolation(.protocolError, "close code \(code)")
        }
        guard String(validating: payload.dropFirst(2), as: UTF8.self) != nil else {
            throw WebSocketViolation(.invalidText, "close reason is no UTF-8")
        }
        return code
    }
}
