import Foundation
import TestSupport
import Testing

/// From a lost venue to somebody's telephone: the shipped rules and routes in a real Prometheus and Alertmanager.
@Suite("Through a real Alertmanager")
struct AlertingTests {
    @Test(
        "an alert for a venue that was cut arrives, and resolves when the venue has healed",
        .enabled(if: PrometheusServer.isExpected, "Prometheus is not installed")
    )
    func cutAndHeal() async throws {
        let workspace = try Workspace()
        let receiver = try Receiver()
        let exchange = try await Exchange(["--rate", "200", "--symbols", "4"], in: workspace)
        let daemon = try await Daemon(exchange.configuration, in: workspace)
        try await daemon.waitUntilReady()
        let alertmanager = try await Alertmanager(telling: receiver, in: workspace)
        let prometheus = try await PrometheusServer(
            scraping: daemon.base,
            in: workspace,
            rules: true,
            alertmanager: alertmanager.address
        )
        try await eventually("the sign of life") { receiver.told("Watchdog", status: "firing") }
        #expect(receiver.told("Arb1dVenueDown", status: "firing") == nil)

        try await exchange.cut("bybit")
        let fired = try await eventually("the alert") { receiver.told("Arb1dVenueDown", status: "firing") }
        let labels = try #require(fired["labels"] as? [String: String])
        #expect(labels["venue"] == "bybit")
        #expect(labels["severity"] == "ticket")
        let annotations = try #require(fired["annotations"] as? [String: String])
        #expect(annotations["summary"]?.contains("bybit") == true, "\(annotations)")
        let runbook = try #require(annotations["runbook_url"])
        #expect(FileManager.default.fileExists(atPath: try Repository.path(runbook)))
        #expect(try await daemon.status("/readyz") == 200, "the other venues go on")

        try await exchange.heal("bybit")
        let resolved = try await eventually("the end of the alert") {
            receiver.told("Arb1dVenueDown", status: "resolved")
        }
        #expect((resolved["labels"] as? [String: String])?["venue"] == "bybit")
        #expect(try await prometheus.query("ALERTS{alertname=\"Arb1dFlowResidual\"}").isEmpty)
        #expect(try await daemon.metrics().residual == 0)
    }
}

extension Receiver {
    /// The last alert of this name and status that was posted here.
    fileprivate func told(_ name: String, status: String) -> [String: Any]? {
        let alerts = self.received.flatMap { $0.object["alerts"] as? [[String: Any]] ?? [] }
        return alerts.last { alert in
            (alert["labels"] as? [String: String])?["alertname"] == name && alert["status"] as? String == status
        }
    }
}

/// A running Alertmanager with the shipped configuration, but for its waiting times and its receivers' addresses.
final class Alertmanager {
    /// Host and port.
    let address: String
    private let program: Program

    init(telling receiver: Receiver, in workspace: Workspace) async throws {
        let port = try FreePort.find()
        var text = try String(
            contentsOfFile: Repository.path("deploy/alertmanager/alertmanager.yml"),
            encoding: .utf8
        )
        for (key, value) in [("group_wait", "0s"), ("group_interval", "1s")] {
            text = text.replacing(try Regex("\(key): [0-9]+[smh]"), with: "\(key): \(value)")
        }
        text = text.replacing(try Regex("http://127.0.0.1:909[56]"), with: receiver.url(""))
        let file = try workspace.write(text, to: "alertmanager.yml")
        self.address = "127.0.0.1:\(port)"
        self.program = try Program(
            "/usr/bin/prometheus-alertmanager",
            [
                "--config.file=\(file)", "--storage.path=\(workspace.path("alertmanager"))",
                "--web.listen-address=\(self.address)", "--cluster.listen-address=",
            ],
            in: workspace
        )
        try await eventually("Alertmanager to be ready") {
            if !self.program.isRunning { throw NeverHappened(description: self.program.output) }
            return try await HTTP.get("http://\(self.address)/-/ready").status == 200 ? true : nil
        }
    }
}
