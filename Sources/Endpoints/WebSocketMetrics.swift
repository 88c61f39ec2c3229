import Metrics
import Synchronization

/// What an endpoint counts about its clients.
final class WebSocketMetrics: Sendable {
    enum Refusal: String, CaseIterable {
        case limit
        case origin
        case address
        case `protocol`
    }

    enum CloseReason: String, CaseIterable {
        case client
        case slow
        case idle
        case `protocol`
        case shutdown
    }

    private struct State {
        var clients: UInt64 = 0
        var clientsByAddress: [String: Int] = [:]
        var connections: UInt64 = 0
        var refused: [Refusal: UInt64] = [:]
        var closed: [CloseReason: UInt64] = [:]
    }

    private static let families = [
        SampledFamily("arb1d_chart_clients", kind: .gauge, help: "Chart clients connected."),
        SampledFamily("arb1d_chart_connections_total", kind: .counter, help: "Chart clients that ever connected."),
        SampledFamily(
            "arb1d_chart_rejected_total",
            kind: .counter,
            help: "Upgrades to the chart feed that were refused.",
            labels: ["reason"]
        ),
        SampledFamily(
            "arb1d_chart_closed_total",
            kind: .counter,
            help: "Chart clients gone.",
            labels: ["reason"]
        ),
    ]

    // One reading of all of it adds up: connections = closed + clients.
    private let state = Mutex(State())
    private let queuedBytes: Gauge
    private let messages: Counter
    private let bytes: Counter

    init(registry: Registry, maxClients: Int) {
        registry.gauge("arb1d_chart_clients_limit", help: "Most chart clients served at once.").set(Double(maxClients))
        self.queuedBytes = registry.gauge(
            "arb1d_chart_queued_bytes",
            help: "Bytes for chart clients that the system has not accepted yet."
        )
        self.messages = registry.counter("arb1d_chart_messages_total", help: "Messages written to chart clients.")
        self.bytes = registry.counter(
            "arb1d_chart_bytes_total",
            help: "Bytes of the messages written to chart clients, without frames."
        )
        registry.collect(Self.families) { self.sample(into: &$0) }
    }

    /// Counts a client in, if the limits have room for it.
    ///
    /// - Parameters:
    ///   - address: Where it comes from; nil when the system does not know any more.
    ///   - limits: The bounds.
    /// - Returns: Nil when it was counted in, otherwise the limit that is reached.
    func admit(from address: String?, limits: WebSocketLimits) -> Refusal? {
        self.state.withLock { state in
            guard state.clients < UInt64(limits.maxClients) else { return .limit }
            if let address {
                let known = state.clientsByAddress[address, default: 0]
                guard limits.maxClientsPerAddress <= 0 || known < limits.maxClientsPerAddress else { return .address }
                state.clientsByAddress[address] = known + 1
            }
            state.clients += 1
            state.connections += 1
            return nil
        }
    }

    func refused(_ reason: Refusal) { self.state.withLock { $0.refused[reason, default: 0] += 1 } }

    func closed(_ reason: CloseReason, from address: String?) {
        self.state.withLock { state in
            state.clients -= 1
            state.closed[reason, default: 0] += 1
            guard let address, let known = state.clientsByAddress[address] else { return }
            state.clientsByAddress[address] = known > 1 ? known - 1 : nil
        }
    }

    /// The queue of some client grew, or shrank.
    func queued(_ bytes: Int) { self.queuedBytes.add(Double(bytes)) }

    func written(payloadBytes: Int) {
        self.messages.increment()
        self.bytes.increment(by: UInt64(payloadBytes))
    }

    private func sample(into sink: inout SampleSink) {
        self.state.withLock { state in
            sink.add(0, [], state.clients)
            sink.add(1, [], state.connections)
            for reason in Refusal.allCases { sink.add(2, [reason.rawValue], state.refused[reason] ?? 0) }
            for reason in CloseReason.allCases { sink.add(3, [reason.rawValue], state.closed[reason] ?? 0) }
        }
    }
}
