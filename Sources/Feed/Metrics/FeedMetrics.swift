import Core
public import Metrics
import Venues

/// The families that Feed exports about itself. Frames, bytes, events and rejects are not here: they come from the raw
/// channel's ledger.
public final class FeedMetrics: Sendable {
    let connections: GaugeFamily<VenueStateLabels>
    let connectAttempts: CounterFamily<VenueLabel>
    let connectFailures: CounterFamily<VenueReasonLabels>
    let connectSeconds: HistogramFamily<VenueLabel>
    let backoffSeconds: HistogramFamily<VenueLabel>
    let reconnects: CounterFamily<VenueReasonLabels>
    let subscriptions: GaugeFamily<VenueStateLabels>
    let tradeSubscriptions: GaugeFamily<VenueStateLabels>
    let streams: GaugeFamily<VenueLabel>
    let lastFrame: GaugeFamily<VenueLabel>
    let lastQuote: GaugeFamily<VenueLabel>
    let clockSteps: Counter
    let restRequests: CounterFamily<RouteCodeLabels>
    let restFailures: CounterFamily<RouteReasonLabels>
    let restSeconds: HistogramFamily<RouteLabels>
    let decodeSeconds: Histogram
    let streamsLimit: GaugeFamily<VenueLabel>
    let transitions: CounterFamily<VenueToLabels>
    let rotations: CounterFamily<VenueLabel>
    let rotationFailures: CounterFamily<VenueLabel>
    let rotationDuplicates: CounterFamily<VenueLabel>
    let rotationGap: HistogramFamily<VenueLabel>
    let sequenceGaps: CounterFamily<VenueStreamLabels>
    let resyncSeconds: HistogramFamily<VenueLabel>
    let audits: CounterFamily<VenueLabel>
    let auditMismatches: CounterFamily<VenueLabel>
    let resubscriptions: CounterFamily<VenueLabel>
    let proofAgeMax: GaugeFamily<VenueLabel>
    let clockOffset: GaugeFamily<VenueLabel>
    let clockOffsetError: GaugeFamily<VenueLabel>
    let transit: HistogramFamily<VenueLabel>
    let transitAhead: HistogramFamily<VenueLabel>
    let restLimitUsed: GaugeFamily<VenueLabel>
    let restBannedUntil: GaugeFamily<VenueLabel>
    let breakerState: StateSetFamily<RouteLabels, CircuitBreaker.Name>
    let breakerTransitions: CounterFamily<RouteToLabels>
    let symbolSeconds = SymbolSeconds.Family()

