import Foundation
import TestSupport
import Testing

/// arb1d on recorded market data, over real sockets.
@Suite("On recorded market data")
struct RecordedMarketTests {
    private static let files = [
        "binance": "cross-venue/binance-spot-btcusdt-20240808-quotes-trades.log.gz",
        "binance-usdm": "cross-venue/binance-usdm-btcusdt-20240808-quotes-trades.log.gz",
    ]

    @Test(
        "ends with the spreads that an independent script computed, and with every quote counted",
        .enabled(if: Captures.areExpected, "recordings are absent")
    )
    func lastSpreads() async throws {
        let directory = try #require(Captures.directory, "recordings are absent")
        let workspace = try Workspace()
        let exchange = try await Exchange(
            Self.files.flatMap { ["--replay", "\($0.key)=\(directory.appending(path: $0.value).path)"] }
                + ["--speed", "40"],
            in: workspace
        )
        let daemon = try await Daemon(exchange.configuration, in: workspace)
        try await eventually("the end of the recording", within: .seconds(180)) {
            let source = try await exchange.state()["source"] as? [String: Any]
            return source?["state"] as? String == "finished" ? true : nil
        }
        let expected = try Self.expectedSpreads(directory)
        let counts = try Self.expectedQuotes(directory)
        try await eventually("all quotes, and an idle engine", within: .seconds(180)) { () -> Bool? in
            let metrics = try await daemon.metrics()
            guard counts.allSatisfy({ metrics.quotes(of: $0.key) == $0.value }) else { return nil }
            return metrics["arb1d_flow_held{stage=\"raw\"}"] == 0 && metrics["arb1d_flow_held{stage=\"engine\"}"] == 0
                ? true : nil
        }
        // Asked again: the cells may have been read before the ledger.
        let metrics = try await daemon.metrics()
        let sellSpot = try #require(metrics.spread(sell: "binance", buy: "binance-usdm"))
        let sellPerpetual = try #require(metrics.spread(sell: "binance-usdm", buy: "binance"))
        // The script rounds its per cents to nine places.
        #expect(abs(sellSpot * 100 - expected.sellSpot) < 1e-9)
        #expect(abs(sellPerpetual * 100 - expected.sellPerpetual) < 1e-9)
        #expect(metrics.residual == 0)
        #expect(metrics.family("arb1d_channel_dropped_total").values.allSatisfy { $0 == 0 })
    }

    private static func expectedSpreads(_ directory: URL) throws -> (sellSpot: Double, sellPerpetual: Double) {
        let data = try Data(contentsOf: directory.appending(path: "expected.json"))
        let all = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        let cross = try #require(
            all.first { $0.key.hasPrefix("cross BTCUSDT spot(A)") }?.value as? [String: Any]
        )
        func last(_ name: String) throws -> Double {
            try #require((cross[name] as? [String: Any])?["last"] as? Double)
        }
        return (try last("sellA_buyB_pct"), try last("sellB_buyA_pct"))
    }

    private static func expectedQuotes(_ directory: URL) throws -> [String: Double] {
        let data = try Data(contentsOf: directory.appending(path: "expected.json"))
        let all = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        return try self.files.mapValues { file in
            let entry = try #require(all[file] as? [String: Any])
            return Double(try #require(entry["quotes"] as? Int))
        }
    }
}

extension Exposition {
    func quotes(of venue: String) -> Double? { self["arb1d_feed_events_total{venue=\"\(venue)\",kind=\"quote\"}"] }

    func spread(symbol: String = "BTCUSDT", sell: String, buy: String) -> Double? {
        self["arb1d_cross_spread_ratio{symbol=\"\(symbol)\",sell_venue=\"\(sell)\",buy_venue=\"\(buy)\"}"]
    }
}
