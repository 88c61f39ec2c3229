import Foundation
import TestSupport
import Testing

/// What arb1d exports about itself while it works.
@Suite("About itself", .enabled(if: ChartClients.isExpected, "python3-websockets is not installed"))
struct SelfReportTests {
    @Test("times every stage and loop, and names what it is, once there is a market and somebody watches it")
    func moving() async throws {
        let workspace = try Workspace()
        let exchange = try await Exchange(["--rate", "300", "--symbols", "4"], in: workspace)
        let daemon = try await Daemon(exchange.configuration, in: workspace)
        try await daemon.waitUntilReady()
        let clients = try ChartClients(of: daemon, in: workspace)
        try await clients.connect("watcher", .reader, ChartPair(symbol: "BTCUSDT", sell: "binance", buy: "bybit"))
        let metrics = try await eventually("every stage and both loops") { () -> Exposition? in
            let metrics = try await daemon.metrics()
            let stages = ["decode", "queue", "engine", "publish"].map {
                "arb1d_pipeline_seconds_count{stage=\"\($0)\"}"
            }
            let loops = ["feed", "server"].map { "arb1d_loop_delay_seconds_count{loop=\"\($0)\"}" }
            return (stages + loops).allSatisfy { metrics[$0] ?? 0 > 0 } ? metrics : nil
        }
        let now = Date().timeIntervalSince1970
        #expect(abs(now - (metrics["arb1d_heartbeat_timestamp_seconds{shard=\"0\"}"] ?? 0)) < 60)
        #expect(metrics["arb1d_memory_limit_bytes"] ?? 0 > 1_000_000)
        #expect(metrics["process_threads"] ?? 0 >= 4)
        #expect(metrics["arb1d_shard_info{index=\"0\",count=\"1\"}"] == 1)
        for family in ["arb1d_build_info", "arb1d_config_info"] {
            #expect(Array(metrics.family(family).values) == [1], "\(family)")
        }
        try await self.expectCatalogued(daemon, in: workspace)
    }

    /// Every series of a scrape is of a family of the catalogue, which names its labels, and no family has more series
    /// than it says.
    private func expectCatalogued(_ daemon: Daemon, in workspace: Workspace) async throws {
        let arguments = ["metrics", "--format", "json", "--config", workspace.path("arb1d.yaml")]
        let program = try Program(Built.program("arb1d"), arguments, in: workspace)
        #expect(try await program.exitStatus() == 0)
        let json = try JSONSerialization.jsonObject(with: Data(program.output.utf8)) as? [String: Any]
        let list = try #require(json?["families"] as? [[String: Any]])
        let families = Dictionary(list.map { ($0["name"] as? String ?? "", $0) }) { first, _ in first }
        let (_, body) = try await HTTP.get(daemon.base + "/metrics")
        var (family, count) = ("", 0)
        var foreign: Set<String> = []
        for line in body.split(separator: "\n") where !line.hasPrefix("# HELP ") {
            if line.hasPrefix("# TYPE ") {
                (family, count) = (String(line.split(separator: " ")[2]), 0)
                if families[family] == nil { foreign.insert(family) }
                continue
            }
            if foreign.contains(family) { continue }
            count += 1
            #expect(count <= families[family]?["maximum_series"] as? Int ?? 0, "\(line)")
            let names = line.matches(of: /[{,](\w+)="/).map { String($0.output.1) }.filter { $0 != "le" }
            let labels = families[family]?["labels"] as? [[String: Any]] ?? []
            #expect(names == labels.compactMap { $0["name"] as? String }, "\(line)")
        }
        // The page names those of libraries apart.
        let known: Set = [
            "hb_requests_total", "hb_request_errors_total", "http_server_active_requests",
            "http_server_request_duration_seconds",
        ]
        #expect(foreign == known)
    }
}
