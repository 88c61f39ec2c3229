import Foundation
import TestSupport
import Testing

/// arb1d and venues that speak TLS: whom it trusts, and whom it must refuse.
@Suite("Through TLS", .serialized)
struct TLSTests {
    private static let twoVenues = ["--venues", "binance,bybit", "--rate", "200", "--tls"]

    @Test("reads lists and quotes of every venue whose certificate the configured authority signed")
    func verified() async throws {
        let workspace = try Workspace()
        let exchange = try await Exchange(["--rate", "200", "--tls"], in: workspace)
        let daemon = try await Daemon(exchange.configuration(tls: exchange.caFile), in: workspace)
        try await daemon.waitUntilReady()
        let metrics = try await eventually("quotes of every venue") {
            let metrics = try await daemon.metrics()
            return exchange.venues.allSatisfy { metrics.quotes(of: $0) ?? 0 > 0 } ? metrics : nil
        }
        #expect(exchange.venues.count == 4)
        #expect(metrics.residual == 0)
        #expect(metrics.refusals("arb1d_rest_failures_total") == 0)
        #expect(metrics.refusals("arb1d_feed_connect_failures_total") == 0)
        for venue in exchange.venues {
            let ends = "arb1d_tls_certificate_not_after_timestamp_seconds{certificate=\"venues.\(venue).ca_file\"}"
            #expect(metrics[ends] ?? 0 > Date().timeIntervalSince1970, "\(venue)")
            let violations = try await exchange.venue(venue)["violations"] as? [Any]
            #expect(violations?.isEmpty == true, "\(venue): \(violations ?? [])")
        }
    }

    @Test("asks nothing of a venue whose authority nobody named")
    func systemAuthorities() async throws {
        let workspace = try Workspace()
        let exchange = try await Exchange(Self.twoVenues, in: workspace)
        try await Self.expectRefusal(of: exchange, by: Daemon(exchange.configuration(tls: nil), in: workspace))
    }

    @Test(
        "asks nothing of a venue whose certificate is wrong, though its authority is named",
        arguments: ["expired", "wrong-host", "other-ca", "self-signed"]
    )
    func faults(fault: String) async throws {
        let workspace = try Workspace()
        let exchange = try await Exchange(Self.twoVenues + ["--tls-fault", fault], in: workspace)
        let configuration = exchange.configuration(tls: exchange.caFile)
        try await Self.expectRefusal(of: exchange, by: Daemon(configuration, in: workspace))
    }

    @Test("opens no stream at a host that the certificate does not name, though its lists are trusted")
    func webSocketHost() async throws {
        let workspace = try Workspace()
        let exchange = try await Exchange(Self.twoVenues + ["--tls-names", "localhost"], in: workspace)
        let configuration = exchange.configuration(tls: exchange.caFile, webSocketHost: "127.0.0.1")
        let daemon = try await Daemon(configuration, in: workspace)
        let metrics = try await eventually("refused streams of both venues") {
            let metrics = try await daemon.metrics()
            let isRefused = exchange.venues.allSatisfy { venue in
                metrics["arb1d_feed_connect_failures_total{venue=\"\(venue)\",reason=\"tls\"}"] ?? 0 >= 2
            }
            return isRefused ? metrics : nil
        }
        #expect(metrics.refusals("arb1d_rest_failures_total") == 0)
        #expect(exchange.venues.allSatisfy { metrics.quotes(of: $0) == 0 })
        #expect(try await daemon.status("/readyz") == 503)
        for venue in exchange.venues {
            #expect(try await exchange.venue(venue)["connections_opened"] as? Int == 0)
        }
    }

    @Test("loses a venue that is cut off, keeps the others, and has it back when it is healed")
    func cutAndHealed() async throws {
        let workspace = try Workspace()
        let exchange = try await Exchange(
            ["--venues", "binance,bybit,gateio", "--rate", "200", "--tls"],
            in: workspace
        )
        let daemon = try await Daemon(exchange.configuration(tls: exchange.caFile), in: workspace)
        try await daemon.waitUntilReady()
        try await Self.await(daemon, bybitIsLive: true)
        try await exchange.cut("bybit")
        let cut = try await exchange.venue("bybit")
        #expect(cut["cut"] as? Bool == true)
        #expect(cut["connections"] as? Int == 0)
        try await Self.await(daemon, bybitIsLive: false)
        #expect(try await daemon.status("/readyz") == 200)
        #expect(try await exchange.venue("gateio")["connections"] as? Int ?? 0 > 0)
        try await exchange.heal("bybit")
        try await Self.await(daemon, bybitIsLive: true)
        #expect(try await daemon.metrics().residual == 0)
    }

    @Test("says what to write instead to whoever orders what cannot be done")
    func wrongOrders() async throws {
        let workspace = try Workspace()
        let exchange = try await Exchange(["--venues", "binance,bybit"], in: workspace)
        let wrong = [
            ("/sim/cut?venue=kraken", "write all or one of binance"), ("/sim/cut", "no venue is named"),
            ("/sim/heal?venue=gateio", "gateio is not served; write one of binance, bybit"),
            ("/sim/tls?venue=bybit", "start exchange-sim with --tls"), ("/sim/kut?venue=bybit", #"fault \"kut\""#),
        ]
        for (path, remedy) in wrong {
            let answer = try await HTTP.send(exchange.control(path), method: "POST")
            #expect(answer.status == 400)
            #expect(answer.body.contains(remedy), "\(answer.body)")
        }
    }

    /// Every venue was asked for its list more than once and never got to hear the question.
    private static func expectRefusal(of exchange: Exchange, by daemon: Daemon) async throws {
        let metrics = try await eventually("refused lists of all venues") {
            let metrics = try await daemon.metrics()
            let isRefused = exchange.venues.allSatisfy { venue in
                let labels = "venue=\"\(venue)\",route=\"instruments\",reason=\"tls\""
                return metrics["arb1d_rest_failures_total{\(labels)}"] ?? 0 >= 2
            }
            return isRefused ? metrics : nil
        }
        #expect(exchange.venues.allSatisfy { metrics.quotes(of: $0) == 0 })
        #expect(try await daemon.status("/readyz") == 503)
        for venue in exchange.venues {
            let state = try await exchange.venue(venue)
            #expect((state["rest_requests"] as? [String: Any])?.isEmpty == true, "\(venue)")
            #expect(state["connections_opened"] as? Int == 0)
        }
    }

    private static func await(_ daemon: Daemon, bybitIsLive isLive: Bool) async throws {
        try await eventually("bybit \(isLive ? "live" : "lost")") {
            let status = try await daemon.metrics()["arb1d_health_check_status{check=\"venue:bybit\"}"]
            return status == (isLive ? 1 : 0) ? true : nil
        }
    }
}

extension Exposition {
    /// How often TLS was the reason, over all venues.
    func refusals(_ family: String) -> Double {
        self.family(family).filter { $0.key.contains("reason=\"tls\"") }.values.reduce(0, +)
    }
}
