import Foundation
import Metrics
import TestSupport
import Testing

@testable import Endpoints

/// What a real Prometheus makes of our formats.
@Suite(
    "Scraped by a real Prometheus",
    .enabled(if: PrometheusProcess.isExpected, "Prometheus is not installed"),
    .timeLimit(.minutes(5))
)
struct PrometheusScrapeTests {
    private struct StageLabels: LabelSet {
        static let names = ["stage"]
        var stage: String
        var values: [String] { [self.stage] }
    }

    private enum Mood: String, StateLabel {
        case calm, busy
        var label: String { self.rawValue }
    }

    /// When the exemplar was seen.
    private static let time = 1_763_835_600
    /// What was observed: long-tailed, over five powers of ten.
    private static let samples = (1...2_000).map { index in exp(Double(index * 7_919 % 2_000) / 174 - 12) }

    private static func fill(_ registry: Registry) {
        let waits = registry.histogram(
            "arb1d_test_wait_seconds",
            help: "Waits.",
            labels: StageLabels.self,
            buckets: Buckets.pipelineSeconds,
            exemplars: ExemplarNaming(number: "update") { _ in PreformattedLabels(["symbol"], ["BTCUSDT"]) }
        ).histogram(for: StageLabels(stage: "a"))
        for sample in self.samples { waits.observe(sample) }
        let evidence = Evidence(subject: 0, number: 17, time: Int64(self.time) * 1_000_000_000)
        waits.observe(0.003, evidence: evidence)
        _ = registry.histogram("arb1d_test_idle_seconds", help: "Nothing yet.", buckets: [])
        registry.states("arb1d_test_mood", help: "Mood.", labels: StageLabels.self, of: Mood.self)
            .states(for: StageLabels(stage: "a\"\\\n")).set(.busy)
        registry.info("arb1d_test_info", help: "A \"fact\".", labels: StageLabels.self)
            .declare(StageLabels(stage: "a"))
        registry.counter("arb1d_test_steps_total", help: "Things.").increment(by: 9_007_199_254_740_991)
    }

    /// Hands on what a server answers to somebody who names no format.
    private static func plainProxy(of port: Int) -> Route {
        Route(
            "/proxied",
            awaiting: { _ in
                guard let client = try? await RawClient(port: port) else { return .text("", status: 502) }
                try? await client.send(
                    "GET /metrics HTTP/1.1\r\nHost: test\r\nAccept: text/plain\r\nConnection: close\r\n\r\n"
                )
                let answer = Answer(await client.readToEnd())
                return EndpointResponse(
                    contentType: answer.headers["content-type"] ?? "",
                    body: Array(answer.body.utf8)
                )
            }
        )
    }

    private static func waitForScrapes(_ prometheus: PrometheusProcess, jobs: Int) async throws {
        try await eventually("two good scrapes of each target") { () -> Bool? in
            let up = try await prometheus.values("sum_over_time(up[1m])")
            return up.count == jobs && up.values.allSatisfy { $0 >= 2 } ? true : nil
        }
        let failed = try await prometheus.values("sum(count_over_time(up[1m]) - sum_over_time(up[1m]))")
        #expect(failed.values.allSatisfy { $0 == 0 })
    }

    private static func checkCommon(_ prometheus: PrometheusProcess, jobs: [String]) async throws {
        let expected = [
            "arb1d_test_steps_total": 9_007_199_254_740_991.0,
            "arb1d_test_mood{stage=\"a\\\"\\\\\\n\",arb1d_test_mood=\"busy\"}": 1,
            "arb1d_test_mood{arb1d_test_mood=\"calm\"}": 0,
            "arb1d_test_info{stage=\"a\"}": 1,
        ]
        for (query, value) in expected {
            let values = try await prometheus.values(query)
            #expect(values.keys.sorted() == jobs && values.values.allSatisfy { $0 == value }, "\(query)")
        }
    }

    @Test("reads OpenMetrics with its exemplars, and text 0.0.4 through a proxy that asks for it")
    func texts() async throws {
        try await RunningServer.with(routes: []) { server in
            Self.fill(server.registry)
            let port = server.port
            try await RunningServer.with(routes: [Self.plainProxy(of: port)]) { proxy in
                let prometheus = try await PrometheusProcess(
                    targets: [("open", port, "/metrics"), ("plain", proxy.port, "/proxied")],
                    features: "exemplar-storage"
                )
                try await Self.waitForScrapes(prometheus, jobs: 2)
                try await Self.checkCommon(prometheus, jobs: ["open", "plain"])
                let counts = try await prometheus.values("arb1d_test_wait_seconds_bucket{le=\"+Inf\"}")
                #expect(counts == ["open": 2_001, "plain": 2_001])
                let exemplars = try await prometheus.exemplars(
                    "arb1d_test_wait_seconds_bucket{job=\"open\"}",
                    from: Self.time - 1,
                    to: Self.time + 1
                )
                #expect(exemplars.map(\.labels) == [["symbol": "BTCUSDT", "update": "17"]])
                #expect(exemplars.map(\.value) == ["0.003"])
                #expect(server.metric("arb1d_metrics_body_bytes{format=\"protobuf\"}") == "0")
                #expect(server.metric("arb1d_metrics_body_bytes{format=\"openmetrics\"}") != "0")
                // Only OpenMetrics knows these two types, and units.
                #expect(try await prometheus.metadata("arb1d_test").map(\.type) == ["info"])
                let units = try await prometheus.metadata("arb1d_test_wait_seconds").map(\.unit)
                #expect(Set(units) == ["seconds", ""])
            }
        }
    }

    @Test("reads protobuf, and finds quantiles of its native histograms within the error of their schema")
    func protobuf() async throws {
        try await RunningServer.with(routes: []) { server in
            Self.fill(server.registry)
            let prometheus = try await PrometheusProcess(
                targets: [("native", server.port, "/metrics")],
                features: "native-histograms,exemplar-storage"
            )
            try await Self.waitForScrapes(prometheus, jobs: 1)
            try await Self.checkCommon(prometheus, jobs: ["native"])
            #expect(server.metric("arb1d_metrics_body_bytes{format=\"protobuf\"}") != "0")
            #expect(server.metric("arb1d_metrics_body_bytes{format=\"openmetrics\"}") == "0")
            #expect(try await prometheus.values("histogram_count(arb1d_test_wait_seconds)") == ["native": 2_001])
            let ordered = (Self.samples + [0.003]).sorted()
            let width = exp2(1.0 / Double(1 << NativeScale.standard.schema))
            for quantile in [0.01, 0.1, 0.5, 0.9, 0.99, 0.999] {
                let exact = ordered[Int((Double(ordered.count) * quantile).rounded(.up)) - 1]
                let found = try await prometheus.values("histogram_quantile(\(quantile), arb1d_test_wait_seconds)")
                let ratio = try #require(found["native"]) / exact
                #expect(ratio <= width && ratio >= 1 / width, "quantile \(quantile): \(ratio)")
            }
            #expect(try await prometheus.values("histogram_count(arb1d_test_idle_seconds)") == ["native": 0])
            let exemplars = try await prometheus.exemplars(
                "arb1d_test_wait_seconds",
                from: Self.time - 1,
                to: Self.time + 1
            )
            #expect(exemplars.map(\.labels) == [["symbol": "BTCUSDT", "update": "17"]])
        }
    }
}
