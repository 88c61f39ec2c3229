import Core
import Metrics
import Synchronization
import Testing

@testable import Alerts

@Suite("Alert centre")
struct AlertCenterTests {
    @Test("tells every receiver who fires and who ended, each under its own name")
    func endToEnd() {
        let transport = FakeTransport()
        let bench = AlertBench(
            transport,
            receivers: [
                WebhookReceiver(name: "desk", url: "https://one.example/"),
                WebhookReceiver(name: "pager", url: "http://two.example/", caFile: "/etc/two.pem"),
            ]
        )
        bench.evaluate(["BTCUSDT": 20, "ETHUSDT": 3])
        #expect(bench.value(#"arb1d_alerts_firing{alert="Wide"}"#) == 1)
        bench.advance(.seconds(30))
        bench.evaluate(["BTCUSDT": 19, "ETHUSDT": 3])
        let payloads = transport.requests.map { Payload($0.body) }
        #expect(payloads.map(\.receiver) == ["desk", "pager", "desk", "pager"])
        #expect(payloads.map(\.status) == ["firing", "firing", "resolved", "resolved"])
        #expect(payloads[0].alerts.map(\.labels["symbol"]) == ["BTCUSDT"])
        #expect(payloads[0].alerts.first?.startsAt == "2026-11-22T21:29:48.123Z")
        #expect(payloads[2].alerts.first?.endsAt == "2026-11-22T21:30:18.123Z")
        #expect(payloads[0].alerts.first?.fingerprint == payloads[2].alerts.first?.fingerprint)
        let request = transport.requests[1]
        #expect(request.url == "http://two.example/" && request.caFile == "/etc/two.pem")
        #expect(request.timeout == .seconds(10) && request.receiver == "pager")
        #expect(request.headers.map { "\($0.name): \($0.value)" } == ["Content-Type: application/json"])
        #expect(bench.value(#"arb1d_alerts_firing{alert="Wide"}"#) == 0)
        #expect(
            bench.events == [
                .changed(alert: "Wide", fired: 1, resolved: 0, firing: 1),
                .changed(alert: "Wide", fired: 0, resolved: 1, firing: 0),
            ]
        )
        #expect(bench.center.flow.into == 4 && bench.center.flow.out == 4 && bench.center.flow.residual == 0)
    }

    @Test("every series exists before anything happens")
    func seriesFromTheStart() {
        let bench = AlertBench(FakeTransport())
        #expect(bench.value(#"arb1d_alerts_firing{alert="Wide"}"#) == 0)
        for name in ["notifications_total", "attempts_total", "queue_depth", "last_success_timestamp_seconds"] {
            #expect(bench.value(#"arb1d_webhook_\#(name){receiver="desk"}"#) == 0)
        }
        #expect(bench.value(#"arb1d_webhook_queue_capacity{receiver="desk"}"#) == 1000)
        #expect(bench.value(#"arb1d_webhook_delivery_seconds_count{receiver="desk"}"#) == 0)
        for reason in ["refused", "timeout", "tls", "dns", "reset", "http", "other"] {
            #expect(bench.value(#"arb1d_webhook_failures_total{receiver="desk",reason="\#(reason)"}"#) == 0)
        }
        for reason in ["overflow", "expired", "refused", "shutdown"] {
            #expect(bench.value(#"arb1d_webhook_dropped_total{receiver="desk",reason="\#(reason)"}"#) == 0)
        }
        #expect(bench.center.flow.dropped.map(\.reason) == ["overflow", "expired", "refused", "shutdown"])
    }

    @Test("a receiver that fails three times gets the same bytes until it takes them, and one line each way")
    func recovers() {
        let transport = FakeTransport(.status(500), .status(503), .failed("refused"))
        let bench = AlertBench(transport)
        bench.evaluate(["A": 20])
        bench.run(.seconds(8))
        #expect(bench.sentStatuses == ["firing", "firing", "firing", "firing"])
        #expect(Set(transport.requests.map(\.body)).count == 1 && bench.center.isDrained)
        #expect(bench.value(#"arb1d_webhook_notifications_total{receiver="desk"}"#) == 1)
        #expect(bench.value(#"arb1d_webhook_attempts_total{receiver="desk"}"#) == 4)
        #expect(bench.value(#"arb1d_webhook_failures_total{receiver="desk",reason="http"}"#) == 2)
        #expect(bench.value(#"arb1d_webhook_failures_total{receiver="desk",reason="refused"}"#) == 1)
        // 1 + 2 + 4 seconds of pauses.
        #expect(bench.value(#"arb1d_webhook_delivery_seconds_sum{receiver="desk"}"#) == 7)
        let last = bench.value(#"arb1d_webhook_last_success_timestamp_seconds{receiver="desk"}"#)
        #expect(last.map { Int($0) } == 1_795_382_995)
        #expect(
            Array(bench.events.dropFirst()) == [
                .receiverFailing(receiver: "desk", reason: "http", status: 500), .receiverRecovered(receiver: "desk"),
            ]
        )
    }

    @Test("a receiver that refuses is asked once, and gets what comes next")
    func refuses() {
        let bench = AlertBench(FakeTransport(.status(400)))
        bench.evaluate(["A": 20])
        bench.run(.seconds(60))
        #expect(bench.sentStatuses == ["firing"] && bench.center.isDrained)
        #expect(bench.value(#"arb1d_webhook_dropped_total{receiver="desk",reason="refused"}"#) == 1)
        bench.evaluate([:])
        #expect(bench.sentStatuses == ["firing", "resolved"])
        #expect(bench.center.flow.out == 1 && bench.center.flow.residual == 0)
        #expect(
            bench.events.filter { if case .changed = $0 { false } else { true } } == [
                .receiverFailing(receiver: "desk", reason: "http", status: 400), .receiverRecovered(receiver: "desk"),
            ]
        )
    }

    @Test("a receiver that is down costs one line and bounded memory, and hears what is not too old")
    func down() {
        let transport = FakeTransport(then: .failed("dns"))
        var limits = DeliveryLimits()
        limits.capacity = 10
        let bench = AlertBench(transport, deliveryLimits: limits)
        for round in 0..<200 {
            bench.evaluate(round % 2 == 0 ? ["A": 20] : [:])
            bench.run(.seconds(5))
            #expect(bench.center.flow.held <= 10 && bench.center.flow.residual == 0)
        }
        #expect(bench.value(#"arb1d_webhook_dropped_total{receiver="desk",reason="overflow"}"#) == 190)
        #expect(bench.value(#"arb1d_webhook_queue_depth{receiver="desk"}"#) == 10)
        // At most one try in the longest pause, once the pauses have grown.
        #expect(transport.requests.count < 30)
        bench.advance(.seconds(560))
        transport.answer(.status(200))
        bench.run(.seconds(61))
        let flow = bench.center.flow
        #expect(flow.held == 0 && flow.residual == 0 && flow.dropped[1].count > 0 && flow.out > 0)
        #expect(bench.events.filter { if case .changed = $0 { false } else { true } }.count == 2)
    }

    @Test("a receiver that never answers is given up on, and a late answer is not believed")
    func neverAnswers() {
        let transport = FakeTransport(nil, then: .status(200))
        let bench = AlertBench(transport)
        bench.evaluate(["A": 20])
        bench.run(.seconds(19))
        #expect(transport.requests.count == 1 && bench.center.flow.held == 1)
        bench.run(.seconds(2.5))
        #expect(transport.requests.count == 2 && bench.center.isDrained)
        #expect(bench.value(#"arb1d_webhook_failures_total{receiver="desk",reason="timeout"}"#) == 1)
        transport.complete(.status(200))
        #expect(bench.center.flow.out == 1 && bench.center.flow.residual == 0)
    }

    @Test("one slow receiver does not hold up another")
    func independent() {
        let transport = FakeTransport(nil)
        var limits = AlertLimits()
        limits.changesEvery = .zero
        let bench = AlertBench(
            transport,
            receivers: ["slow", "quick"].map { WebhookReceiver(name: $0, url: "http://\($0).example/") },
            alertLimits: limits
        )
        for round in 0..<6 {
            bench.evaluate(round % 2 == 0 ? ["A": 20] : [:])
            bench.advance(.seconds(1))
        }
        #expect(transport.requests.map(\.receiver) == ["slow"] + Array(repeating: "quick", count: 6))
        #expect(bench.value(#"arb1d_webhook_queue_depth{receiver="slow"}"#) == 6)
        // All that waited is sent by the completions alone, however many, and without growing the stack.
        transport.complete(.status(200))
        #expect(bench.center.isDrained && transport.requests.count == 12)
    }

    @Test("two rules, or two receivers, of one name are a mistake in our source")
    func names() async {
        await #expect(processExitsWith: .failure) {
            _ = AlertEvaluator([AlertRule(name: "A", netSpreadAbove: 1), AlertRule(name: "A", netSpreadAbove: 2)])
        }
        await #expect(processExitsWith: .failure) {
            let receivers = ["http://a/", "http://b/"].map { WebhookReceiver(name: "a", url: $0) }
            _ = AlertBench(FakeTransport(), receivers: receivers)
        }
    }

    @Test("each rule has its own notifications")
    func rules() {
        let rules = [AlertRule(name: "Wide", netSpreadAbove: 0.002), AlertRule(name: "Wider", netSpreadAbove: 0.004)]
        let bench = AlertBench(FakeTransport(), rules: rules)
        bench.evaluate(["A": 20])
        bench.advance(.seconds(5))
        bench.evaluate(["A": 40])
        #expect(bench.transport.requests.map { Payload($0.body).groupLabels["alertname"] } == ["Wide", "Wider"])
        #expect(bench.value(#"arb1d_alerts_firing{alert="Wider"}"#) == 1)
    }

    @Test("what is sent is signed where there is a secret, and the secret shows nowhere")
    func signed() throws {
        let transport = FakeTransport(.status(500), .failed("hunter2"))
        let secret = try #require(WebhookSecret(fileContents: Array("hunter2\n".utf8)))
        let bench = AlertBench(
            transport,
            receivers: [WebhookReceiver(name: "desk", url: "https://hooks.example/hunter2", secret: secret)]
        )
        bench.evaluate(["A": 20])
        bench.run(.seconds(10))
        #expect(transport.requests.count == 3)
        for request in transport.requests {
            let signature = request.headers.first { $0.name == "X-Arb1d-Signature" }?.value ?? ""
            #expect(signature == "sha256=" + secret.signature(of: request.body) && signature.utf8.count == 7 + 64)
            #expect(!String(decoding: request.body, as: UTF8.self).contains("hunter2"))
        }
        let said = String(decoding: bench.registry.render(), as: UTF8.self) + "\(bench.events)"
        #expect(!said.contains("hunter2") && !said.contains("hooks.example"))
        #expect(bench.value(#"arb1d_webhook_failures_total{receiver="desk",reason="other"}"#) == 1)
    }
}

