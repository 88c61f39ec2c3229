import NIOCore
import NIOWebSocket

/// A text message, framed once for all the clients that get it.
public struct WebSocketMessage: Sendable {
    /// The whole frame. Frames of a server are not masked, so it is the same for everybody and is never copied.
    let frame: ByteBuffer
    /// The size of the text.
    public let payloadBytes: Int

    /// Frames a text.
    ///
    /// - Parameter text: Valid UTF-8; the clients would close the connection over anything else.
    public init(_ text: some Collection<UInt8>) {
        self.payloadBytes = text.count
        self.frame = FrameWriter.frame(.text, text)
    }
}

/// A client that is connected, to be used on the loop of its server only.
public final class WebSocketClient: Sendable {
    /// Unique within the life of a server, in the order of coming.
    public let id: UInt64
    // Bound to the loop: each use is checked to be on it.
    private let handler: NIOLoopBound<WebSocketHandler>

    init(_ handler: WebSocketHandler, id: UInt64, on eventLoop: any EventLoop) {
        self.id = id
        self.handler = NIOLoopBound(handler, eventLoop: eventLoop)
    }

    /// What the system has not accepted yet, in bytes of frames.
    public var queuedBytes: Int { self.handler.value.queuedBytes }
    /// The weight of the messages that the system has not accepted yet.
    public var queuedWeight: Int { self.handler.value.queuedWeight }

    /// Queues a message; all that is queued goes out together once the loop is done with the present work.
    ///
    /// Then a client with more than ``WebSocketLimits/maxQueuedBytes`` left is cut.
    ///
    /// - Parameters:
    ///   - message: The message.
    ///   - weight: How much it counts in `written` and `closed`.
    /// - Returns: False when the client is closing already: then the message, and its weight, stay with the caller.
    public func send(_ message: WebSocketMessage, weight: Int) -> Bool {
        self.handler.value.send(message, weight: weight)
    }

    /// Sends what is queued and a close frame, and closes once the client has answered it, or after a while.
    ///
    /// Counted as `shutdown` with ``WebSocketCloseCode/goingAway``, as `protocol` with all others.
    ///
    /// - Parameters:
    ///   - code: Why, for the client.
    ///   - reason: The same for people; what does not fit the frame (123 bytes) is left out.
    public func close(_ code: WebSocketCloseCode, reason: String) {
        self.handler.value.close(code == .goingAway ? .shutdown : .protocol, code, reason)
    }
}

/// The reasons to close that we give: https://www.rfc-editor.org/rfc/rfc6455#section-7.4.1
public enum WebSocketCloseCode: UInt16, Sendable {
    case normal = 1000
    case goingAway = 1001
    case protocolError = 1002
    case unacceptableData = 1003
    case invalidText = 1007
    case policyViolation = 1008
    case messageTooLarge = 1009
    case internalError = 1011
    case tryAgainLater = 1013
}
