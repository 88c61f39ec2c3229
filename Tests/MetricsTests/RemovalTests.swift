import Testing

@testable import Metrics

@Suite("Removed children")
struct RemovalTests {
    @Test("leave the exposition, while whoever holds them goes on and the others stay")
    func removal() {
        let registry = Registry()
        let (gone, kept) = (VenueLabels(venue: "gone"), VenueLabels(venue: "kept"))
        let counters = registry.counter("arb1d_frames_total", help: "Frames.", labels: VenueLabels.self)
        let gauges = registry.gauge("arb1d_depth", help: "Depth.", labels: VenueLabels.self)
        let waits = registry.histogram("arb1d_wait_seconds", help: "Wait.", labels: VenueLabels.self, buckets: [1])
        let counter = counters.counter(for: gone)
        for labels in [gone, kept] {
            counters.counter(for: labels).increment(by: 2)
            gauges.gauge(for: labels).set(3)
            waits.histogram(for: labels).observe(4)
        }
        #expect(registry.text.contains(#"venue="gone""#))
        counters.remove(gone)
        gauges.remove(gone)
        waits.remove(gone)
        #expect(!registry.text.contains(#"venue="gone""#))
        for line in [
            #"arb1d_frames_total{venue="kept"} 2"#, #"arb1d_depth{venue="kept"} 3"#,
            #"arb1d_wait_seconds_sum{venue="kept"} 4"#,
        ] { #expect(registry.text.contains(line + "\n")) }
        counter.increment(by: 1)
        #expect(counter.value == 3)
        #expect(counters.counter(for: gone).value == 0, "asked for again, it begins anew")
    }

    @Test("a label set renders as its names and values do, and escapes what could end the line")
    func labelBlock() {
        #expect(PreformattedLabels(VenueLabels(venue: "a\"b\\c\n")) == PreformattedLabels(["venue"], ["a\"b\\c\n"]))
        let text = String(decoding: PreformattedLabels(VenueLabels(venue: "a\"b\\c\n")).bytes, as: UTF8.self)
        #expect(text == #"{venue="a\"b\\c\n"}"#)
        #expect(PreformattedLabels(NoLabels()).bytes.isEmpty)
    }
}
