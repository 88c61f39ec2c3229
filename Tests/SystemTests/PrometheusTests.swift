import Foundation
import TestSupport
import Testing

/// A real Prometheus scrapes arb1d, which watches simulated venues.
@Suite("Under a real Prometheus")
struct PrometheusTests {
    @Test(
        "is up, and counts exactly the quotes that the venues say they sent",
        .enabled(if: PrometheusServer.isExpected, "Prometheus is not installed")
    )
    func countsAgree() async throws {
        let workspace = try Workspace()
        let exchange = try await Exchange(["--rate", "300", "--symbols", "12"], in: workspace)
        let daemon = try await Daemon(exchange.configuration, in: workspace)
        let prometheus = try await PrometheusServer(scraping: daemon.base, in: workspace)
        try await daemon.waitUntilReady()
        try await eventually("some thousand quotes") {
            try await daemon.metrics().family("arb1d_feed_events_total").values.reduce(0, +) > 3_000 ? true : nil
        }
        _ = try await HTTP.send(exchange.control("/sim/freeze"), method: "POST")
        try await eventually("an empty pipeline with every quote counted") { () -> Bool? in
            let metrics = try await daemon.metrics()
            for venue in exchange.venues {
                let sent = try await exchange.venue(venue)["quotes_sent"] as? Double
                guard let sent, sent > 0, metrics.quotes(of: venue) == sent else { return nil }
            }
            let held = metrics.family("arb1d_flow_held").filter { !$0.key.contains("window") }
            return held.values.max() == 0 ? true : nil
        }
        // One scrape interval later Prometheus has the final counts, and says the same.
        try await eventually("Prometheus to agree") { () -> Bool? in
            guard try await prometheus.query("up").first?.value == 1 else { return nil }
            for venue in exchange.venues {
                let sent = try await exchange.venue(venue)["quotes_sent"] as? Double
                let query = "arb1d_feed_events_total{venue=\"\(venue)\",kind=\"quote\"}"
                guard try await prometheus.query(query).first?.value == sent else { return nil }
            }
            return true
        }
        #expect(try await prometheus.query("max(arb1d_flow_residual)").first?.value == 0)
        #expect(try await prometheus.query("count(arb1d_cross_spread_ratio)").first?.value ?? 0 > 50)
        #expect(try await prometheus.query("max_over_time(scrape_samples_scraped[1m])").first?.value ?? 0 > 1_000)
    }

    @Test(
        "has data for every expression of the shipped dashboard",
        .enabled(if: PrometheusServer.isExpected, "Prometheus is not installed")
    )
    func dashboard() async throws {
        let workspace = try Workspace()
        let exchange = try await Exchange(["--rate", "200", "--symbols", "8"], in: workspace)
        // With an alert that fires and somebody to tell, so that those panels have something to show.
        let receiver = try Receiver()
        let daemon = try await Daemon(
            exchange.configuration + "chart: {pairs: [BTCUSDT:binance:bybit]}\n"
                + "alerts: {Any: {net_spread_above: -0.5}}\nwebhooks: {ops: {url: \"\(receiver.url("/"))\"}}\n",
            in: workspace
        )
        let prometheus = try await PrometheusServer(scraping: daemon.base, in: workspace)
        let path = try Repository.path("deploy/grafana/dashboards/arb1d-overview.json")
        var waiting = try Dashboard.expressions(of: path)
        #expect(waiting.count > 20)
        try await eventually("data for all expressions", within: .seconds(180)) { () -> Bool? in
            var empty: [(panel: String, expression: String)] = []
            for (panel, expression) in waiting where try await prometheus.query(expression).isEmpty {
                empty.append((panel, expression))
            }
            waiting = empty
            if let first = empty.first {
                throw NeverHappened(description: "\(empty.count) without data, such as \(first)")
            }
            return true
        }
        #expect(waiting.isEmpty)
    }
}

