import NIOCore

/// The clients of one endpoint on one server; belongs to the server's loop.
final class WebSocketHub {
    let endpoint: WebSocketEndpoint
    let eventLoop: any EventLoop
    private var clients: [UInt64: WebSocketHandler] = [:]
    private var lastID: UInt64 = 0
    private var unflushed: [WebSocketHandler] = []
    /// There from the moment at which the server begins to stop.
    private var ended: EventLoopPromise<Void>?

    init(endpoint: WebSocketEndpoint, eventLoop: any EventLoop) {
        self.endpoint = endpoint
        self.eventLoop = eventLoop
        endpoint.service.started(on: eventLoop)
    }

    /// Counts a client in.
    ///
    /// - Returns: The refusal when there is no room for it.
    func admit(from address: String?) -> WebSocketMetrics.Refusal? {
        guard self.ended == nil else { return .limit }
        return self.endpoint.metrics.admit(from: address, limits: self.endpoint.limits)
    }

    /// Takes up a client that was admitted.
    func open(_ handler: WebSocketHandler, request: EndpointRequest) -> WebSocketClient {
        self.lastID += 1
        let client = WebSocketClient(handler, id: self.lastID, on: self.eventLoop)
        self.clients[client.id] = handler
        self.endpoint.service.opened(client, request: request)
        return client
    }

    func closed(_ client: WebSocketClient, unsent weight: Int) {
        self.clients[client.id] = nil
        self.endpoint.service.closed(client, unsent: weight)
        if self.clients.isEmpty { self.endIfStopping() }
    }

    /// Flushes a client once the present work is done, together with the others that got something by it.
    func flushSoon(_ handler: WebSocketHandler) {
        self.unflushed.append(handler)
        guard self.unflushed.count == 1 else { return }
        self.eventLoop.assumeIsolated().execute {
            let handlers = self.unflushed
            self.unflushed = []
            for handler in handlers { handler.flush() }
        }
    }

    /// Says goodbye to all clients; complete once they are gone, which takes no longer than the close timeout.
    func stop() -> EventLoopFuture<Void> {
        let ended = self.eventLoop.makePromise(of: Void.self)
        self.ended = ended
        for handler in self.clients.values { handler.close(.shutdown, .goingAway, WebSocketHandler.goodbye) }
        if self.clients.isEmpty { self.endIfStopping() }
        return ended.futureResult
    }

    /// Cuts all clients, whatever is on its way to them.
    func cut() {
        for handler in self.clients.values { handler.cut(.shutdown) }
    }

    private func endIfStopping() {
        guard let ended = self.ended else { return }
        self.endpoint.service.stopped()
        ended.succeed()
    }
}
