import Testing

@testable import Metrics

struct VenueLabels: LabelSet {
    static let names = ["venue"]
    var venue: String
    var values: [String] { [self.venue] }
}

@Suite("Instruments")
struct InstrumentTests {
    @Test(
        "a counter adds up",
        arguments: [([], 0), ([1], 1), ([2, 3], 5), ([0, UInt64(1) << 40], 1 << 40)] as [([UInt64], UInt64)]
    )
    func counter(amounts: [UInt64], total: UInt64) {
        let registry = Registry()
        let counter = registry.counter("arb1d_things_total", help: "Things.")
        for amount in amounts { counter.increment(by: amount) }
        #expect(counter.value == total)
        #expect(
            registry.lines(of: "arb1d_things_total") == [
                "# HELP arb1d_things_total Things.", "# TYPE arb1d_things_total counter", "arb1d_things_total \(total)",
            ]
        )
    }

    @Test(
        "a gauge keeps the last value and what was added to it",
        arguments: [(1.5, [], "1.5"), (2, [0.5, -3], "-0.5"), (.infinity, [1], "+Inf"), (.nan, [1], "NaN")]
            as [(Double, [Double], String)]
    )
    func gauge(value: Double, amounts: [Double], text: String) {
        let registry = Registry()
        let gauge = registry.gauge("arb1d_depth", help: "Depth.")
        gauge.set(value)
        for amount in amounts { gauge.add(amount) }
        #expect(registry.lines(of: "arb1d_depth").last == "arb1d_depth \(text)")
    }

    @Test(
        "an observation falls into the first bucket whose bound it does not exceed",
        arguments: [
            (-1, [1, 1, 1]), (0.5, [1, 1, 1]), (1, [1, 1, 1]), (1.0000001, [0, 1, 1]), (2.5, [0, 1, 1]),
            (3, [0, 0, 1]),
            (.infinity, [0, 0, 1]), (.nan, [0, 0, 1]),
        ] as [(Double, [UInt64])]
    )
    func buckets(value: Double, cumulative: [UInt64]) {
        let histogram = Histogram(HistogramShape(bounds: [1, 2.5]))
        histogram.observe(value)
        #expect(histogram.read().cumulative == cumulative)
    }

    @Test("NaN leaves the sum of a histogram alone")
    func nan() {
        let histogram = Histogram(HistogramShape(bounds: [1]))
        histogram.observe(0.5)
        histogram.observe(.nan)
        #expect(histogram.read().sum == 0.5)
        #expect(histogram.read().count == 2)
    }

    @Test("a histogram prints cumulative buckets with canonical limits, sum and count")
    func histogramText() {
        let registry = Registry()
        let histogram = registry.histogram("arb1d_wait_seconds", help: "Wait.", buckets: [1e-06, 0.001, 1, 300])
        histogram.observe(0.0005, count: 3)
        histogram.observe(2)
        #expect(
            registry.lines(of: "arb1d_wait_seconds") == [
                "# HELP arb1d_wait_seconds Wait.",
                "# TYPE arb1d_wait_seconds histogram",
                "arb1d_wait_seconds_bucket{le=\"1e-06\"} 0",
                "arb1d_wait_seconds_bucket{le=\"0.001\"} 3",
                "arb1d_wait_seconds_bucket{le=\"1.0\"} 3",
                "arb1d_wait_seconds_bucket{le=\"300.0\"} 4",
                "arb1d_wait_seconds_bucket{le=\"+Inf\"} 4",
                "arb1d_wait_seconds_sum 2.0015",
                "arb1d_wait_seconds_count 4",
            ]
        )
    }

    @Test("a labelled histogram puts its limit behind its own labels")
    func labelledHistogram() {
        let registry = Registry()
        let family = registry.histogram("arb1d_wait_seconds", help: "Wait.", labels: VenueLabels.self, buckets: [1])
        family.histogram(for: VenueLabels(venue: "bybit")).observe(1)
        #expect(
            registry.lines(of: "arb1d_wait_seconds").dropFirst(2) == [
                "arb1d_wait_seconds_bucket{venue=\"bybit\",le=\"1.0\"} 1",
                "arb1d_wait_seconds_bucket{venue=\"bybit\",le=\"+Inf\"} 1",
                "arb1d_wait_seconds_sum{venue=\"bybit\"} 1",
                "arb1d_wait_seconds_count{venue=\"bybit\"} 1",
            ]
        )
    }

    @Test("every standard list of buckets is fit for a histogram")
    func standardBuckets() {
        let lists = [
            Buckets.pipelineSeconds, Buckets.snapshotSeconds, Buckets.networkSeconds, Buckets.legAgeSeconds,
            Buckets.recoverySeconds, Buckets.opportunitySeconds, Buckets.opportunityPeakRatio,
        ]
        for list in lists { HistogramShape.require(bounds: list, native: nil, of: "arb1d_list_seconds") }
    }
}
