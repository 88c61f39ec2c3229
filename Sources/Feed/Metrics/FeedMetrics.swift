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
    let streams: GaugeFamily<VenueLabel>
    let lastFrame: GaugeFamily<VenueLabel>
    let lastQuote: GaugeFamily<VenueLabel>
    let clockSteps: Counter
    let restRequests: CounterFamily<RouteCodeLabels>
    let restFailures: CounterFamily<RouteReasonLabels>
    let restSeconds: HistogramFamily<RouteLabels>
    let decodeSeconds: Histogram

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
    }
}
