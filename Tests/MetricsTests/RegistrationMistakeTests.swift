import Testing

@testable import Metrics

/// Mistakes in our own source stop the process at wiring time, with a sentence.
@Suite("Registration mistakes")
struct RegistrationMistakeTests {
    @Test("another type under the same name")
    func otherType() async {
        await #expect(processExitsWith: .failure) {
            let registry = Registry()
            _ = registry.gauge("arb1d_depth", help: "Depth.")
            _ = registry.histogram("arb1d_depth", help: "Depth.", buckets: [1])
        }
    }

    @Test("another help under the same name")
    func otherHelp() async {
        await #expect(processExitsWith: .failure) {
            let registry = Registry()
            _ = registry.gauge("arb1d_depth", help: "Depth.")
            _ = registry.gauge("arb1d_depth", help: "Depth, differently.")
        }
    }

    @Test("other labels under the same name")
    func otherLabels() async {
        await #expect(processExitsWith: .failure) {
            let registry = Registry()
            _ = registry.gauge("arb1d_depth", help: "Depth.")
            _ = registry.gauge("arb1d_depth", help: "Depth.", labels: VenueLabels.self)
        }
    }

    @Test("other buckets under the same name")
    func otherBuckets() async {
        await #expect(processExitsWith: .failure) {
            let registry = Registry()
            _ = registry.histogram("arb1d_wait_seconds", help: "Wait.", buckets: [1])
            _ = registry.histogram("arb1d_wait_seconds", help: "Wait.", buckets: [2])
        }
    }

    @Test("a family both counted here and sampled from elsewhere")
    func countedAndSampled() async {
        await #expect(processExitsWith: .failure) {
            let registry = Registry()
            _ = registry.gauge("arb1d_depth", help: "Depth.")
            registry.collect([SampledFamily("arb1d_depth", kind: .gauge, help: "Depth.")]) { _ in }
        }
    }

    // Only debug builds look for these, since it takes as long as the scrape itself.
    #if DEBUG
        @Test("a series added twice in one scrape")
        func duplicateSeries() async {
            await #expect(processExitsWith: .failure) {
                let registry = Registry()
                registry.collect([SampledFamily("arb1d_depth", kind: .gauge, help: "Depth.", labels: ["venue"])]) {
                    sink in
                    sink.add(0, ["a"], 1.0)
                    sink.add(0, ["a"], 2.0)
                }
                _ = registry.render()
            }
        }
    #endif

    @Test("a family that counts whole numbers in one child and time in another")
    func mixedFamily() async {
        await #expect(processExitsWith: .failure) {
            let registry = Registry()
            let name = "arb1d_busy_seconds_total"
            registry.counter(name, help: "Busy.", labels: VenueLabels.self).counter(for: VenueLabels(venue: "a"))
                .increment()
            registry.seconds(name, help: "Busy.", labels: VenueLabels.self).counter(for: VenueLabels(venue: "b"))
                .add(nanoseconds: 1)
            _ = registry.render()
        }
    }

    @Test("a counter that does not end in _total")
    func counterSuffix() async {
        await #expect(processExitsWith: .failure) { _ = Registry().counter("arb1d_frames", help: "Frames.") }
    }

    @Test("a gauge that ends in _total")
    func gaugeSuffix() async {
        await #expect(processExitsWith: .failure) { _ = Registry().gauge("arb1d_frames_total", help: "Frames.") }
    }

    @Test("two families that are one in OpenMetrics")
    func sameBase() async {
        await #expect(processExitsWith: .failure) {
            let registry = Registry()
            _ = registry.counter("arb1d_frames_total", help: "Frames.")
            _ = registry.gauge("arb1d_frames", help: "Frames.")
        }
    }

    @Test("an info that does not end in _info, and a gauge that does")
    func infoSuffix() async {
        await #expect(processExitsWith: .failure) {
            _ = Registry().info("arb1d_build", help: "Build.", labels: VenueLabels.self)
        }
        await #expect(processExitsWith: .failure) { _ = Registry().gauge("arb1d_build_info", help: "Build.") }
    }

    @Test("a stateset without states, and states of a gauge")
    func states() async {
        await #expect(processExitsWith: .failure) { _ = SampledFamily("arb1d_state", kind: .stateset, help: "State.") }
        await #expect(processExitsWith: .failure) {
            _ = SampledFamily("arb1d_state", kind: .gauge, help: "State.", states: ["a"])
        }
    }

    @Test("a histogram with neither classic nor native buckets")
    func noBuckets() async {
        await #expect(processExitsWith: .failure) {
            _ = Registry().histogram("arb1d_wait_seconds", help: "Wait.", buckets: [], native: nil)
        }
    }

    @Test("an illegal name, one by one", arguments: ["", "1st", "a-b", "a:b", "é", "a b"])
    func illegalName(name: String) async {
        await #expect(processExitsWith: .failure) { [name] in _ = Registry().gauge(name, help: "Help.") }
    }

    @Test("an illegal label name, one by one", arguments: ["", "le", "__a", "a-b", "0"])
    func illegalLabel(name: String) async {
        await #expect(processExitsWith: .failure) { [name] in
            _ = SampledFamily("arb1d_depth", kind: .gauge, help: "Depth.", labels: [name])
        }
    }

    @Test("bounds that do not ascend")
    func bounds() async {
        await #expect(processExitsWith: .failure) {
            HistogramShape.require(bounds: [1, 1], native: nil, of: "arb1d_wait_seconds")
        }
        await #expect(processExitsWith: .failure) {
            HistogramShape.require(bounds: [1, .infinity], native: nil, of: "arb1d_wait_seconds")
        }
    }
}
