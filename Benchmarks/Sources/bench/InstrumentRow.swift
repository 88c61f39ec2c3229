import Metrics
import Pipeline

/// One increment, one observation: of a child that was resolved once.
enum InstrumentRow {
    static func run(millions: Int) {
        let registry = Registry()
        let counter = registry.counter("bench_total", help: "B.", labels: NoLabels.self).counter(for: NoLabels())
        let count = millions * 1_000_000
        Report.line("counter increment", [("ns_per_op", self.nanoseconds(count) { _ in counter.increment() })])
        let contended = Contention.measure(rounds: 20 * millions, of: 20_000) { counter.increment() }
        Report.line(
            "counter increment, 2 threads",
            [("ns_per_op", contended.nanoseconds), ("rounds", Double(contended.rounds))]
        )
        var generator = Seeded(1)
        // Most are small, as latencies are.
        let values: [Double] = (0..<1024).map { _ in 0.00002 * generator.exponential() }
        for (name, buckets, native) in [
            ("classic histogram observe, 14 buckets", Buckets.pipelineSeconds, nil),
            ("native histogram observe", [], .standard),
            ("histogram observe, 14 buckets and native", Buckets.pipelineSeconds, .standard),
        ] as [(String, [Double], NativeScale?)] {
            let histogram = Registry().histogram("bench_seconds", help: "B.", buckets: buckets, native: native)
            Report.line(name, [("ns_per_op", self.nanoseconds(count) { histogram.observe(values[$0 & 1023]) })])
        }
    }

    private static func nanoseconds(_ count: Int, _ work: (Int) -> Void) -> Double {
        let begun = Measure.threadCPU()
        for index in 0..<count { work(index) }
        return (Measure.threadCPU() - begun) / Double(count) * 1e9
    }
}
