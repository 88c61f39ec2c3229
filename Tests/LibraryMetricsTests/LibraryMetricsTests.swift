import CoreMetrics
import LibraryMetrics
import Metrics
import TestSupport
import Testing

/// What a library does to swift-metrics, and what `/metrics` says then.
@Suite("The backend of swift-metrics")
struct LibraryMetricsTests {
    private let registry = Registry()
    private let factory: LibraryMetricsFactory

    init() { self.factory = LibraryMetricsFactory(LibraryFamilies(self.registry, limit: 1_000)) }

    /// The sample lines of families that are not the registry's own.
    private var lines: Set<String> {
        let lines = String(decoding: self.registry.render(), as: UTF8.self).split(separator: "\n").map(String.init)
        return Set(lines.filter { !$0.hasPrefix("#") && !$0.hasPrefix("arb1d_metrics_") })
    }

    @Test("exports counters, whole and of fractions, which never go back")
    func counters() {
        let counter = CoreMetrics.Counter(label: "lib.frames", dimensions: [("peer", "a\"b")], factory: self.factory)
        counter.increment(by: 3)
        counter.increment(by: -2)
        counter.reset()
        let fractions = FloatingPointCounter(label: "lib.cost", factory: self.factory)
        for _ in 0..<3 { fractions.increment(by: 0.75) }
        #expect(self.lines == [#"lib_frames_total{peer="a\"b"} 3"#, "lib_cost_total 2"])
    }

    @Test("exports meters and plain recorders as gauges")
    func gauges() {
        let meter = Meter(label: "lib.open", factory: self.factory)
        meter.set(5)
        meter.increment(by: 2.5)
        meter.decrement()
        meter.increment(by: Double.nan)
        let gauge = CoreMetrics.Gauge(label: "lib.level", factory: self.factory)
        gauge.record(7)
        gauge.record(6.25)
        #expect(self.lines == ["lib_open 6.5", "lib_level 6.25"])
    }

    @Test("exports timers in seconds, whatever their unit, and recorders, both as histograms")
    func histograms() throws {
        let timer = Timer(label: "lib.wait", preferredDisplayUnit: .milliseconds, factory: self.factory)
        timer.recordMilliseconds(20)
        timer.recordNanoseconds(-5)
        timer.recordSeconds(2)
        let recorder = Recorder(label: "lib.size", factory: self.factory)
        recorder.record(1_500)
        recorder.record(2e12)
        let lines = self.lines
        #expect(lines.contains(#"lib_wait_seconds_bucket{le="0.025"} 2"#))
        #expect(lines.contains("lib_wait_seconds_sum 2.02"))
        #expect(lines.contains("lib_wait_seconds_count 3"))
        #expect(lines.contains(#"lib_size_bucket{le="10000.0"} 1"#))
        #expect(lines.contains("lib_size_sum 2000000001500"))
        #expect(lines.contains("lib_size_count 2"))
    }

    @Test("takes out what a library destroys, of every kind")
    func destroyed() {
        let (counter, meter) = (
            CoreMetrics.Counter(label: "a", factory: self.factory), Meter(label: "b", factory: self.factory)
        )
        let (recorder, gauge) = (
            Recorder(label: "c", factory: self.factory), CoreMetrics.Gauge(label: "d", factory: self.factory)
        )
        let (timer, fractions) = (
            Timer(label: "e", factory: self.factory), FloatingPointCounter(label: "f", factory: self.factory)
        )
        #expect(self.lines.count == 4 + 2 * 16)
        counter.destroy()
        meter.destroy()
        recorder.destroy()
        gauge.destroy()
        timer.destroy()
        fractions.destroy()
        #expect(self.lines.isEmpty)
        // Who still counts does no harm.
        counter.increment()
        timer.recordSeconds(1)
        #expect(self.lines.isEmpty)
    }

    @Test("gives a library that asks for too much what counts unseen")
    func limit() {
        let factory = LibraryMetricsFactory(LibraryFamilies(Registry(), limit: 0))
        CoreMetrics.Counter(label: "a", factory: factory).increment()
        Timer(label: "b", factory: factory).recordSeconds(1)
        let registry = Registry()
        let tight = LibraryMetricsFactory(LibraryFamilies(registry, limit: 10))
        for number in 0..<1_000 {
            CoreMetrics.Counter(label: "paths", dimensions: [("path", "\(number)")], factory: tight).increment()
        }
        let text = String(decoding: registry.render(), as: UTF8.self)
        #expect(text.split(separator: "\n").count { $0.hasPrefix("paths_total{") } == 10)
        #expect(text.contains("arb1d_metrics_library_refused_total{reason=\"limit\"} 990\n"))
        #expect(text.contains("arb1d_metrics_library_series 10\n"))
    }

    @Test("is exact while many threads count, create and destroy")
    func threads() async {
        await withTaskGroup(of: Void.self) { group in
            for worker in 0..<8 {
                group.addTask { [factory] in
                    let kept = CoreMetrics.Counter(label: "kept", factory: factory)
                    for round in 0..<500 {
                        kept.increment()
                        let passing = Timer(label: "passing", dimensions: [("n", "\(round % 7)")], factory: factory)
                        passing.recordNanoseconds(worker)
                        passing.destroy()
                    }
                }
            }
            group.addTask { [registry] in for _ in 0..<50 { _ = registry.render(.openMetrics) } }
        }
        #expect(self.lines == ["kept_total 4000"])
    }
}
