import Foundation
import TestSupport
import Testing

/// arb1d's own alerts, posted to receivers that behave as receivers do.
@Suite("To a webhook")
struct WebhookTests {
    /// A rule that holds for every pair, so that there is something to tell.
    private static func configuration(_ exchange: Exchange, _ url: String, _ more: String = "") -> String {
        exchange.configuration + "alerts: {Any: {net_spread_above: -0.5, for: 1s}}\n"
            + "webhooks: {ops: {url: \"\(url)\"\(more)}}\n"
    }

    @Test("says what fires in Alertmanager's form, after a receiver that answered 500, and says when it is over")
    func payload() async throws {
        let workspace = try Workspace()
        let receiver = try Receiver()
        receiver.answer([.status(500), .status(503)])
        let secret = try workspace.write("hunter2\n", to: "secret")
        let exchange = try await Exchange(
            ["--venues", "binance,bybit", "--rate", "200", "--symbols", "3"],
            in: workspace
        )
        let daemon = try await Daemon(
            Self.configuration(exchange, receiver.url("/hook"), ", secret_file: \(secret)"),
            in: workspace
        )
        try await daemon.waitUntilReady()
        try await eventually("the third try") { receiver.received.count >= 3 ? true : nil }
        let posts = receiver.received
        #expect(Set(posts.prefix(3).map(\.body)).count == 1, "the same notification thrice")
        let post = posts[2]
        #expect(post.path == "/hook")
        #expect(post.headers["content-type"]?.hasPrefix("application/json") == true)
        #expect(post.headers["x-arb1d-signature"]?.hasPrefix("sha256=") == true)
        let object = post.object
        #expect(object["version"] as? String == "4")
        #expect(object["status"] as? String == "firing")
        #expect(object["receiver"] as? String == "ops")
        let alerts = try #require(object["alerts"] as? [[String: Any]])
        let first = try #require(alerts.first)
        #expect(first["status"] as? String == "firing")
        #expect(first["endsAt"] as? String == "0001-01-01T00:00:00Z")
        let labels = try #require(first["labels"] as? [String: String])
        #expect(labels["alertname"] == "Any")
        #expect(Set(labels.keys).isSuperset(of: ["symbol", "sell_venue", "buy_venue"]))
        try await eventually("the receiver's success in the metrics") {
            let metrics = try await daemon.metrics()
            let failures = metrics["arb1d_webhook_failures_total{receiver=\"ops\",reason=\"http\"}"]
            let success = metrics["arb1d_webhook_last_success_timestamp_seconds{receiver=\"ops\"}"] ?? 0
            return failures == 2 && success > 0 ? true : nil
        }
        #expect(try await daemon.metrics()["arb1d_alerts_firing{alert=\"Any\"}"] ?? 0 > 0)

        for venue in exchange.venues { try await exchange.cut(venue) }
        try await eventually("the resolution") {
            receiver.received.contains { $0.object["status"] as? String == "resolved" } ? true : nil
        }
        #expect(try await daemon.metrics().residual == 0)
        let log = daemon.program.output
        #expect(log.contains("\"event\":\"webhook_failing\""))
        #expect(log.contains("\"event\":\"webhook_recovered\""))
        #expect(log.contains("\"event\":\"alert\""))
        #expect(!log.contains("hunter2") && !log.contains("/hook"), "no secret, and no address that may be one")
    }

    @Test("a receiver that is down hears of it when it is back, and nothing else is any different")
    func down() async throws {
        let workspace = try Workspace()
        let port = try FreePort.find()
        let exchange = try await Exchange(["--venues", "binance,bybit", "--rate", "200"], in: workspace)
        let daemon = try await Daemon(
            Self.configuration(exchange, "http://127.0.0.1:\(port)/hook"),
            in: workspace
        )
        try await daemon.waitUntilReady()
        try await eventually("tries that fail") {
            let failures = "arb1d_webhook_failures_total{receiver=\"ops\",reason=\"refused\"}"
            return try await daemon.metrics()[failures] ?? 0 >= 2 ? true : nil
        }
        let metrics = try await daemon.metrics()
        #expect(metrics["arb1d_webhook_queue_depth{receiver=\"ops\"}"] ?? 0 >= 1)
        #expect(metrics["arb1d_flow_held{stage=\"webhook\"}"] == metrics["arb1d_webhook_queue_depth{receiver=\"ops\"}"])
        #expect(metrics.residual == 0)
        #expect(try await daemon.status("/readyz") == 200)
        let receiver = try Receiver(port: port)
        try await eventually("the news") { receiver.received.isEmpty ? nil : true }
        try await eventually("an empty queue") {
            try await daemon.metrics()["arb1d_webhook_queue_depth{receiver=\"ops\"}"] == 0 ? true : nil
        }
    }

    @Test("a receiver that never answers is a timeout, and holds up neither the feeds nor the end")
    func silent() async throws {
        let workspace = try Workspace()
        let receiver = try Receiver()
        receiver.answer(Array(repeating: .silence, count: 100))
        let exchange = try await Exchange(["--venues", "binance,bybit", "--rate", "200"], in: workspace)
        let daemon = try await Daemon(Self.configuration(exchange, receiver.url("/hook")), in: workspace)
        try await daemon.waitUntilReady()
        try await eventually("a timeout") {
            let timeouts = "arb1d_webhook_failures_total{receiver=\"ops\",reason=\"timeout\"}"
            return try await daemon.metrics()[timeouts] ?? 0 >= 1 ? true : nil
        }
        #expect(try await daemon.status("/readyz") == 200)
        #expect(try await daemon.metrics().residual == 0)
        daemon.program.signal(SIGTERM)
        #expect(try await daemon.program.exitStatus() == 0)
    }
}
