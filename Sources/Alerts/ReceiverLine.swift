import Core
import Metrics

/// One receiver: its queue, and what is counted on the way to it.
struct ReceiverLine: Sendable {
    let receiver: WebhookReceiver
    let labels: WebhookFamilies.Labels
    var queue: DeliveryQueue<AlertNotification>
    private let deliverySeconds: Histogram
    private var attempts: UInt64 = 0
    private var failures: [UInt64] = WebhookFailure.allCases.map { _ in 0 }
    private var lastSuccess = 0.0
    private var isFailing = false

    init(_ receiver: WebhookReceiver, limits: DeliveryLimits, registry: Registry) {
        self.receiver = receiver
        self.labels = WebhookFamilies.Labels(receiver: receiver.name)
        self.queue = DeliveryQueue(limits: limits)
        self.deliverySeconds = WebhookFamilies.deliverySeconds(registry, receiver: receiver.name)
    }

    var figures: ReceiverFigures {
        ReceiverFigures(
            ledger: self.queue.ledger,
            depth: self.queue.count,
            capacity: self.queue.limits.capacity,
            attempts: self.attempts,
            failures: self.failures,
            lastSuccess: self.lastSuccess
        )
    }

    /// The try to make now, if it is time for one.
    mutating func next(at now: AlertTime) -> DeliveryQueue<AlertNotification>.Attempt? {
        guard let attempt = self.queue.next(at: now.steady) else { return nil }
        self.attempts += 1
        return attempt
    }

    /// Takes the outcome of a try, and says what is worth a line in the log.
    mutating func settle(
        _ attempt: UInt64,
        _ answer: WebhookAnswer,
        at now: AlertTime,
        using generator: inout some RandomNumberGenerator
    ) -> AlertEvent? {
        switch self.queue.settle(attempt, answer.verdict, at: now.steady, using: &generator) {
        case .late: return nil
        case .acknowledged(let age):
            self.deliverySeconds.observe(Double(age) / 1e9)
            self.lastSuccess = now.wall.seconds
            guard self.isFailing else { return nil }
            self.isFailing = false
            return .receiverRecovered(receiver: self.receiver.name)
        case .dropped, .again: return self.fail(answer)
        }
    }

    private mutating func fail(_ answer: WebhookAnswer) -> AlertEvent? {
        let failure = answer.failure ?? .other
        if let position = WebhookFailure.allCases.firstIndex(of: failure) { self.failures[position] += 1 }
        guard !self.isFailing else { return nil }
        self.isFailing = true
        let status: Int? = if case .status(let status, _) = answer { status } else { nil }
        return .receiverFailing(receiver: self.receiver.name, reason: failure.rawValue, status: status)
    }
}
