import Metrics
import Venues

/// One venue's children of ``FeedMetrics``, resolved once: what happens later is a relaxed atomic operation.
struct VenueInstruments: Sendable {
    private let phases: [SessionPhase: Gauge]
    private let losses: [LossReason: Counter]
    private let failures: [String: Counter]
    private let subscriptions: [Gauge]
    private let streams: Gauge
    let connectAttempts: Counter
    let connectSeconds: Histogram
    let backoffSeconds: Histogram
    let lastFrame: Gauge
    let lastQuote: Gauge
    private let decodeSeconds: Histogram

    init(_ metrics: FeedMetrics, venue: String) {
        let label = VenueLabel(venue: venue)
        self.phases = .init(
            uniqueKeysWithValues: SessionPhase.allCases.map {
                ($0, metrics.connections.gauge(for: VenueStateLabels(venue: venue, state: $0.rawValue)))
            }
        )
        self.losses = .init(
            uniqueKeysWithValues: LossReason.allCases.map {
                ($0, metrics.reconnects.counter(for: VenueReasonLabels(venue: venue, reason: $0.rawValue)))
            }
        )
        self.failures = .init(
            uniqueKeysWithValues: ConnectError.labels.map {
                ($0, metrics.connectFailures.counter(for: VenueReasonLabels(venue: venue, reason: $0)))
            }
        )
        self.subscriptions = SubscriptionState.allCases.map {
            metrics.subscriptions.gauge(for: VenueStateLabels(venue: venue, state: $0.label))
        }
        self.streams = metrics.streams.gauge(for: label)
        self.connectAttempts = metrics.connectAttempts.counter(for: label)
        self.connectSeconds = metrics.connectSeconds.histogram(for: label)
        self.backoffSeconds = metrics.backoffSeconds.histogram(for: label)
        self.lastFrame = metrics.lastFrame.gauge(for: label)
        self.lastQuote = metrics.lastQuote.gauge(for: label)
        self.decodeSeconds = metrics.decodeSeconds
    }

    /// A connection changed its phase; a new one comes from none.
    func moved(from old: SessionPhase?, to new: SessionPhase) {
        guard old != new else { return }
        if let old { self.phases[old]?.add(-1) }
        self.phases[new]?.add(1)
    }

    /// A burst of frames was read, decoded and checked.
    func decoded(nanoseconds: Int64) { self.decodeSeconds.observe(Double(nanoseconds) / 1e9) }

    func lost(_ reason: LossReason) { self.losses[reason]?.increment() }
    func failed(_ error: ConnectError) { self.failures[error.label]?.increment() }

    func show(_ counts: InlineArray<5, Int>) {
        for state in SubscriptionState.allCases {
            self.subscriptions[Int(state.rawValue)].set(Double(counts[Int(state.rawValue)]))
        }
        let granted: [SubscriptionState] = [.acknowledged, .seeded, .live]
        self.streams.set(Double(granted.reduce(0) { $0 + counts[Int($1.rawValue)] }))
    }
}