@Suite("End of the alert centre")
struct AlertCenterEndTests {
    /// Three notifications that wait for a receiver which failed.
    private static func waiting(_ transport: FakeTransport) -> AlertBench {
        let bench = AlertBench(transport)
        for round in 0..<3 {
            bench.evaluate(round % 2 == 0 ? ["A": 20] : [:])
            bench.advance(.seconds(5))
        }
        return bench
    }

    @Test("what waits gets one last try at once")
    func lastTries() {
        let transport = FakeTransport(.status(503, retryAfter: .seconds(100)))
        let bench = Self.waiting(transport)
        #expect(bench.center.flow.held == 3 && transport.requests.count == 1)
        bench.center.shutDown(within: .seconds(2))
        #expect(bench.center.isDrained && bench.center.flow.out == 3 && transport.requests.count == 4)
        bench.evaluate(["A": 20, "B": 20])
        #expect(bench.center.isDrained && bench.center.flow.dropped.last?.count == 1)
    }

    @Test("what fails at its last try is dropped, the rest when the time is over")
    func deadline() {
        let transport = FakeTransport(.status(503, retryAfter: .seconds(100)), .failed("timeout"), nil)
        let bench = Self.waiting(transport)
        bench.center.shutDown(within: .seconds(2))
        #expect(!bench.center.isDrained && bench.center.flow.dropped.last?.count == 1)
        bench.run(.seconds(1.75))
        #expect(!bench.center.isDrained)
        bench.run(.seconds(0.25))
        #expect(bench.center.isDrained && transport.requests.count == 3)
        #expect(bench.value(#"arb1d_webhook_dropped_total{receiver="desk",reason="shutdown"}"#) == 3)
        transport.complete(.status(200))
        #expect(bench.center.flow.residual == 0)
    }

