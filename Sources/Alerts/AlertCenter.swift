import Core
public import Metrics
import Synchronization

/// Alerts from end to end: takes spreads, knows who fires, and brings the news to all receivers.
///
/// It has no thread and no timer: somebody calls ``evaluate(_:)`` about once a second and ``tick()`` a few times a
/// second, and neither waits for anything; at the end ``leave(within:)`` does.
public final class AlertCenter: Sendable {
    private let evaluator: Mutex<AlertEvaluator>
    private let dispatcher: WebhookDispatcher
    private let firing: [Gauge]
    private let clock: @Sendable () -> AlertTime
    private let onEvent: @Sendable (AlertEvent) -> Void

    /// Registers the metrics; every known child exists from now on.
    ///
    /// - Parameters:
    ///   - rules: Each with a name of its own.
    ///   - receivers: Each with a name of its own; every one is told everything.
    ///   - externalURL: Where a reader of a notification finds this daemon.
    ///   - alertLimits: The bounds of what is said.
    ///   - deliveryLimits: The bounds of how it is brought.
    ///   - transport: Brings it.
    ///   - registry: Where the metrics are shown.
    ///   - generator: Spreads the pauses after failures.
    ///   - clock: Reads both clocks.
    ///   - onEvent: Takes changes of state for the log: on the thread of the call that caused them, or on the
    ///     transport's.
    public init(
        rules: [AlertRule],
        receivers: [WebhookReceiver],
        externalURL: String,
        alertLimits: AlertLimits = AlertLimits(),
        deliveryLimits: DeliveryLimits = DeliveryLimits(),
        transport: any WebhookTransport,
        registry: Registry,
        generator: any RandomNumberGenerator & Sendable = SystemRandomNumberGenerator(),
        clock: @escaping @Sendable () -> AlertTime,
        onEvent: @escaping @Sendable (AlertEvent) -> Void
    ) {
        self.evaluator = Mutex(AlertEvaluator(rules, limits: alertLimits))
        self.dispatcher = WebhookDispatcher(
            receivers,
            limits: deliveryLimits,
            externalURL: externalURL,
            transport: transport,
            registry: registry,
            generator: generator,
            clock: clock,
            onEvent: onEvent
        )
        let family = registry.gauge(
            "arb1d_alerts_firing",
            help: "Pairs for which the alert's rule holds, those beyond its limit included.",
            labels: AlertLabel.self
        )
        self.firing = rules.map { family.gauge(for: AlertLabel(alert: $0.name)) }
        self.clock = clock
        self.onEvent = onEvent
    }

    /// Takes all pairs that are fresh now; one that is missing has no spread any more. Call it from one thread.
    public func evaluate(_ spreads: [PairSpread]) {
        let now = self.clock()
        let (notifications, counts) = self.evaluator.withLock { evaluator in
            (evaluator.evaluate(spreads, at: now), evaluator.watches.map(\.firingCount))
        }
        for (gauge, count) in zip(self.firing, counts) { gauge.set(Double(count)) }
        for notification in notifications {
            if notification.fired + notification.resolved > 0 { self.onEvent(AlertEvent(notification)) }
            self.dispatcher.send(notification)
        }
    }

    /// Sends what it is time for, and gives up what never answered: call it every 100 to 250 ms.
    public func tick() { self.dispatcher.tick() }

    /// The ledger of the stage `webhook`.
    public var flow: WebhookFlow { self.dispatcher.flow }

    /// Begins to end: nothing new is taken, what waits gets one last try, and what is left after `allowed` is dropped.
    ///
    /// Go on calling ``tick()`` until ``isDrained``. Alerts that fire are not resolved by it: they may well go on.
    public func shutDown(within allowed: Duration) { self.dispatcher.drain(within: allowed) }

    /// Nothing waits, nothing is on its way.
    public var isDrained: Bool { self.dispatcher.isIdle }

    /// Ends: what waits gets one last try, and is dropped after `allowed`, or at once when the task is cancelled.
    public func leave(within allowed: Duration) async {
        self.shutDown(within: allowed)
        let deadline = ContinuousClock.now + allowed
        while !self.isDrained, !Task.isCancelled, ContinuousClock.now < deadline {
            self.tick()
            try? await Task.sleep(for: .milliseconds(20))
        }
        self.abandon()
    }

    /// Drops what is left at once.
    public func abandon() { self.dispatcher.close() }
}

extension AlertEvent {
    fileprivate init(_ notification: AlertNotification) {
        self = .changed(
            alert: notification.rule.name,
            fired: notification.fired,
            resolved: notification.resolved,
            firing: notification.firing
        )
    }
}
