import Foundation
import TestSupport
import Testing

/// What the venues list changes while the daemon runs.
@Suite("Changes of what venues list")
struct ListingChangeTests {
    private static let pair = "symbol=BTCUSDT&exchange1=bybit&exchange2=binance"

    @Test("a delisted symbol leaves everything, the others notice nothing, and it comes back when it is listed again")
    func delisted() async throws {
        let workspace = try Workspace()
        let exchange = try await Exchange(["--venues", "binance,bybit,gateio", "--rate", "200"], in: workspace)
        let daemon = try await Daemon(exchange.configuration + "discovery: {interval: 1s}\n", in: workspace)
        try await daemon.waitUntilReady()
        let before = try await Self.metrics(of: daemon, "spreads of all three") { Self.spreads(of: $0) == 6 }
        #expect(try await HTTP.get(daemon.base + "/api/dashboard_data?" + Self.pair).status == 200)

        try await exchange.order("delist bybit symbol=BTCUSDT")
        let gone = try await Self.metrics(of: daemon, "the end of the symbol on one venue") {
            $0[Self.change("bybit", "delisted")] == 1
                && $0["arb1d_window_evicted_quotes_total{venue=\"bybit\",reason=\"delisted\"}"] ?? 0 > 0
        }
        #expect(Self.spreads(of: gone) == 2, "only the other two have it")
        #expect(gone["arb1d_top_of_book_bid{venue=\"bybit\",symbol=\"BTCUSDT\"}"] == nil)
        #expect(gone.sum("arb1d_pairs") == before.sum("arb1d_pairs") - 4)
        #expect(gone.residual == 0)
        #expect(try await HTTP.get(daemon.base + "/api/dashboard_data?" + Self.pair).status == 404)
        let listed = try await HTTP.get(daemon.base + "/api/v1/pairs?symbol=BTCUSDT").body
        #expect(!listed.contains("bybit") && listed.contains("gateio"))

        try await exchange.order("list bybit symbol=BTCUSDT")
        let back = try await Self.metrics(of: daemon, "the symbol again") { Self.spreads(of: $0) == 6 }
        #expect(back[Self.change("bybit", "listed")] == (before[Self.change("bybit", "listed")] ?? 0) + 1)
        #expect(back.sum("arb1d_pairs") == before.sum("arb1d_pairs"))
        #expect(back.residual == 0)
        #expect(back.family("arb1d_feed_reconnects_total").values.allSatisfy { $0 == 0 }, "nobody else is disturbed")
    }

    @Test("a venue whose answers fail, or list nothing of what they did, changes nothing")
    func faults() async throws {
        let workspace = try Workspace()
        let exchange = try await Exchange(["--venues", "binance,bybit", "--rate", "200"], in: workspace)
        let daemon = try await Daemon(exchange.configuration + "discovery: {interval: 1s}\n", in: workspace)
        try await daemon.waitUntilReady()
        let before = try await Self.metrics(of: daemon, "answers of both") { metrics in
            exchange.venues.allSatisfy { metrics[Self.answers($0, "accepted")] ?? 0 > 1 }
        }
        try await exchange.order("rest bybit route=instruments status=500")
        _ = try await Self.metrics(of: daemon, "failures") { $0[Self.answers("bybit", "failed")] ?? 0 >= 2 }
        try await exchange.order("heal bybit")
        let after = try await Self.metrics(of: daemon, "answers again") {
            $0[Self.answers("bybit", "accepted")] ?? 0 > (before[Self.answers("bybit", "accepted")] ?? 0) + 1
        }
        #expect(after.sum("arb1d_pairs") == before.sum("arb1d_pairs"))
        #expect(after[Self.change("bybit", "delisted")] == 0)
        #expect(after.residual == 0)
        #expect(daemon.program.output.contains("\"event\":\"discovery_recovered\""))
    }

    private static func change(_ venue: String, _ change: String) -> String {
        "arb1d_feed_instrument_changes_total{venue=\"\(venue)\",change=\"\(change)\"}"
    }

    private static func answers(_ venue: String, _ result: String) -> String {
        "arb1d_feed_discoveries_total{venue=\"\(venue)\",result=\"\(result)\"}"
    }

    private static func spreads(of metrics: Exposition) -> Int {
        metrics.family("arb1d_cross_spread_ratio").keys.count { $0.contains("symbol=\"BTCUSDT\"") }
    }

    private static func metrics(
        of daemon: Daemon,
        _ what: String,
        _ isThere: (Exposition) -> Bool
    ) async throws -> Exposition {
        try await eventually(what) {
            let metrics = try await daemon.metrics()
            return isThere(metrics) ? metrics : nil
        }
    }
}
