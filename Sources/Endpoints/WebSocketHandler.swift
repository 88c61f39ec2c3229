import NIOCore
import NIOWebSocket

/// The connection of one client after the upgrade.
///
/// All that is known of a client is here, on the loop; no task belongs to it. It lets no event pass to the handlers
/// behind it: those are left over when the connection served HTTP requests before.
final class WebSocketHandler: ChannelInboundHandler {
    typealias InboundIn = WebSocketFrame
    typealias OutboundOut = ByteBuffer
    typealias CloseReason = WebSocketMetrics.CloseReason

    static let goodbye = "the server shuts down"

    private enum State {
        case open
        /// A close frame is on its way, or the connection is being cut; what comes next is not taken any more.
        case closing(CloseReason)
        case closed
    }

    /// All bytes handed on and not yet accepted by the system, frames of every kind: pongs must not evade the bound.
    private(set) var queuedBytes = 0
    private(set) var queuedWeight = 0

    private let hub: WebSocketHub
    private let address: String?
    private var limits: WebSocketLimits { self.hub.endpoint.limits }
    private var metrics: WebSocketMetrics { self.hub.endpoint.metrics }
    private var state = State.open
    private var context: ChannelHandlerContext?
    /// There from ``start(request:)`` to the end; breaks the cycle between the two then.
    private var client: WebSocketClient?
    private var assembler: MessageAssembler
    private var times: ClientTimes
    private var rate: FrameRate
    private var timer: Scheduled<Void>?
    private var isFlushDue = false

    /// Prepares the handler of a client that the hub has admitted.
    init(hub: WebSocketHub, address: String?) {
        self.hub = hub
        self.address = address
        let limits = hub.endpoint.limits
        self.assembler = MessageAssembler(maxMessageBytes: limits.maxMessageBytes)
        self.times = ClientTimes(limits: limits, now: hub.eventLoop.now)
        self.rate = FrameRate(
            perSecond: limits.maxMessagesPerSecond,
            burst: limits.maxMessageBurst,
            now: hub.eventLoop.now
        )
    }

    /// Introduces the client to the service; the pipeline is ready for its frames.
    func start(request: EndpointRequest) {
        self.client = self.hub.open(self, request: request)
        self.watch()
    }

    /// Gives back the place of a client whose connection ended before it could be introduced.
    func neverStarted() {
        self.state = .closed
        self.metrics.closed(.client, from: self.address)
    }

    // MARK: What the service asks for

    func send(_ message: WebSocketMessage, weight: Int) -> Bool {
        guard case .open = self.state else { return false }
        self.queuedWeight += weight
        self.write(message.frame).whenSuccess {
            self.queuedWeight -= weight
            self.metrics.written(payloadBytes: message.payloadBytes)
            if let client = self.client { self.hub.endpoint.service.written(weight: weight, to: client) }
        }
        return true
    }

    /// Begins the closing handshake; nothing when there was an end already.
    func close(_ reason: CloseReason, _ code: WebSocketCloseCode, _ text: String) {
        guard case .open = self.state else { return }
        self.state = .closing(reason)
        self.hangUpLater()
        _ = self.write(FrameWriter.close(code.rawValue, reason: text))
    }

    /// Ends the connection without a word, and without calling the service before the loop comes round.
    func cut(_ reason: CloseReason) {
        if case .open = self.state { self.state = .closing(reason) }
        self.hangUp()
    }

    func flush() {
        self.isFlushDue = false
        self.context?.flush()
        if self.queuedBytes > self.limits.maxQueuedBytes { self.cut(.slow) }
    }

