import Foundation
import Metrics
import Pipeline
import Synchronization

/// One increment, one observation: of a child that was resolved once.
enum InstrumentRow {
    static func run(millions: Int) {
        let registry = Registry()
        let counter = registry.counter("bench_total", help: "B.", labels: NoLabels.self).counter(for: NoLabels())
        let classic = registry.histogram(
            "bench_seconds",
            help: "B.",
            labels: NoLabels.self,
            buckets: Buckets.pipelineSeconds
        ).histogram(for: NoLabels())
        let count = millions * 1_000_000
        Report.line("counter increment", [("ns_per_op", self.nanoseconds(count) { _ in counter.increment() })])
        Report.line("counter increment, 2 threads", [("ns_per_op", self.onTwoThreads(count) { counter.increment() })])
        var generator = Seeded(1)
        // Most are small, as latencies are.
        let values: [Double] = (0..<1024).map { _ in 0.00002 * generator.exponential() }
        Report.line(
            "histogram observe, 14 buckets",
            [("ns_per_op", self.nanoseconds(count) { classic.observe(values[$0 & 1023]) })]
        )
    }

    private static func nanoseconds(_ count: Int, _ work: (Int) -> Void) -> Double {
        let begun = Measure.threadCPU()
        for index in 0..<count { work(index) }
        return (Measure.threadCPU() - begun) / Double(count) * 1e9
    }

    /// CPU of one thread for one increment while another one increments the same.
    private static func onTwoThreads(_ count: Int, _ work: @escaping @Sendable () -> Void) -> Double {
        let ended = DispatchSemaphore(value: 0)
        let times = Mutex<[Double]>([])
        for _ in 0..<2 {
            Thread {
                let time = self.nanoseconds(count) { _ in work() }
                times.withLock { $0.append(time) }
                ended.signal()
            }.start()
        }
        for _ in 0..<2 { ended.wait() }
        return Measure.median(times.withLock { $0 })
    }
}