/// The repository that these tests stand in.
enum Repository {
    static func path(_ file: String) throws -> String {
        var folder = URL(filePath: #filePath).deletingLastPathComponent()
        while !FileManager.default.fileExists(atPath: folder.appending(path: "Package.swift").path) {
            guard folder.pathComponents.count > 1 else { throw NeverHappened(description: "the repository's root") }
            folder.deleteLastPathComponent()
        }
        return folder.appending(path: file).path
    }
}

/// A running Prometheus with one target.
final class PrometheusServer {
    static let isInstalled = FileManager.default.isExecutableFile(atPath: "/usr/bin/prometheus")
    /// On CI its absence must fail.
    static let isExpected = PrometheusServer.isInstalled || ProcessInfo.processInfo.environment["CI"] != nil

    struct Sample {
        let labels: [String: String]
        let value: Double
    }

    private let program: Program
    private let base: String

    /// Starts one.
    ///
    /// - Parameters:
    ///   - target: The daemon's address.
    ///   - workspace: Where its files go.
    ///   - rules: Whether it evaluates the shipped rules, with waiting times of a second.
    ///   - alertmanager: Host and port of whom it tells.
    /// - Throws: When it does not become ready.
    init(
        scraping target: String,
        in workspace: Workspace,
        rules: Bool = false,
        alertmanager: String? = nil
    ) async throws {
        let port = try FreePort.find()
        let host = target.replacing("http://", with: "")
        var text = """
            global: {scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s}
            scrape_configs:
              - job_name: arb1d
                static_configs: [{targets: ["\(host)"]}]

            """
        if rules { text += "rule_files: [\"rules/*.yml\"]\n" }
        if let alertmanager {
            text += "alerting: {alertmanagers: [{static_configs: [{targets: [\"\(alertmanager)\"]}]}]}\n"
        }
        if rules { try Self.copyRules(to: workspace) }
        let configuration = try workspace.write(text, to: "prometheus.yml")
        self.base = "http://127.0.0.1:\(port)"
        self.program = try Program(
            "/usr/bin/prometheus",
            [
                "--config.file=\(configuration)", "--storage.tsdb.path=\(workspace.path("tsdb"))",
                "--web.listen-address=127.0.0.1:\(port)",
            ],
            in: workspace
        )
        try await eventually("Prometheus to be ready") {
            if !self.program.isRunning { throw NeverHappened(description: self.program.output) }
            return try await HTTP.get(self.base + "/-/ready").status == 200 ? true : nil
        }
    }

    private static func copyRules(to workspace: Workspace) throws {
        let folder = try Repository.path("deploy/prometheus/rules")
        try FileManager.default.createDirectory(atPath: workspace.path("rules"), withIntermediateDirectories: true)
        for name in try FileManager.default.contentsOfDirectory(atPath: folder) {
            let text = try String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8)
            _ = try workspace.write(text.replacing(/for: [0-9]+[smh]/, with: "for: 1s"), to: "rules/\(name)")
        }
    }

    func query(_ expression: String) async throws -> [Sample] {
        var components = URLComponents(string: self.base + "/api/v1/query")
        components?.queryItems = [URLQueryItem(name: "query", value: expression)]
        // A plus sign is legal in a query, and read as a space.
        let encoded = components?.percentEncodedQuery?.replacing("+", with: "%2B")
        components?.percentEncodedQuery = encoded
        let url = try #require(components?.string)
        let answer = try await HTTP.object(url)
        let data = answer["data"] as? [String: Any]
        let result = data?["result"] as? [[String: Any]] ?? []
        return result.compactMap { sample in
            guard let text = (sample["value"] as? [Any])?.last as? String, let value = Double(text) else { return nil }
            return Sample(labels: sample["metric"] as? [String: String] ?? [:], value: value)
        }
    }
}

/// A port that was free a moment ago.
enum FreePort {
    static func find() throws -> Int {
        let socket = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(socket) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let found = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(socket, address, length) == 0 && getsockname(socket, address, &length) == 0
            }
        }
        guard socket >= 0, found else { throw NeverHappened(description: "a free port") }
        return Int(UInt16(bigEndian: address.sin_port))
    }
}
