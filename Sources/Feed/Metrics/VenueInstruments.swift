import Metrics
import Venues

/// One venue's children of ``FeedMetrics``, resolved once: what happens later is a relaxed atomic operation.
struct VenueInstruments: Sendable {
    private let phases: [SessionPhase: Gauge]
    private let losses: [LossReason: Counter]
    private let failures: [String: Counter]
    private let subscriptions: [Gauge]
    private let tradeSubscriptions: [Gauge]
    private let transitions: [SessionPhase: Counter]
    private let streams: Gauge
    let streamsLimit: Gauge
    let rotations: Counter
    let rotationFailures: Counter
    let rotationDuplicates: Counter
    let rotationGap: Histogram
    let tradeGaps: Counter
    let resyncSeconds: Histogram
    let audits: Counter
    let auditMismatches: Counter
    let resubscriptions: Counter
    let proofAgeMax: Gauge
    let clockOffset: Gauge
    let clockOffsetError: Gauge
    let transit: Histogram
    let transitAhead: Histogram
    let symbolSeconds: SymbolSeconds
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
        self.tradeSubscriptions = TradeSubscription.allCases.map {
            metrics.tradeSubscriptions.gauge(for: VenueStateLabels(venue: venue, state: $0.label))
        }
        self.transitions = .init(
            uniqueKeysWithValues: SessionPhase.allCases.map {
                ($0, metrics.transitions.counter(for: VenueToLabels(venue: venue, to: $0.rawValue)))
            }
        )
        self.streamsLimit = metrics.streamsLimit.gauge(for: label)
        self.rotations = metrics.rotations.counter(for: label)
        self.rotationFailures = metrics.rotationFailures.counter(for: label)
        self.rotationDuplicates = metrics.rotationDuplicates.counter(for: label)
        self.rotationGap = metrics.rotationGap.histogram(for: label)
        let trades = VenueStreamLabels(venue: venue, stream: StreamKind.trades.rawValue)
        self.tradeGaps = metrics.sequenceGaps.counter(for: trades)
        self.resyncSeconds = metrics.resyncSeconds.histogram(for: label)
        self.audits = metrics.audits.counter(for: label)
        self.auditMismatches = metrics.auditMismatches.counter(for: label)
        self.resubscriptions = metrics.resubscriptions.counter(for: label)
        self.proofAgeMax = metrics.proofAgeMax.gauge(for: label)
        self.clockOffset = metrics.clockOffset.gauge(for: label)
        self.clockOffsetError = metrics.clockOffsetError.gauge(for: label)
        self.transit = metrics.transit.histogram(for: label)
        self.transitAhead = metrics.transitAhead.histogram(for: label)
        self.symbolSeconds = metrics.symbolSeconds.seconds(of: venue)
        self.streams = metrics.streams.gauge(for: label)
        self.connectAttempts = metrics.connectAttempts.counter(for: label)
        self.connectSeconds = metrics.connectSeconds.histogram(for: label)
        self.backoffSeconds = metrics.backoffSeconds.histogram(for: label)
        self.lastFrame = metrics.lastFrame.gauge(for: label)
        self.lastQuote = metrics.lastQuote.gauge(for: label)
        self.decodeSeconds = metrics.decodeSeconds
    }

    /// A connection changed its phase; a new one comes from none, and one that is forgotten goes to none.
    func moved(from old: SessionPhase?, to new: SessionPhase?) {
        guard old != new else { return }
        if let old { self.phases[old]?.add(-1) }
        guard let new else { return }
        self.phases[new]?.add(1)
        if old != nil { self.transitions[new]?.increment() }
    }

    /// A burst of frames was read, decoded and checked.
    func decoded(nanoseconds: Int64) { self.decodeSeconds.observe(Double(nanoseconds) / 1e9) }

    func lost(_ reason: LossReason) { self.losses[reason]?.increment() }
    func failed(_ error: ConnectError) { self.failures[error.label]?.increment() }

    /// Shows how many instruments are in each state, by its raw value, and so how many topics are granted.
    func show(_ quotes: InlineArray<7, Int>, trades: InlineArray<5, Int>) {
        for state in SubscriptionState.allCases {
            self.subscriptions[Int(state.rawValue)].set(Double(quotes[Int(state.rawValue)]))
        }
        for state in TradeSubscription.allCases {
            self.tradeSubscriptions[Int(state.rawValue)].set(Double(trades[Int(state.rawValue)]))
        }
        let granted: [SubscriptionState] = [.acknowledged, .seeded, .live, .quiet, .stale]
        let grantedTrades: [TradeSubscription] = [.acknowledged, .live]
        let streams =
            granted.reduce(0) { $0 + quotes[Int($1.rawValue)] }
            + grantedTrades.reduce(0) { $0 + trades[Int($1.rawValue)] }
        self.streams.set(Double(streams))
    }
}
