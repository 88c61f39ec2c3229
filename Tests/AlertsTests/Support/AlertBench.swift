import Alerts
import Core
import Metrics
import Synchronization
import TestSupport

/// A whole alert centre under a clock that the test moves.
final class AlertBench: Sendable {
    let transport: FakeTransport
    let registry = Registry()
    let center: AlertCenter
    private let elapsed: ManualClock
    private let log: EventLog

    init(
        _ transport: FakeTransport,
        rules: [AlertRule] = [AlertRule(name: "Wide", netSpreadAbove: 0.002)],
        receivers: [WebhookReceiver] = [WebhookReceiver(name: "desk", url: "https://hooks.example/T0/secret")],
        alertLimits: AlertLimits = AlertLimits(),
        deliveryLimits: DeliveryLimits = DeliveryLimits()
    ) {
        let (clock, log) = (ManualClock(), EventLog())
        (self.transport, self.elapsed, self.log) = (transport, clock, log)
        self.center = AlertCenter(
            rules: rules,
            receivers: receivers,
            externalURL: "http://arb1d.example:5000",
            alertLimits: alertLimits,
            deliveryLimits: deliveryLimits,
            transport: transport,
            registry: self.registry,
            generator: Longest(),
            clock: { clock.now },
            onEvent: { log.add($0) }
        )
    }

    var events: [AlertEvent] { self.log.all }

    func advance(_ distance: Duration) { self.elapsed.advance(distance) }

    /// Lets time pass with a tick every 250 ms.
    func run(_ duration: Duration) {
        let end = self.elapsed.now.steady.advanced(byNanoseconds: duration.wholeNanoseconds)
        while self.elapsed.now.steady < end {
            self.advance(.milliseconds(250))
            self.center.tick()
        }
    }

    /// One evaluation: these symbols sell at `a` and buy at `b` with these net spreads, in basis points.
    func evaluate(_ bps: [String: Double]) {
        self.center.evaluate(
            bps.map { PairSpread(AlertPair(symbol: $0, sellVenue: "a", buyVenue: "b"), netSpread: $1 / 10_000) }
        )
    }

    /// The statuses of the notifications sent, one for each try.
    var sentStatuses: [String] {
        self.transport.requests.map { Payload($0.body).status }
    }

    /// The value of one line of the exposition.
    func value(_ series: String) -> Double? {
        let lines = String(decoding: self.registry.render(), as: UTF8.self).split(separator: "\n")
        let line = lines.first { $0.hasPrefix(series + " ") }
        let value = line.flatMap { Double($0.dropFirst(series.utf8.count + 1)) }
        MovedFamilies.note(series: series, value: value)
        return value
    }
}

/// A clock that stands until it is moved; its two readings share nothing but their pace.
private final class ManualClock: Sendable {
    private let elapsed = Mutex<Int64>(0)

    var now: AlertTime {
        let elapsed = self.elapsed.withLock { $0 }
        return AlertTime(
            steady: Timestamp(nanoseconds: 1_000_000_000 + elapsed),
            wall: Timestamp(nanoseconds: 1_795_382_988_123_456_789 + elapsed)  // 2026-11-22T21:29:48.123456789Z
        )
    }

    func advance(_ distance: Duration) { self.elapsed.withLock { $0 += distance.wholeNanoseconds } }
}

private final class EventLog: Sendable {
    private let events = Mutex<[AlertEvent]>([])

    var all: [AlertEvent] { self.events.withLock { $0 } }

    func add(_ event: AlertEvent) { self.events.withLock { $0.append(event) } }
}
