import Testing

@testable import Metrics

@Suite("Exact sums")
struct ExactSumTests {
    @Test("a histogram's sum does not depend on the order of its observations")
    func order() {
        var values = (0..<1_000).map { (index: Int) -> Double in
            let (fine, coarse) = (Double(index * index % 9_973), Double(index % 7))
            return fine * 1e-9 + coarse * 1e6
        }
        let sums = (0..<5).map { _ in
            values.shuffle()
            let histogram = Histogram(HistogramShape(bounds: [1]))
            for value in values { histogram.observe(value) }
            return histogram.read().sum
        }
        #expect(Set(sums).count == 1)
    }

    @Test("carries between its halves, and takes negative numbers")
    func carry() {
        let sum = ExactSum(unitsPerOne: 1e9)
        for _ in 0..<5 { sum.add(9e9, count: 1) }
        #expect(sum.value == 45e9)
        sum.add(-9e9, count: 5)
        #expect(sum.value == 0)
        sum.add(-0.5, count: 3)
        #expect(sum.value == -1.5)
        sum.add(9e9, count: 1_000_000_000)
        #expect(sum.value == 9e18 - 1.5)
    }

    @Test("counts what is beyond its range as its end")
    func clamped() {
        let sum = ExactSum(unitsPerOne: 1e9)
        sum.add(.infinity, count: 1)
        #expect(sum.value == 9e9)
        sum.add(-1e300, count: 1)
        #expect(sum.value == 0)
    }

    @Test("keeps nanoseconds of seconds, and 1e-12 of a ratio")
    func units() {
        let sum = ExactSum(unitsPerOne: 1e9)
        for _ in 0..<10 { sum.add(0.1, count: 1) }
        sum.add(0.000_000_001, count: 1)
        #expect(sum.value == 1.000_000_001)
        let registry = Registry()
        let ratios = registry.histogram("arb1d_peak_ratio", help: "Peaks.", buckets: [1])
        ratios.observe(0.000_000_000_001, count: 3)
        #expect(registry.lines(of: "arb1d_peak_ratio").contains("arb1d_peak_ratio_sum 3e-12"))
    }

    @Test("renders wanted families only, with all label sets in order")
    func inOrder() {
        let registry = Registry()
        let family = SampledFamily("arb1d_b_things", kind: .gauge, help: "Things.", labels: ["venue"])
        registry.collect([family]) { sink in
            for venue in ["c", "a", "b"] { sink.add(0, [venue], 1.0) }
        }
        registry.gauge("arb1d_a_things", help: "Others.").set(2)
        registry.gauge("arb1d_c_things", help: "Unwanted.").set(3)
        let wanted = ["arb1d_a_things", "arb1d_b_things", "arb1d_metrics_series"]
        let text = String(decoding: registry.renderInOrder { wanted.contains($0) }, as: UTF8.self)
        #expect(
            text.split(separator: "\n").filter { !$0.hasPrefix("#") } == [
                "arb1d_a_things 2", #"arb1d_b_things{venue="a"} 1"#, #"arb1d_b_things{venue="b"} 1"#,
                #"arb1d_b_things{venue="c"} 1"#, #"arb1d_metrics_series{family="arb1d_a_things"} 1"#,
                #"arb1d_metrics_series{family="arb1d_b_things"} 3"#,
                #"arb1d_metrics_series{family="arb1d_metrics_series"} 3"#,
            ]
        )
        #expect(registry.renderInOrder { wanted.contains($0) } == Array(text.utf8))
    }
}