    public init(_ registry: Registry) {
        self.connections = registry.gauge(
            "arb1d_feed_connections",
            help: "WebSocket connections by what they are doing; the states are disjoint.",
            labels: VenueStateLabels.self
        )
        self.connectAttempts = registry.counter(
            "arb1d_feed_connect_attempts_total",
            help: "Attempts to open a WebSocket connection.",
            labels: VenueLabel.self
        )
        self.connectFailures = registry.counter(
            "arb1d_feed_connect_failures_total",
            help: "Attempts that did not end in an open WebSocket connection.",
            labels: VenueReasonLabels.self
        )
        self.connectSeconds = registry.histogram(
            "arb1d_feed_connect_seconds",
            help: "Time from the start of an attempt to the open WebSocket connection.",
            labels: VenueLabel.self,
            buckets: Buckets.networkSeconds
        )
        self.backoffSeconds = registry.histogram(
            "arb1d_feed_backoff_seconds",
            help: "Time waited before an attempt to connect again.",
            labels: VenueLabel.self,
            buckets: Buckets.recoverySeconds
        )
        self.reconnects = registry.counter(
            "arb1d_feed_reconnects_total",
            help: "Open connections that were given up and opened again.",
            labels: VenueReasonLabels.self
        )
        self.subscriptions = registry.gauge(
            "arb1d_feed_subscriptions",
            help: "Instruments by the state of their subscription; the states are disjoint.",
            labels: VenueStateLabels.self
        )
        self.tradeSubscriptions = registry.gauge(
            "arb1d_feed_trade_subscriptions",
            help: "Instruments whose trades are asked for, by the state of that subscription; the states are disjoint.",
            labels: VenueStateLabels.self
        )
        self.streams = registry.gauge(
            "arb1d_feed_streams",
            help: "Topics that the venue granted on open connections.",
            labels: VenueLabel.self
        )
        self.lastFrame = registry.gauge(
            "arb1d_feed_last_frame_timestamp_seconds",
            help: "When the last frame of any kind came; 0 before the first.",
            labels: VenueLabel.self
        )
        self.lastQuote = registry.gauge(
            "arb1d_feed_last_quote_timestamp_seconds",
            help: "When the last quote came; 0 before the first.",
            labels: VenueLabel.self
        )
        self.clockSteps = registry.counter(
            "arb1d_clock_steps_total",
            help: "Steps of the wall clock by over 100 ms against the receive clock."
        )
        self.restRequests = registry.counter(
            "arb1d_rest_requests_total",
            help: "REST requests that were answered.",
            labels: RouteCodeLabels.self
        )
        self.restFailures = registry.counter(
            "arb1d_rest_failures_total",
            help: "REST requests that brought no answer.",
            labels: RouteReasonLabels.self
        )
        self.restSeconds = registry.histogram(
            "arb1d_rest_request_seconds",
            help: "Time from the start of a REST request to its whole answer or its failure.",
            labels: RouteLabels.self,
            buckets: Buckets.networkSeconds
        )
        self.decodeSeconds = registry.pipelineSeconds(.decode)
        self.streamsLimit = registry.gauge(
            "arb1d_feed_streams_limit",
            help: "Topics that the open connections may carry.",
            labels: VenueLabel.self
        )
        self.transitions = registry.counter(
            "arb1d_feed_connection_transitions_total",
            help: "Changes of what a WebSocket connection is doing.",
            labels: VenueToLabels.self
        )
        self.rotations = registry.counter(
            "arb1d_feed_rotations_total",
            help: "Connections whose instruments the next one carried on before they ended.",
            labels: VenueLabel.self
        )
        self.rotationFailures = registry.counter(
            "arb1d_feed_rotation_failures_total",
            help: "Next connections that did not come to be: the present one stayed.",
            labels: VenueLabel.self
        )
        self.rotationDuplicates = registry.counter(
            "arb1d_feed_rotation_duplicates_total",
            help: "Quotes that both connections of a rotation brought: they prove that nothing is missing.",
            labels: VenueLabel.self
        )
        self.rotationGap = registry.histogram(
            "arb1d_feed_rotation_gap_seconds",
            help: "Time from the last frame on an old connection to the first quote on the next; 0 when they overlap.",
            labels: VenueLabel.self,
            buckets: Buckets.recoverySeconds
        )
        self.sequenceGaps = registry.counter(
            "arb1d_feed_sequence_gaps_total",
            help: "Holes in streams that are numbered without holes.",
            labels: VenueStreamLabels.self
        )
        self.resyncSeconds = registry.histogram(
            "arb1d_feed_resync_seconds",
            help: "Time from a hole in a stream to the next proof of what stands.",
            labels: VenueLabel.self,
            buckets: Buckets.recoverySeconds
        )
        self.audits = registry.counter(
            "arb1d_feed_audits_total",
            help: "Quotes that were compared with the REST book ticker of the venue while their stream was silent.",
            labels: VenueLabel.self
        )
        self.auditMismatches = registry.counter(
            "arb1d_feed_audit_mismatches_total",
            help: "Instruments whose quote differed in two comparisons in a row, and which were subscribed anew.",
            labels: VenueLabel.self
        )
        self.resubscriptions = registry.counter(
            "arb1d_feed_resubscriptions_total",
            help: "Instruments that were subscribed anew, for whatever reason.",
            labels: VenueLabel.self
        )
        self.proofAgeMax = registry.gauge(
            "arb1d_feed_proof_age_max_seconds",
            help: "Time since the quote of that instrument was last known to stand of which it is longest.",
            labels: VenueLabel.self
        )
        self.clockOffset = registry.gauge(
            "arb1d_feed_clock_offset_seconds",
            help: "The clock of the venue minus ours, by its REST interface; signed.",
            labels: VenueLabel.self
        )
        self.clockOffsetError = registry.gauge(
            "arb1d_feed_clock_offset_error_seconds",
            help: "How far arb1d_feed_clock_offset_seconds may be off; 0 before the first answer.",
            labels: VenueLabel.self
        )
        self.transit = registry.histogram(
            "arb1d_feed_transit_seconds",
            help: "Time from the instant of a quote or trade by the clock of the venue to its frame here by ours.",
            labels: VenueLabel.self,
            buckets: Buckets.networkSeconds
        )
        self.transitAhead = registry.histogram(
            "arb1d_feed_transit_ahead_seconds",
            help: "The same where it is negative, its sign changed: the clock of the venue is ahead of ours.",
            labels: VenueLabel.self,
            buckets: Buckets.networkSeconds
        )
        self.restLimitUsed = registry.gauge(
            "arb1d_rest_limit_used_ratio",
            help: "Share of the request limit that is used up, as the venue last told it.",
            labels: VenueLabel.self
        )
        self.restBannedUntil = registry.gauge(
            "arb1d_rest_banned_until_timestamp_seconds",
            help: "Until when the venue last told us to leave it alone; 0 if it never did.",
            labels: VenueLabel.self
        )
        self.breakerState = registry.states(
            "arb1d_circuit_breaker_state",
            help: "Whether requests of a route go through: 1 for the state that it is in.",
            labels: RouteLabels.self,
            of: CircuitBreaker.Name.self
        )
        self.breakerTransitions = registry.counter(
            "arb1d_circuit_breaker_transitions_total",
            help: "Changes of the state of a circuit breaker.",
            labels: RouteToLabels.self
        )
        self.symbolSeconds.register(in: registry)
    }
}
