import Metrics
import NIOCore
import Synchronization

@testable import Endpoints

/// A service that keeps books, and does with each message what the test says.
final class TestService: WebSocketService {
    struct Books: Equatable {
        var started = 0
        var opened = 0
        var closed = 0
        var stopped = 0
        /// Weights: what clients took, what was written, and what was left when they closed.
        var sent = 0
        var written = 0
        var unsent = 0
        var texts: [String] = []
        var queries: [String] = []
    }

    private let state = Mutex(Books())
    private let clients = Mutex<[UInt64: WebSocketClient]>([:])
    private let eventLoop = Mutex<(any EventLoop)?>(nil)
    private let answer: @Sendable (TestService, String, WebSocketClient) -> Void

    /// By default it sends each message back.
    init(
        answer: @escaping @Sendable (TestService, String, WebSocketClient) -> Void = { service, text, client in
            service.send(text, to: client)
        }
    ) {
        self.answer = answer
    }

    var books: Books { self.state.withLock { $0 } }

    /// Sends a text with a weight to a client, and enters it.
    func send(_ text: String, weight: Int = 1, to client: WebSocketClient) {
        self.send(WebSocketMessage(text.utf8), weight: weight, to: client)
    }

    func send(_ message: WebSocketMessage, weight: Int = 1, to client: WebSocketClient) {
        // Under the lock: sending never calls back.
        self.state.withLock { state in
            if client.send(message, weight: weight) { state.sent += weight }
        }
    }

    /// What all clients hold queued, read on the loop.
    func queuedWeight() async throws -> Int {
        guard let eventLoop = self.eventLoop.withLock({ $0 }) else { return 0 }
        return try await eventLoop.submit {
            self.clients.withLock { $0.values.reduce(0) { $0 + $1.queuedWeight } }
        }.get()
    }

    func all() -> [WebSocketClient] { self.clients.withLock { Array($0.values) } }

    /// Does something on the loop.
    func onLoop(_ work: @escaping @Sendable () -> Void) async throws {
        try await self.eventLoop.withLock { $0 }?.submit(work).get()
    }

    func wait(until isTrue: (Books) -> Bool) async {
        while !isTrue(self.books) { await Task.yield() }
    }

    func started(on eventLoop: any EventLoop) {
        eventLoop.preconditionInEventLoop()
        self.eventLoop.withLock { $0 = eventLoop }
        self.state.withLock { $0.started += 1 }
    }

    func opened(_ client: WebSocketClient, request: EndpointRequest) {
        self.clients.withLock { $0[client.id] = client }
        self.state.withLock { state in
            precondition(state.started == 1 && state.stopped == 0, "a client outside the service's time")
            state.opened += 1
            if let value = request.value(of: "q") { state.queries.append(value) }
        }
    }

    func received(_ text: [UInt8], from client: WebSocketClient) {
        let text = String(decoding: text, as: UTF8.self)
        self.state.withLock { $0.texts.append(text) }
        self.answer(self, text, client)
    }

    func written(weight: Int, to client: WebSocketClient) { self.state.withLock { $0.written += weight } }

    func closed(_ client: WebSocketClient, unsent weight: Int) {
        _ = self.clients.withLock { $0.removeValue(forKey: client.id) }
        self.state.withLock { state in
            state.closed += 1
            state.unsent += weight
        }
    }

    func stopped() {
        self.state.withLock { state in
            precondition(state.opened == state.closed, "clients are left")
            state.stopped += 1
        }
    }
}

extension RunningServer {
    /// Runs `body` against a server with one WebSocket endpoint at `/ws`, and checks the books after the shutdown.
    static func with<Result: Sendable>(
        _ service: TestService,
        limits: WebSocketLimits = .unhurried,
        allowedOrigins: [String] = [],
        serverLimits: ServerLimits = ServerLimits(),
        _ body: @Sendable @escaping (RunningServer) async throws -> Result
    ) async throws -> (Result, RunningServer) {
        try await self.with(
            routes: [Route("/hello") { _ in .text("hello\n") }],
            webSockets: { registry in
                [
                    WebSocketEndpoint(
                        path: "/ws",
                        limits: limits,
                        allowedOrigins: allowedOrigins,
                        registry: registry,
                        service: service
                    )
                ]
            },
            limits: serverLimits
        ) { server in (try await body(server), server) }
    }

    /// The value of a series of the endpoint, such as `clients`.
    func chart(_ name: String) -> String? { self.metric("arb1d_chart_\(name)") }

    func waitForChart(_ name: String, toBe value: String) async {
        await self.wait(for: "arb1d_chart_\(name)", toBe: value)
    }
}

/// A value that several threads share.
final class Mutexed<Value: Sendable>: Sendable {
    private let mutex: Mutex<Value>

    init(_ value: Value) { self.mutex = Mutex(value) }

    var value: Value {
        get { self.mutex.withLock { $0 } }
        set { self.mutex.withLock { $0 = newValue } }
    }
}

extension WebSocketLimits {
    /// Asks nobody whether he is still there: on a busy machine a test may take longer than that.
    static let unhurried = WebSocketLimits(pingInterval: .seconds(600), pongTimeout: .seconds(1_200))
}
