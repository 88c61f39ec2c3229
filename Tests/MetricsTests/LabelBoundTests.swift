import Testing

@testable import Metrics

@Suite("Hostile label values")
struct LabelBoundTests {
    @Test(
        "are cut to a bound, at the end of a character, and stay apart",
        arguments: ["x", "ü", "漢", "👍🏽", "\\", "\""]
    )
    func bounded(character: String) {
        let long = String(repeating: character, count: 10_000)
        let (cut, other) = (LabelValue.bounded(long), LabelValue.bounded(long + "!"))
        #expect(cut.utf8.count <= LabelValue.maxBytes)
        #expect(cut.utf8.count > LabelValue.maxBytes - 8)
        #expect(cut != other, "two values that begin alike are still two series")
        #expect(cut == LabelValue.bounded(long))
        #expect(!cut.unicodeScalars.contains("\u{FFFD}"))
        // Escaping doubles it at most.
        #expect(PreformattedLabels(["venue"], [long]).bytes.count <= 2 * LabelValue.maxBytes + 16)
    }

    @Test("of up to 256 bytes stay as they are", arguments: [0, 1, 255, 256])
    func short(count: Int) {
        let value = String(repeating: "x", count: count)
        #expect(LabelValue.bounded(value) == value)
    }

    @Test("that are no UTF-8 come out as UTF-8")
    func invalid() throws {
        let registry = Registry()
        let value = String(decoding: [0x61, 0xFF, 0xFE, 0xC3, 0x28, 0x62], as: UTF8.self)
        registry.counter("arb1d_frames_total", help: "Frames.", labels: VenueLabels.self)
            .counter(for: VenueLabels(venue: value)).increment()
        for format in [ExpositionFormat.text, .openMetrics] {
            let body = registry.render(format)
            #expect(String(validating: body, as: UTF8.self) != nil)
            #expect(try ParsedText(body).samples.first?.labels.first?.value == "a\u{FFFD}\u{FFFD}\u{FFFD}(b")
        }
    }

    @Test("can be removed by the value that was cut")
    func removal() {
        let registry = Registry()
        let family = registry.gauge("arb1d_depth", help: "Depth.", labels: VenueLabels.self)
        let long = VenueLabels(venue: String(repeating: "x", count: 300))
        family.gauge(for: long).set(1)
        #expect(registry.lines(of: "arb1d_depth").count == 3)
        family.remove(long)
        #expect(registry.lines(of: "arb1d_depth").isEmpty)
    }
}
