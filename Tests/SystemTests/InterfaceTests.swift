import Foundation
import TestSupport
import Testing

/// The JSON that programs read, of a real arb1d.
@Suite("JSON interface")
struct InterfaceTests {
    private func pairs(_ daemon: Daemon, _ query: String = "") async throws -> [[String: Any]] {
        let answer = try await HTTP.object(daemon.base + "/api/v1/pairs" + query)
        return try #require(answer["pairs"] as? [[String: Any]])
    }

    @Test("/api/v1/pairs says the same as /metrics, best net spread first, narrowed down by the query")
    func pairs() async throws {
        let workspace = try Workspace()
        let exchange = try await Exchange(["--rate", "300", "--symbols", "6"], in: workspace)
        let daemon = try await Daemon(exchange.configuration + "band: {min_points: 5}\n", in: workspace)
        try await daemon.waitUntilReady()
        try await eventually("bands") {
            try await daemon.metrics().family("arb1d_band_upper_ratio").count > 20 ? true : nil
        }
        _ = try await HTTP.send(exchange.control("/sim/freeze"), method: "POST")
        // Frozen prices stand: what was read between two readings that agree was said of the same market.
        let (metrics, fresh) = try await eventually("a market that stands still") {
            let first = try await daemon.metrics().family("arb1d_cross_spread_ratio")
            let fresh = try await self.pairs(daemon).filter { $0["state"] as? String == "fresh" }
            let second = try await daemon.metrics()
            let isStill = first == second.family("arb1d_cross_spread_ratio") && !first.isEmpty
            return isStill && fresh.count == first.count ? (second, fresh) : nil
        }
        for pair in fresh {
            let names = ["symbol", "sell_venue", "buy_venue"].map { "\($0)=\"\(pair[$0] as? String ?? "")\"" }
            let labels = "{" + names.joined(separator: ",") + "}"
            for (key, family) in [
                ("spread_ratio", "arb1d_cross_spread_ratio"), ("net_spread_ratio", "arb1d_cross_spread_net_ratio"),
                ("notional", "arb1d_cross_spread_notional"), ("band_upper_ratio", "arb1d_band_upper_ratio"),
                ("band_lower_ratio", "arb1d_band_lower_ratio"),
            ] {
                // Foundation's JSON reads a number to within the last bit or two.
                let (said, exported) = (pair[key] as? Double, metrics[family + labels])
                #expect((said == nil) == (exported == nil), "\(key) of \(labels)")
                guard let said, let exported else { continue }
                #expect(abs(said - exported) <= abs(exported) * 1e-12, "\(key) of \(labels)")
            }
            let perpetual = ["sell_venue", "buy_venue"].map { pair[$0] as? String == "binance-usdm" }
            let isBasis = perpetual[0] != perpetual[1]
            #expect(pair["kind"] as? String == (isBasis ? "basis" : "cross"))
        }
        for pair in fresh {
            let (leg, proof) = (pair["leg_age_seconds"] as? Double, pair["proof_age_seconds"] as? Double)
            #expect((leg ?? -1) >= 0 && (proof ?? -1) >= 0)
        }
        let nets = fresh.compactMap { $0["net_spread_ratio"] as? Double }
        #expect(nets == nets.sorted(by: >))
        let symbol = try #require(fresh.first?["symbol"] as? String)
        let ofOne = try await self.pairs(daemon, "?symbol=\(symbol)")
        #expect(!ofOne.isEmpty && ofOne.allSatisfy { $0["symbol"] as? String == symbol })
        #expect(try await self.pairs(daemon, "?limit=3").count == 3)
        #expect(try await self.pairs(daemon, "?symbol=%42TCUSDT&limit=1").first?["symbol"] as? String == "BTCUSDT")
        #expect(try await self.pairs(daemon, "?symbol=nothing").isEmpty)
        for limit in ["-1", "many"] {
            #expect(try await daemon.status("/api/v1/pairs?limit=\(limit)") == 400)
        }
    }