    // MARK: What the client sends

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let frame = self.unwrapInboundIn(data)
        switch self.state {
        case .closed: return
        case .closing:
            // The answer to our close frame; all the rest comes too late.
            if frame.opcode == .connectionClose { self.sayLast() }
        case .open:
            let now = context.eventLoop.now
            self.times.heard(at: now)
            do throws(WebSocketViolation) {
                guard self.rate.admits(at: now) else { throw WebSocketViolation(.policyViolation, "too many messages") }
                if let event = try self.assembler.take(frame) { self.handle(event) }
            } catch {
                self.close(.protocol, error.code, error.reason)
            }
        }
    }

    private func handle(_ event: MessageAssembler.Event) {
        switch event {
        case .text(let text): if let client = self.client { self.hub.endpoint.service.received(text, from: client) }
        case .ping(let payload): _ = self.write(FrameWriter.frame(.pong, payload))
        case .pong: break
        case .close(let code):
            self.state = .closing(.client)
            self.hangUpLater()
            // The server is the one to end the connection: https://www.rfc-editor.org/rfc/rfc6455#section-7.1.1
            self.write(FrameWriter.close(code)).whenSuccess { self.sayLast() }
        }
    }

    // MARK: What happens to the connection

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        // Half a connection is none: without this the descriptor would be kept for ever.
        case ChannelEvent.inputClosed: self.cut(.client)
        // The server waits for all its connections.
        case is ChannelShouldQuiesceEvent: self.close(.shutdown, .goingAway, Self.goodbye)
        default: break
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        switch error {
        case let error as NIOWebSocketError:
            let violation = WebSocketViolation(error)
            self.close(.protocol, violation.code, violation.reason)
        // The decoder refuses everything after its first error, while the close frame is on its way.
        case is ByteToMessageDecoderError: break
        default: self.cut(.client)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        // Every write has its result by now; what failed is still in the queue.
        self.timer?.cancel()
        self.timer = nil
        let reason = if case .closing(let reason) = self.state { reason } else { CloseReason.client }
        self.state = .closed
        if let client = self.client {
            let unsent = self.queuedWeight
            self.metrics.queued(-self.queuedBytes)
            self.queuedBytes = 0
            self.queuedWeight = 0
            self.client = nil
            self.metrics.closed(reason, from: self.address)
            self.hub.closed(client, unsent: unsent)
        }
        context.fireChannelInactive()
    }

    // MARK: Pieces

    private func write(_ frame: ByteBuffer) -> EventLoopFuture<Void>.Isolated {
        let bytes = frame.readableBytes
        let written = self.hub.eventLoop.makePromise(of: Void.self)
        let result = written.futureResult.assumeIsolated()
        self.queuedBytes += bytes
        self.metrics.queued(bytes)
        result.whenSuccess {
            self.queuedBytes -= bytes
            self.metrics.queued(-bytes)
        }
        self.context?.write(self.wrapOutboundOut(frame), promise: written)
        if !self.isFlushDue {
            self.isFlushDue = true
            self.hub.flushSoon(self)
        }
        return result
    }

    /// Looks after the client until it closes.
    private func watch() {
        self.schedule(at: self.times.next) {
            switch self.times.due(at: self.hub.eventLoop.now) {
            case .giveUp: return self.cut(.idle)
            case .ping: _ = self.write(FrameWriter.frame(.ping, []))
            case nil: break
            }
            self.watch()
        }
    }

    /// A client that does not read, or does not answer, has only so long.
    private func hangUpLater() {
        self.schedule(at: self.hub.eventLoop.now + TimeAmount(self.limits.closeTimeout)) { self.hangUp() }
    }

    private func schedule(at deadline: NIODeadline, _ work: @escaping () -> Void) {
        self.timer?.cancel()
        self.timer = self.hub.eventLoop.assumeIsolated().scheduleTask(deadline: deadline, work)
    }

    /// Closes our side after the closing handshake; the client's side follows, or the time is up.
    ///
    /// Closing both at once would reset a client that is still sending, and it might lose our last frame.
    private func sayLast() { self.context?.close(mode: .output, promise: nil) }

    private func hangUp() { self.context?.close(promise: nil) }
}
