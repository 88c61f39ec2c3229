import Core
import Metrics
import Synchronization

/// Brings notifications to all receivers: decides under a lock, sends outside it, waits for nobody.
final class WebhookDispatcher: Sendable {
    fileprivate struct State {
        var lines: [ReceiverLine]
        var generator: any RandomNumberGenerator & Sendable
        /// When what is left is dropped.
        var deadline: Timestamp?
        /// Some thread is sending; it looks again before it stops when another one came by meanwhile.
        var isPumping = false
        var isWanted = false
    }

    fileprivate struct Dispatch: Sendable {
        let line: Int
        let receiver: WebhookReceiver
        let attempt: DeliveryQueue<AlertNotification>.Attempt
    }

    private let state: Mutex<State>
    private let transport: any WebhookTransport
    private let externalURL: String
    private let timeout: Duration
    private let clock: @Sendable () -> AlertTime
    private let onEvent: @Sendable (AlertEvent) -> Void

    init(
        _ receivers: [WebhookReceiver],
        limits: DeliveryLimits,
        externalURL: String,
        transport: any WebhookTransport,
        registry: Registry,
        generator: any RandomNumberGenerator & Sendable,
        clock: @escaping @Sendable () -> AlertTime,
        onEvent: @escaping @Sendable (AlertEvent) -> Void
    ) {
        precondition(Set(receivers.map(\.name)).count == receivers.count, "two receivers have one name")
        let lines = receivers.map { ReceiverLine($0, limits: limits, registry: registry) }
        self.state = Mutex(State(lines: lines, generator: generator))
        self.transport = transport
        self.externalURL = externalURL
        self.timeout = limits.attemptTimeout
        self.clock = clock
        self.onEvent = onEvent
        registry.collect(WebhookFamilies.families) { sink in
            self.state.withLock { state in
                for line in state.lines { line.labels.add(line.figures, to: &sink) }
            }
        }
    }

    /// The sum over the receivers, read under one lock.
    var flow: WebhookFlow {
        self.state.withLock { $0.lines.reduce(into: WebhookFlow()) { $0.add($1.queue.flow) } }
    }

    /// Nothing waits, nothing is on its way.
    var isIdle: Bool { self.state.withLock { $0.lines.allSatisfy { $0.queue.count == 0 } } }

    /// Queues `notification` for every receiver, and sends what can be sent.
    func send(_ notification: AlertNotification) {
        let now = self.clock().steady
        self.state.withLock { state in
            for line in state.lines.indices { state.lines[line].queue.put(notification, at: now) }
        }
        self.pump()
    }

    /// Sends what it is time for.
    func tick() { self.pump() }

    /// Takes nothing more; what is here gets one last try, and is dropped after `allowed`.
    func drain(within allowed: Duration) {
        let deadline = self.clock().steady.advanced(byNanoseconds: allowed.wholeNanoseconds)
        self.state.withLock { state in
            state.deadline = min(state.deadline ?? deadline, deadline)
            for line in state.lines.indices { state.lines[line].queue.drain() }
        }
        self.pump()
    }

    /// Drops what is left.
    func close() {
        self.state.withLock { state in
            for line in state.lines.indices { state.lines[line].queue.close() }
        }
    }

    // MARK: Sending

    /// One thread at a time sends. A transport may answer before it returns, so this must not call itself.
    private func pump() {
        let isMine = self.state.withLock { state in
            state.isWanted = state.isPumping
            defer { state.isPumping = true }
            return !state.isPumping
        }
        guard isMine else { return }
        repeat {
            let now = self.clock()
            let (dispatches, events) = self.state.withLock { $0.due(at: now) }
            for event in events { self.onEvent(event) }
            for dispatch in dispatches { self.post(dispatch) }
        } while self.state.withLock { $0.isStillPumping() }
    }

    private func post(_ dispatch: Dispatch) {
        let receiver = dispatch.receiver
        let notification = dispatch.attempt.held.element
        let body = WebhookPayload.body(of: notification, receiver: receiver.name, externalURL: self.externalURL)
        var headers = [(name: "Content-Type", value: "application/json")]
        if let secret = receiver.secret {
            headers.append(("X-Arb1d-Signature", "sha256=" + secret.signature(of: body)))
        }
        let request = WebhookRequest(
            receiver: receiver.name,
            url: receiver.url,
            headers: headers,
            body: body,
            caFile: receiver.caFile,
            timeout: self.timeout
        )
        self.transport.post(request) { self.settle(dispatch.line, dispatch.attempt.id, $0) }
    }

    private func settle(_ line: Int, _ attempt: UInt64, _ answer: WebhookAnswer) {
        let now = self.clock()
        let event = self.state.withLock { state in
            state.lines[line].settle(attempt, answer, at: now, using: &state.generator)
        }
        if let event { self.onEvent(event) }
        self.pump()
    }
}

extension WebhookDispatcher.State {
    /// Gives up what never answered and what came too late, then says what to send.
    fileprivate mutating func due(at now: AlertTime) -> ([WebhookDispatcher.Dispatch], [AlertEvent]) {
        var (dispatches, events): ([WebhookDispatcher.Dispatch], [AlertEvent]) = ([], [])
        if let deadline = self.deadline, now.steady >= deadline {
            for line in self.lines.indices { self.lines[line].queue.close() }
        }
        for line in self.lines.indices {
            if let attempt = self.lines[line].queue.overdue(at: now.steady),
                let event = self.lines[line].settle(attempt, .failed("timeout"), at: now, using: &self.generator)
            {
                events.append(event)
            }
            if let attempt = self.lines[line].next(at: now) {
                dispatches.append(.init(line: line, receiver: self.lines[line].receiver, attempt: attempt))
            }
        }
        return (dispatches, events)
    }

    fileprivate mutating func isStillPumping() -> Bool {
        self.isPumping = self.isWanted
        self.isWanted = false
        return self.isPumping
    }
}