    @Test("/api/v1/venues names each venue, and says why one is down")
    func venues() async throws {
        let workspace = try Workspace()
        let exchange = try await Exchange(["--rate", "200", "--symbols", "3"], in: workspace)
        let daemon = try await Daemon(exchange.configuration, in: workspace)
        func venue(_ name: String) async throws -> [String: Any]? {
            let answer = try await HTTP.object(daemon.base + "/api/v1/venues")
            return (answer["venues"] as? [[String: Any]])?.first { $0["venue"] as? String == name }
        }
        try await daemon.waitUntilReady()
        try await eventually("four live venues") { () -> Bool? in
            for name in exchange.venues where try await venue(name)?["state"] as? String != "live" { return nil }
            return true
        }
        #expect(try await venue("binance-usdm")?["market"] as? String == "perpetual")
        #expect((try await venue("bybit")?["taker_fee_source"] as? String)?.isEmpty == false)
        #expect(try await venue("bybit")?["taker_fee_read_on"] is String)
        #expect(try await venue("bybit")?["market"] as? String == "spot")
        try await eventually("quotes") { try await venue("gateio")?["quotes_total"] as? Int ?? 0 > 10 ? true : nil }
        try await exchange.cut("bybit")
        try await eventually("a venue that is down") {
            let bybit = try await venue("bybit")
            return bybit?["state"] as? String == "down" && bybit?["last_error"] is String ? true : nil
        }
        let health = try await HTTP.object(daemon.base + "/api/health")
        #expect(health["status"] as? String == "ready")
        #expect(health["residual"] as? Int == 0)
    }

    @Test("/api/v1/opportunities lists those that last and those that ended, as the counters have them")
    func opportunities() async throws {
        let workspace = try Workspace()
        let exchange = try await Exchange(["--rate", "300", "--symbols", "6"], in: workspace)
        let fees = exchange.configuration.replacingOccurrences(of: "{rest:", with: "{fee: 0, rest:")
        let wide = "opportunities: {enter: 0.00001, exit: 0.00001, min_notional: 0, cross_market: true}\n"
        let daemon = try await Daemon(fees + wide, in: workspace)
        try await daemon.waitUntilReady()
        let names = ["symbol", "sell_venue", "buy_venue", "kind"]
        try await eventually("opportunities that last and that ended") {
            let answer = try await HTTP.object(daemon.base + "/api/v1/opportunities")
            let active = try #require(answer["active"] as? [[String: Any]])
            let ended = try #require(answer["ended"] as? [[String: Any]])
            for one in active + ended {
                #expect(names.allSatisfy { one[$0] is String })
                let (entry, peak) = (one["entry_net_spread_ratio"] as? Double, one["peak_net_spread_ratio"] as? Double)
                #expect((entry ?? 0) >= 0.00001 && (peak ?? 0) >= (entry ?? 1))
                #expect((one["duration_seconds"] as? Double ?? -1) >= 0)
            }
            #expect(active.allSatisfy { !($0["end"] is String) } && ended.allSatisfy { $0["end"] is String })
            return active.isEmpty || ended.isEmpty ? nil : true
        }
        let metrics = try await daemon.metrics()
        func sum(_ family: String) -> Double { metrics.family(family).values.reduce(0, +) }
        let (begun, ended) = (sum("arb1d_opportunities_total"), sum("arb1d_opportunities_ended_total"))
        #expect(begun > 0 && ended > 0 && sum("arb1d_opportunities_active") == begun - ended)
        #expect(sum("arb1d_opportunity_seconds_count") > 0 && sum("arb1d_opportunity_peak_ratio_count") > 0)
    }

    @Test(
        "/api/dashboard_data says what is missing or unknown",
        arguments: [
            ("", 400, "say which pair"), ("?symbol=BTCUSDT&exchange1=binance", 400, "say which pair"),
            ("?symbol=BTCUSDT&exchange1=binance&exchange2=mtgox", 404, "not watched"),
        ]
    )
    func wrongQueries(query: String, status: Int, words: String) async throws {
        let workspace = try Workspace()
        let exchange = try await Exchange(["--venues", "binance,bybit", "--rate", "200"], in: workspace)
        let daemon = try await Daemon(exchange.configuration, in: workspace)
        try await daemon.waitUntilReady()
        let answer = try await HTTP.get(daemon.base + "/api/dashboard_data" + query)
        #expect(answer.status == status)
        #expect(answer.body.contains(words), "\(answer.body)")
    }
}
