import Foundation
import TestSupport
import Testing

/// A real arb1d whose symbols are shared by two engines.
@Suite("Two engines")
struct ShardTests {
    /// By the hash of their names BTCUSDT is the first engine's, SOLUSDT the second's.
    private static let pairs = ["BTCUSDT", "SOLUSDT"].map { ChartPair(symbol: $0, sell: "binance", buy: "bybit") }
    private static let configuration = """
        engine: {shards: 2}
        chart: {pairs: ["\(Self.pairs[0].key)", "\(Self.pairs[1].key)"]}
        band: {points: 50, min_points: 10}
        liveness: {timeout: 3s}
        shutdown: {deadline: 2s}

        """

    private let workspace: Workspace

    init() throws { self.workspace = try Workspace() }

    private func start() async throws -> (exchange: Exchange, daemon: Daemon) {
        let arguments = ["--venues", "binance,bybit", "--symbols", "6", "--rate", "300"]
        let exchange = try await Exchange(arguments, in: self.workspace)
        let daemon = try await Daemon(exchange.configuration + Self.configuration, in: self.workspace)
        try await daemon.waitUntilReady()
        return (exchange, daemon)
    }

    @Test("have all pairs between them, for metrics, JSON and histories, and their ledgers close")
    func everything() async throws {
        let (exchange, daemon) = try await self.start()
        let metrics = try await eventually("twelve fresh pairs, and bands") {
            let metrics = try await daemon.metrics()
            let fresh = metrics.family("arb1d_pairs").filter { $0.key.contains("fresh") }.values.reduce(0, +)
            // The rarest symbols take their time.
            let hasBands = metrics.family("arb1d_band_width_ratio").count > 6
            return fresh == 12 && metrics.family("arb1d_cross_spread_ratio").count == 12 && hasBands ? metrics : nil
        }
        #expect(metrics.residual == 0)
        for shard in 0..<2 {
            #expect(try #require(metrics["arb1d_engine_batches_total{shard=\"\(shard)\"}"]) > 10)
            #expect(try #require(metrics["arb1d_engine_busy_seconds_total{shard=\"\(shard)\"}"]) > 0)
            #expect(try #require(metrics["arb1d_heartbeat_timestamp_seconds{shard=\"\(shard)\"}"]) > 0)
            #expect(try #require(metrics["arb1d_heartbeats_total{shard=\"\(shard)\",result=\"completed\"}"]) > 0)
            #expect(metrics["arb1d_channel_capacity{channel=\"raw\",shard=\"\(shard)\"}"] == 100_000)
        }
        let answer = try await HTTP.object(daemon.base + "/api/v1/pairs")
        #expect(answer["total"] as? Int == 12)
        for pair in Self.pairs {
            let (status, body) = try await HTTP.get(daemon.base + "/api/dashboard_data?" + pair.query)
            #expect(status == 200 && body.split(separator: "\n").count > 10, "\(pair.symbol)")
        }
        #expect(try await HTTP.object(daemon.base + "/api/v1/opportunities")["active"] is [Any])
        // Nothing is in flight where nothing moves: then both sides of every link have counted all.
        try await Closure.wait(exchange, daemon)
        daemon.program.signal(SIGTERM)
        #expect(try await daemon.program.exitStatus() == 0)
    }

    @Test("feed one chart client with pairs of both", .enabled(if: ChartClients.isExpected))
    func charts() async throws {
        let (exchange, daemon) = try await self.start()
        let clients = try ChartClients(of: daemon, in: self.workspace)
        try await clients.connect("one")
        for pair in Self.pairs { try await clients.updates("one", pair, atLeast: 20) }
        try await exchange.tell("freeze")
        for pair in Self.pairs {
            try await eventually("what the windows hold of \(pair.key)") {
                let body = try await HTTP.get(daemon.base + "/api/dashboard_data?" + pair.query).body
                let (lines, found) = (body.split(separator: "\n"), try clients.record("one", pair).lines)
                return !found.isEmpty && lines.suffix(found.count).map(String.init) == found ? true : nil
            }
            #expect(try clients.record("one", pair).holes == [])
        }
        #expect(try await daemon.metrics().residual == 0)
    }

    @Test("are both looked after: when one is stuck the process is, though the other works on")
    func stuck() async throws {
        let (_, daemon) = try await self.start()
        #expect(try await daemon.status("/livez") == 200)
        daemon.program.signal(SIGUSR2)  // The hook that only debug builds have: it stops the last.
        try await eventually("a failing probe") { try await daemon.status("/livez") == 503 ? true : nil }
        let verbose = try await HTTP.get(daemon.base + "/livez?verbose").body
        #expect(verbose.contains("loop:0/shard:1"), "\(verbose)")
        func batches(_ shard: Int) async throws -> Double? {
            try await daemon.metrics()["arb1d_engine_batches_total{shard=\"\(shard)\"}"]
        }
        let (first, second) = (try #require(try await batches(0)), try #require(try await batches(1)))
        try await eventually("the other's work") { try await batches(0) ?? 0 > first ? true : nil }
        #expect(try await batches(1) == second)
        daemon.program.signal(SIGTERM)
        #expect(try await daemon.program.exitStatus() == 75, "what is stuck cannot drain")
    }
}
