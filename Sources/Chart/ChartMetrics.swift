public import Metrics

/// What the chart feed counts about itself. Connections, messages and bytes are the server's to count.
public struct ChartMetrics: Sendable {
    let subscriptions: Gauge
    let pointsMerged: Counter
    let pointsDropped: Counter

    public init(_ registry: Registry) {
        self.subscriptions = registry.gauge(
            "arb1d_chart_subscriptions",
            help: "Subscriptions of chart clients to pairs, also those whose snapshot is still to come."
        )
        self.pointsMerged = registry.counter(
            "arb1d_chart_points_merged_total",
            help: "Points that went to a chart client in an update together with others, once for each client."
        )
        self.pointsDropped = registry.counter(
            "arb1d_chart_points_dropped_total",
            help: "Points that a chart client was subscribed to and never got as an update, once for each client: lost "
                + "on the way here, or too many while its snapshot was prepared."
        )
    }

    func countSubscriptions(_ change: Int) { self.subscriptions.add(Double(change)) }
}
