import Testing

@testable import Metrics

@Suite("Registry")
struct RegistryTests {
    @Test("all children of a family stand together, in a stable order, under one HELP and one TYPE")
    func familiesStandTogether() {
        let registry = Registry()
        let frames = registry.counter("arb1d_frames_total", help: "Frames.", labels: VenueLabels.self)
        let bytes = registry.counter("arb1d_bytes_total", help: "Bytes.", labels: VenueLabels.self)
        for venue in ["gateio", "binance", "bybit"] {
            frames.counter(for: VenueLabels(venue: venue)).increment()
            bytes.counter(for: VenueLabels(venue: venue)).increment(by: 7)
        }
        let expected = """
            # HELP arb1d_bytes_total Bytes.
            # TYPE arb1d_bytes_total counter
            arb1d_bytes_total{venue="binance"} 7
            arb1d_bytes_total{venue="bybit"} 7
            arb1d_bytes_total{venue="gateio"} 7
            # HELP arb1d_frames_total Frames.
            # TYPE arb1d_frames_total counter
            arb1d_frames_total{venue="binance"} 1
            arb1d_frames_total{venue="bybit"} 1
            arb1d_frames_total{venue="gateio"} 1
            # HELP arb1d_metrics_body_bytes
            """
        #expect(registry.text.hasPrefix(expected))
    }

    @Test(
        "label values are escaped",
        arguments: [
            ("plain", "plain"), ("a\"b", "a\\\"b"), ("a\\b", "a\\\\b"), ("a\nb", "a\\nb"), ("", ""), ("é{}=,", "é{}=,"),
        ]
    )
    func labelEscaping(value: String, escaped: String) {
        #expect(PreformattedLabels(["venue"], [value]).bytes == Array("{venue=\"\(escaped)\"}".utf8))
    }

    @Test("help texts escape backslash and line feed, and leave quotes alone")
    func helpEscaping() {
        let registry = Registry()
        _ = registry.gauge("arb1d_odd", help: "a \"b\" \\ c\nd")
        #expect(registry.lines(of: "arb1d_odd").first == "# HELP arb1d_odd a \"b\" \\\\ c\\nd")
    }

    @Test("the same labels give the same child")
    func sameChild() {
        let family = Registry().counter("arb1d_frames_total", help: "Frames.", labels: VenueLabels.self)
        #expect(family.counter(for: VenueLabels(venue: "a")) === family.counter(for: VenueLabels(venue: "a")))
        #expect(family.counter(for: VenueLabels(venue: "a")) !== family.counter(for: VenueLabels(venue: "b")))
    }

    @Test("registering the same family again gives the same instruments")
    func sameFamily() {
        let registry = Registry()
        #expect(registry.counter("arb1d_a_total", help: "A.") === registry.counter("arb1d_a_total", help: "A."))
    }

    @Test("a removed child leaves the scrape, and an empty family goes with it")
    func removal() {
        let registry = Registry()
        let family = registry.gauge("arb1d_depth", help: "Depth.", labels: VenueLabels.self)
        family.gauge(for: VenueLabels(venue: "a")).set(1)
        family.gauge(for: VenueLabels(venue: "b")).set(2)
        family.remove(VenueLabels(venue: "a"))
        #expect(registry.lines(of: "arb1d_depth").dropFirst(2) == ["arb1d_depth{venue=\"b\"} 2"])
        family.remove(VenueLabels(venue: "b"))
        #expect(registry.lines(of: "arb1d_depth").isEmpty)
    }

    @Test("a collector's samples are read anew in each scrape")
    func collector() {
        let registry = Registry()
        let depth = registry.gauge("arb1d_source", help: "What the collector reads.")
        let block = PreformattedLabels(["stage"], ["raw"])
        registry.collect([
            SampledFamily("arb1d_flow_in_total", kind: .counter, help: "In.", labels: ["stage"]),
            SampledFamily("arb1d_flow_held", kind: .gauge, help: "Held.", labels: ["stage"]),
        ]) { sink in
            sink.add(0, ["decode"], UInt64.max)
            sink.add(0, block, UInt64(3))
            if depth.value > 0 { sink.add(1, block, depth.value) }
        }
        #expect(
            registry.lines(of: "arb1d_flow_in_total").dropFirst(2) == [
                "arb1d_flow_in_total{stage=\"decode\"} 18446744073709551615", "arb1d_flow_in_total{stage=\"raw\"} 3",
            ]
        )
        #expect(registry.lines(of: "arb1d_flow_held").isEmpty)
        depth.set(0.5)
        #expect(registry.lines(of: "arb1d_flow_held").last == "arb1d_flow_held{stage=\"raw\"} 0.5")
    }

    @Test("several collectors may feed one family")
    func twoCollectors() {
        let registry = Registry()
        for stage in ["raw", "update"] {
            registry.collect([SampledFamily("arb1d_flow_held", kind: .gauge, help: "Held.", labels: ["stage"])]) {
                $0.add(0, [stage], 1.0)
            }
        }
        #expect(registry.lines(of: "arb1d_flow_held").count == 4)
    }

    @Test("the registry reports its own series, time and size")
    func ownFigures() throws {
        let registry = Registry()
        _ = registry.histogram("arb1d_wait_seconds", help: "Wait.", buckets: [1, 2])
        let first = registry.render()
        #expect(
            registry.lines(of: "arb1d_metrics_body_bytes").dropFirst(2).map { $0.split(separator: "{")[1] } == [
                "format=\"text\"} \(first.count)", "format=\"openmetrics\"} 0", "format=\"protobuf\"} 0",
            ]
        )
        let own = registry.lines(of: "arb1d_metrics_render_seconds")
        let seconds = try #require(own.dropFirst(2).first?.split(separator: " ").last)
        #expect(try #require(Double(seconds)) > 0)
        let series = registry.text.split(separator: "\n").filter { !$0.hasPrefix("#") }
        let claimed = registry.lines(of: "arb1d_metrics_series").dropFirst(2)
        #expect(claimed.contains("arb1d_metrics_series{family=\"arb1d_wait_seconds\"} 5"))
        #expect(claimed.compactMap { $0.split(separator: " ").last.flatMap { Int($0) } }.reduce(0, +) == series.count)
    }

    @Test("the list of families names kind, help and labels")
    func families() {
        let registry = Registry()
        _ = registry.counter("arb1d_frames_total", help: "Frames.", labels: VenueLabels.self)
        let family = registry.families.first
        #expect(family?.name == "arb1d_frames_total")
        #expect(family?.kind == .counter)
        #expect(family?.labels == ["venue"])
    }
}