    @Test("what is left can be dropped at once")
    func abandon() {
        let bench = Self.waiting(FakeTransport(then: nil))
        bench.center.abandon()
        #expect(bench.center.isDrained && bench.center.flow.dropped.last?.count == 3)
    }

    /// Without either end it would wait for ten hours, and the time limit ends the test.
    @Test("leaving ends as soon as nothing waits, or when nobody waits for it any more", .timeLimit(.minutes(10)))
    func leave() async {
        let ready = Self.waiting(FakeTransport(.status(503, retryAfter: .seconds(100))))
        await ready.center.leave(within: .seconds(36_000))
        #expect(ready.center.flow.out == 3 && ready.center.flow.held == 0)
        let stuck = Self.waiting(FakeTransport(then: nil))
        await withTaskGroup(of: Void.self) { group in
            group.cancelAll()
            group.addTask { await stuck.center.leave(within: .seconds(36_000)) }
        }
        #expect(stuck.center.isDrained && stuck.center.flow.dropped.last?.count == 3)
    }

    private final class Flag: Sendable {
        let isOver = Atomic<Bool>(false)
    }

    @Test("a scrape never sees the ledger out of balance, whoever is at work")
    func concurrent() async {
        let receivers = (0..<3).map { WebhookReceiver(name: "\($0)", url: "http://x/") }
        // The clock of this test may leap by minutes while the thread that sends is not running.
        var limits = DeliveryLimits()
        limits.expireAfter = .seconds(1_000_000)
        let bench = AlertBench(FakeTransport(), receivers: receivers, deliveryLimits: limits)
        let end = Flag()
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                for round in 0..<300 {
                    bench.evaluate(round % 2 == 0 ? ["A": 20] : [:])
                    bench.advance(.seconds(5))
                }
                end.isOver.store(true, ordering: .releasing)
            }
            for _ in 0..<2 {
                group.addTask {
                    while !end.isOver.load(ordering: .acquiring) {
                        bench.center.tick()
                        #expect(bench.center.flow.residual == 0)
                    }
                }
            }
        }
        bench.center.tick()
        #expect(bench.center.flow.into == 900 && bench.center.flow.out == 900)
    }
}
