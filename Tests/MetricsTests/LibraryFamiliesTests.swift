import Testing

@testable import Metrics

@Suite("The metrics of libraries")
struct LibraryFamiliesTests {
    private static func series(_ registry: Registry) throws -> [String: Double] {
        try ParsedText(registry.render()).values
    }

    @Test("share their room: what has none is refused whole, and counted")
    func limit() throws {
        let registry = Registry()
        // A histogram of 13 bounds has 16 series.
        let families = LibraryFamilies(registry, limit: 18)
        families.counter("a", [("x", "1")]).instrument.increment()
        #expect(families.series == 1)
        let kept = families.histogram("b", .timer, [])
        kept.instrument.observe(0.5)
        #expect(families.series == 17)
        families.histogram("b", .timer, [("x", "1")]).instrument.observe(0.5)
        #expect(families.series == 17)
        families.counter("a", [("x", "2")]).instrument.increment()
        #expect(families.series == 18)
        families.gauge("c", []).instrument.set(1)
        #expect(families.series == 18)
        let values = try Self.series(registry)
        #expect(values["arb1d_metrics_library_series"] == 18)
        #expect(values["arb1d_metrics_library_series_limit"] == 18)
        #expect(values[SampleKey.make("arb1d_metrics_library_refused_total", [("reason", "limit")])] == 2)
        let foreign = values.keys.filter { !$0.hasPrefix("arb1d_") }
        #expect(foreign.count == 18, "16 of the histogram, 2 of the counter")
        #expect(!foreign.contains { $0.hasPrefix("c") })
        // Labels of our own families stay a closed set, and tell their number.
        let own = values.keys.filter { $0.hasPrefix("arb1d_metrics_series\u{1}") }
        #expect(own.allSatisfy { $0.contains("family=arb1d_") })
        let itself = SampleKey.make("arb1d_metrics_series", [("family", "arb1d_metrics_series")])
        #expect(values[itself] == Double(own.count))
        // Its room is free again.
        families.release(kept)
        #expect(families.series == 2)
        families.histogram("b", .timer, [("x", "1")]).instrument.observe(0.25)
        #expect(try Self.series(registry)[SampleKey.make("b_seconds_sum", [("x", "1")])] == 0.25)
    }

    @Test("count creation times among their series where those are shown")
    func created() throws {
        let registry = Registry()
        let families = LibraryFamilies(registry, limit: 100, showsCreated: true)
        _ = families.counter("a", [])
        _ = families.gauge("b", [])
        _ = families.histogram("c", .recorder, [])
        let body = try ParsedText(registry.render(.openMetrics, showsCreated: true))
        #expect(body.samples.count { !$0.name.hasPrefix("arb1d_") } == families.series)
    }

    @Test("never stand in the place of ours, nor of one another")
    func clashes() throws {
        let registry = Registry()
        let families = LibraryFamilies(registry, limit: 1_000)
        registry.counter("wait_total", help: "Ours.").increment(by: 3)
        families.counter("wait", []).instrument.increment()
        families.gauge("wait", []).instrument.set(9)
        families.counter("arb1d.metrics.library.refused", []).instrument.increment()
        #expect(families.series == 0)
        families.counter("a.b", [("x", "1")]).instrument.increment(by: 2)
        families.counter("a_b", [("x", "1")]).instrument.increment(by: 5)
        families.gauge("a.b", []).instrument.set(7)
        families.histogram("t", .timer, []).instrument.observe(1)
        families.histogram("t_seconds", .recorder, []).instrument.observe(1)
        let values = try Self.series(registry)
        #expect(values["wait_total"] == 3)
        #expect(values[SampleKey.make("a_b_total", [("x", "1")])] == 2)
        #expect(values["a_b"] == nil)
        #expect(values["t_seconds_count"] == 1)
        #expect(values[SampleKey.make("arb1d_metrics_library_refused_total", [("reason", "name")])] == 6)
        #expect(try ParsedText(registry.render(.openMetrics)).mistakes.isEmpty)
    }

    @Test("are one child for all that hold it, which goes with the last of them")
    func holders() throws {
        let registry = Registry()
        let families = LibraryFamilies(registry, limit: 1_000)
        let dimensions = [("b", "2"), ("a", "1")]
        let (first, second) = (families.counter("x", dimensions), families.counter("x", dimensions.reversed()))
        first.instrument.increment()
        second.instrument.increment()
        let key = SampleKey.make("x_total", [("a", "1"), ("b", "2")])
        #expect(try Self.series(registry)[key] == 2)
        families.release(first)
        families.release(first)
        #expect(try Self.series(registry)[key] == 2, "a second release gives nothing back")
        families.release(second)
        #expect(families.series == 0)
        #expect(!registry.families.contains { $0.name == "x_total" })
        second.instrument.increment()
        let anew = families.gauge("x_total", [])
        anew.instrument.set(4)
        #expect(try Self.series(registry)["x_total_value"] == 4, "its name is free for another")
        #expect(families.counter("x", dimensions).instrument.value == 0)
    }

    @Test("may have different labels in one family")
    func labels() throws {
        let registry = Registry()
        let families = LibraryFamilies(registry, limit: 1_000)
        families.counter("x", []).instrument.increment(by: 1)
        families.counter("x", [("a", "1")]).instrument.increment(by: 2)
        families.counter("x", [("a", ""), ("b", "1")]).instrument.increment(by: 3)
        families.counter("x", (0..<17).map { ("l\($0)", "v") }).instrument.increment(by: 4)
        let values = try Self.series(registry)
        #expect(values["x_total"] == 1)
        #expect(values[SampleKey.make("x_total", [("a", "1")])] == 2)
        #expect(values[SampleKey.make("x_total", [("b", "1")])] == 3)
        #expect(values[SampleKey.make("arb1d_metrics_library_refused_total", [("reason", "labels")])] == 1)
        #expect(families.series == 3)
    }
}
