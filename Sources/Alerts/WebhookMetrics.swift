import Metrics

struct ReceiverLabel: LabelSet {
    static let names = ["receiver"]
    let receiver: String
    var values: [String] { [self.receiver] }
}

struct AlertLabel: LabelSet {
    static let names = ["alert"]
    let alert: String
    var values: [String] { [self.alert] }
}

/// What one receiver's line says at a scrape.
struct ReceiverFigures {
    let ledger: DeliveryLedger
    let depth: Int
    let capacity: Int
    let attempts: UInt64
    /// By the position of ``WebhookFailure``.
    let failures: [UInt64]
    /// Seconds since 1970; 0 before the first.
    let lastSuccess: Double
}

/// The families that are read from the receivers' lines at each scrape, so that they agree with the ledger.
struct WebhookFamilies: Sendable {
    static let families: [SampledFamily] = [
        SampledFamily(
            "arb1d_webhook_notifications_total",
            kind: .counter,
            help: "Notifications queued for a receiver.",
            labels: ["receiver"]
        ),
        SampledFamily(
            "arb1d_webhook_attempts_total",
            kind: .counter,
            help: "Tries to deliver a notification.",
            labels: ["receiver"]
        ),
        SampledFamily(
            "arb1d_webhook_failures_total",
            kind: .counter,
            help: "Tries that were not acknowledged with a status of 2xx.",
            labels: ["receiver", "reason"]
        ),
        SampledFamily(
            "arb1d_webhook_dropped_total",
            kind: .counter,
            help: "Notifications given up.",
            labels: ["receiver", "reason"]
        ),
        SampledFamily(
            "arb1d_webhook_queue_depth",
            kind: .gauge,
            help: "Notifications that wait for a receiver or are on their way to it.",
            labels: ["receiver"]
        ),
        SampledFamily(
            "arb1d_webhook_queue_capacity",
            kind: .gauge,
            help: "Notifications that a receiver's queue can hold.",
            labels: ["receiver"]
        ),
        SampledFamily(
            "arb1d_webhook_last_success_timestamp_seconds",
            kind: .gauge,
            help: "When a receiver last acknowledged a notification; 0 before the first.",
            labels: ["receiver"]
        ),
    ]

    /// One receiver's label blocks, rendered once.
    struct Labels: Sendable {
        let plain: PreformattedLabels
        let failures: [PreformattedLabels]
        let drops: [PreformattedLabels]

        init(receiver: String) {
            let names = ["receiver", "reason"]
            self.plain = PreformattedLabels(ReceiverLabel(receiver: receiver))
            self.failures = WebhookFailure.allCases.map { PreformattedLabels(names, [receiver, $0.rawValue]) }
            self.drops = DropReason.allCases.map { PreformattedLabels(names, [receiver, $0.rawValue]) }
        }

        func add(_ figures: ReceiverFigures, to sink: inout SampleSink) {
            sink.add(0, self.plain, figures.ledger.queued)
            sink.add(1, self.plain, figures.attempts)
            for (labels, count) in zip(self.failures, figures.failures) { sink.add(2, labels, count) }
            for (labels, reason) in zip(self.drops, DropReason.allCases) { sink.add(3, labels, figures.ledger[reason]) }
            sink.add(4, self.plain, Double(figures.depth))
            sink.add(5, self.plain, Double(figures.capacity))
            sink.add(6, self.plain, figures.lastSuccess)
        }
    }

    static func deliverySeconds(_ registry: Registry, receiver: String) -> Histogram {
        registry.histogram(
            "arb1d_webhook_delivery_seconds",
            help: "Time from queueing a notification to its acknowledgement, all tries and pauses included.",
            labels: ReceiverLabel.self,
            buckets: Buckets.networkSeconds
        ).histogram(for: ReceiverLabel(receiver: receiver))
    }
}
