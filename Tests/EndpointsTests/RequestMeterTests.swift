import CoreMetrics
import LibraryMetrics
import Metrics
import TestSupport
import Testing

@testable import Endpoints

/// The middleware of the server library, through our backend of swift-metrics.
@Suite("Hummingbird's own metrics", .timeLimit(.minutes(5)))
struct RequestMeterTests {
    private let registry = Registry()

    private func value(_ series: String) -> Double? {
        let lines = String(decoding: self.registry.render(), as: UTF8.self).split(separator: "\n")
        return lines.first { $0.hasPrefix(series + " ") }.flatMap { Double($0.dropFirst(series.count + 1)) }
    }

    private func serve(_ body: @Sendable @escaping (RunningServer) async throws -> Void) async throws {
        let factory = LibraryMetricsFactory(LibraryFamilies(self.registry, limit: 1_000))
        try await withMetricsFactory(factory) {
            try await RunningServer.with(routes: [Route("/a", answer: { _ in .text("a\n") })], body)
        }
    }

    private static func labels(_ route: String, _ method: String, _ code: Int) -> String {
        "{http_request_method=\"\(method)\",http_response_status_code=\"\(code)\",http_route=\"\(route)\"}"
    }

    @Test(
        "count requests by route, method and code, and none is left active",
        arguments: [
            ("GET", "/a", "/a", "GET", 200), ("HEAD", "/a", "/a", "HEAD", 200), ("POST", "/a", "/a", "POST", 405),
            ("PROPFIND", "/a", "/a", "_OTHER", 405), ("GET", "/\"x", "Unknown", "GET", 404),
        ]
    )
    func requests(asked: String, path: String, route: String, method: String, code: Int) async throws {
        try await self.serve { server in
            for _ in 0..<2 { #expect(try await server.ask(asked, path).status == code) }
            let labels = Self.labels(route, method, code)
            try await eventually("two requests") { self.value("hb_requests_total" + labels) == 2 ? true : nil }
            #expect(self.value("http_server_request_duration_seconds_count" + labels) == 2)
            let active = "http_server_active_requests{http_request_method=\"\(method)\"}"
            try await eventually("no active request") { self.value(active) == 0 ? true : nil }
        }
    }
}
