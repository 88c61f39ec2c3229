import Foundation
import TestSupport
import Testing

/// What the libraries in arb1d count, beside what it counts itself.
@Suite("Metrics of libraries")
struct LibraryMetricsTests {
    /// Venues that nobody serves: the listener does not wait for them.
    private static let venues = """
        venues:
          binance: {rest: "http://127.0.0.1:9", websocket: "ws://127.0.0.1:9"}
          bybit: {rest: "http://127.0.0.1:9", websocket: "ws://127.0.0.1:9"}

        """

    private static func labels(_ route: String, _ method: String, _ code: Int) -> String {
        "{http_request_method=\"\(method)\",http_response_status_code=\"\(code)\",http_route=\"\(route)\"}"
    }

    @Test("are on /metrics: Hummingbird's own, which agree with ours")
    func hummingbird() async throws {
        let daemon = try await Daemon(Self.venues, in: Workspace())
        for _ in 0..<3 { #expect(try await daemon.status("/api/v1/venues") == 200) }
        #expect(try await HTTP.send(daemon.base + "/api/v1/venues", method: "POST").status == 405)
        #expect(try await daemon.status("/nowhere") == 404)
        let requests = "hb_requests_total" + Self.labels("/api/v1/venues", "GET", 200)
        // A request is counted when it is answered, which may be after the client has read it.
        let metrics = try await eventually("three requests") { () -> Exposition? in
            let metrics = try await daemon.metrics()
            let missing = metrics["hb_requests_total" + Self.labels("Unknown", "GET", 404)] != 1
            return metrics[requests] == 3 && !missing ? metrics : nil
        }
        let ours = "arb1d_http_requests_total{route=\"/api/v1/venues\",method=\"GET\",code=\"200\"}"
        #expect(metrics[ours] == 3)
        let duration = "http_server_request_duration_seconds_count" + Self.labels("/api/v1/venues", "GET", 200)
        #expect(metrics[duration] == 3)
        #expect(metrics["hb_requests_total" + Self.labels("/api/v1/venues", "POST", 405)] == 1)
        // The scrape itself is under way.
        #expect(metrics["http_server_active_requests{http_request_method=\"GET\"}"] == 1)
        #expect(metrics["arb1d_metrics_library_refused_total{reason=\"limit\"}"] == 0)
    }

    @Test("keep to their room, whatever strangers ask for")
    func bounded() async throws {
        let daemon = try await Daemon(Self.venues + "metrics: {library_series: 40}\n", in: Workspace())
        let methods = ["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "PROPFIND", "MKCOL", "LOCK"]
        for method in methods {
            _ = try await HTTP.send(daemon.base + "/livez", method: method)
        }
        let metrics = try await eventually("refusals") { () -> Exposition? in
            let metrics = try await daemon.metrics()
            return metrics["arb1d_metrics_library_refused_total{reason=\"limit\"}"] ?? 0 > 0 ? metrics : nil
        }
        let foreign = metrics.samples.keys.filter { !$0.hasPrefix("arb1d_") && !$0.hasPrefix("process_") }
        #expect(foreign.count <= 40 && foreign.count > 16)
        #expect(metrics["arb1d_metrics_library_series"] == Double(foreign.count))
        #expect(metrics["arb1d_metrics_library_series_limit"] == 40)
        #expect(!foreign.contains { $0.contains("LOCK") })
    }

    @Test("and creation times, when they are asked for, are in the OpenMetrics of the daemon")
    func created() async throws {
        let daemon = try await Daemon(Self.venues + "metrics: {created_timestamps: true}\n", in: Workspace())
        let url = daemon.base + "/metrics"
        _ = try await daemon.metrics()
        let headers = ["Accept": "application/openmetrics-text"]
        let text = try await HTTP.send(url, method: "GET", headers: headers).body
        for family in ["arb1d_feed_frames", "arb1d_end_to_end_seconds", "hb_requests", "process_cpu_seconds"] {
            #expect(text.contains("\n\(family)_created"), "\(family)")
        }
        let times = text.matches(of: /_created(?:\{[^}]*\})? ([0-9.]+)\n/).compactMap { Double($0.output.1) }
        #expect(times.count > 100)
        let now = Date().timeIntervalSince1970
        #expect(times.allSatisfy { $0 <= now && $0 > now - 600 })
        #expect(try await !HTTP.get(url).body.contains("_created"))
    }
}
