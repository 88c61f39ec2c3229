import Foundation
import Testing

@testable import Metrics

/// What each instrument is called in each format.
@Suite("Formats")
struct FormatTests {
    struct Row {
        let family: String
        /// The TYPE lines of text 0.0.4 and OpenMetrics, and the type's number in protobuf.
        let plain: String
        let openMetrics: String
        let protobuf: UInt64
        let unit: String?
        /// Samples in both texts, without `_created`.
        let samples: [String]

        init(
            _ family: String,
            _ plain: String,
            _ openMetrics: String,
            _ protobuf: UInt64,
            _ unit: String?,
            _ samples: [String]
        ) {
            self.family = family
            self.plain = plain
            self.openMetrics = openMetrics
            self.protobuf = protobuf
            self.unit = unit
            self.samples = samples
        }
    }

    static let table: [Row] = [
        Row(
            "arb1d_frames_total",
            "arb1d_frames_total counter",
            "arb1d_frames counter",
            0,
            nil,
            [
                "arb1d_frames_total{venue=\"bybit\"} 7"
            ]
        ),
        Row(
            "arb1d_busy_seconds_total",
            "arb1d_busy_seconds_total counter",
            "arb1d_busy_seconds counter",
            0,
            "seconds",
            [
                "arb1d_busy_seconds_total{venue=\"bybit\"} 1.5"
            ]
        ),
        Row(
            "arb1d_read_total",
            "arb1d_read_total counter",
            "arb1d_read counter",
            0,
            nil,
            [
                "arb1d_read_total{venue=\"bybit\"} 9007199254740991"
            ]
        ),
        Row(
            "arb1d_depth_bytes",
            "arb1d_depth_bytes gauge",
            "arb1d_depth_bytes gauge",
            1,
            "bytes",
            [
                "arb1d_depth_bytes{venue=\"bybit\"} -0.25"
            ]
        ),
        Row(
            "arb1d_price",
            "arb1d_price gauge",
            "arb1d_price gauge",
            1,
            nil,
            ["arb1d_price{venue=\"bybit\"} 67012.375"]
        ),
        Row(
            "arb1d_door_state",
            "arb1d_door_state gauge",
            "arb1d_door_state stateset",
            1,
            nil,
            [
                "arb1d_door_state{venue=\"bybit\",arb1d_door_state=\"closed\"} 0",
                "arb1d_door_state{venue=\"bybit\",arb1d_door_state=\"open\"} 1",
                "arb1d_door_state{venue=\"bybit\",arb1d_door_state=\"half\"} 0",
            ]
        ),
        Row(
            "arb1d_breaker_state",
            "arb1d_breaker_state gauge",
            "arb1d_breaker_state stateset",
            1,
            nil,
            [
                "arb1d_breaker_state{venue=\"bybit\",arb1d_breaker_state=\"closed\"} 0",
                "arb1d_breaker_state{venue=\"bybit\",arb1d_breaker_state=\"open\"} 1",
            ]
        ),
        Row(
            "arb1d_part_info",
            "arb1d_part_info gauge",
            "arb1d_part info",
            1,
            nil,
            ["arb1d_part_info{venue=\"bybit\"} 1"]
        ),
        Row(
            "arb1d_build_info",
            "arb1d_build_info gauge",
            "arb1d_build info",
            1,
            nil,
            [
                "arb1d_build_info{version=\"1.2.3\"} 1"
            ]
        ),
        Row(
            "arb1d_wait_seconds",
            "arb1d_wait_seconds histogram",
            "arb1d_wait_seconds histogram",
            4,
            "seconds",
            [
                "arb1d_wait_seconds_bucket{venue=\"bybit\",le=\"0.5\"} 3",
                "arb1d_wait_seconds_bucket{venue=\"bybit\",le=\"1.0\"} 4",
                "arb1d_wait_seconds_bucket{venue=\"bybit\",le=\"300.0\"} 4",
                "arb1d_wait_seconds_bucket{venue=\"bybit\",le=\"+Inf\"} 5",
                "arb1d_wait_seconds_sum{venue=\"bybit\"} 1000000001.5",
                "arb1d_wait_seconds_count{venue=\"bybit\"} 5",
            ]
        ),
        Row(
            "arb1d_old_ratio",
            "arb1d_old_ratio histogram",
            "arb1d_old_ratio histogram",
            4,
            "ratio",
            [
                "arb1d_old_ratio_bucket{venue=\"bybit\",le=\"0.001\"} 0",
                "arb1d_old_ratio_bucket{venue=\"bybit\",le=\"+Inf\"} 1",
                "arb1d_old_ratio_sum{venue=\"bybit\"} 0.5",
                "arb1d_old_ratio_count{venue=\"bybit\"} 1",
            ]
        ),
        Row(
            "arb1d_new_seconds",
            "arb1d_new_seconds histogram",
            "arb1d_new_seconds histogram",
            4,
            "seconds",
            [
                "arb1d_new_seconds_bucket{venue=\"bybit\",le=\"+Inf\"} 1",
                "arb1d_new_seconds_sum{venue=\"bybit\"} 0.5",
                "arb1d_new_seconds_count{venue=\"bybit\"} 1",
            ]
        ),
    ]

    private static func lines(_ format: ExpositionFormat, showsCreated: Bool = false) -> [String] {
        let body = Registry.everyKind().render(format, showsCreated: showsCreated)
        return String(decoding: body, as: UTF8.self).split(separator: "\n").map(String.init)
    }

    /// The lines from a family's TYPE to the next one, the TYPE left out.
    private static func samples(after type: String, in lines: [String]) -> [String] {
        lines.drop { $0 != "# TYPE \(type)" }.dropFirst().drop { $0.hasPrefix("#") }.prefix { !$0.hasPrefix("#") }
            .map { $0.components(before: " # ") }
    }

    @Test("text 0.0.4", arguments: table)
    func text(row: Row) {
        let lines = Self.lines(.text)
        #expect(lines.contains("# TYPE \(row.plain)"))
        #expect(lines.contains { $0.hasPrefix("# HELP \(row.family) ") })
        #expect(Self.samples(after: row.plain, in: lines) == row.samples)
        #expect(!lines.contains { $0.hasPrefix("# UNIT") || $0.contains(" # ") || $0 == "# EOF" })
    }

    @Test("OpenMetrics", arguments: table)
    func openMetrics(row: Row) {
        let lines = Self.lines(.openMetrics)
        let base = row.openMetrics.components(before: " ")
        #expect(lines.contains("# TYPE \(row.openMetrics)"))
        #expect(lines.contains { $0.hasPrefix("# HELP \(base) ") })
        #expect(lines.filter { $0.hasPrefix("# UNIT \(base) ") } == (row.unit.map { ["# UNIT \(base) \($0)"] } ?? []))
        #expect(Self.samples(after: row.openMetrics, in: lines) == row.samples)
        #expect(lines.last == "# EOF")
    }

    @Test(
        "OpenMetrics with creation times has one for each counter and histogram, behind its samples",
        arguments: table
    )
    func created(row: Row) {
        let base = row.openMetrics.components(before: " ")
        let expected =
            row.plain.hasSuffix("counter") || row.plain.hasSuffix("histogram")
            ? ["\(base)_created{venue=\"bybit\"} 1763835600.5"] : []
        let lines = Self.lines(.openMetrics, showsCreated: true)
        #expect(Self.samples(after: row.openMetrics, in: lines) == row.samples + expected)
    }

    @Test("protobuf", arguments: table)
    func protobuf(row: Row) throws {
        let body = try ParsedProtobuf(Registry.everyKind().render(.protobuf))
        let family = try #require(body.families.first { $0.name == row.family })
        #expect(family.type == row.protobuf)
        #expect(family.unit == row.unit)
        #expect(!family.help.isEmpty)
        #expect(family.metrics == (row.samples.contains { $0.contains("_state=") } ? row.samples.count : 1))
        let key = SampleKey.make(row.family, [("venue", "bybit")])
        if row.protobuf == 0 || row.protobuf == 4 { #expect(body.created[key] == 1_763_835_600) }
        #expect((body.natives[key] != nil) == ["arb1d_wait_seconds", "arb1d_new_seconds"].contains(row.family))
    }

    @Test("an exemplar stands on its bucket, in OpenMetrics and protobuf")
    func exemplar() throws {
        let registry = Registry.everyKind()
        let text = try ParsedText(registry.render(.openMetrics))
        let exemplars = text.samples.filter { $0.exemplar != nil }
        #expect(exemplars.map(\.exemplar) == ["{symbol=\"BTCUSDT\",update=\"17\"} 0.75 1763835600.25"])
        #expect(exemplars.first?.labels.last?.value == "1.0")
        let body = try ParsedProtobuf(registry.render(.protobuf))
        #expect(body.exemplars.keys.sorted() == exemplars.map(\.key))
        let exemplar = try #require(body.exemplars.values.first)
        #expect(exemplar.labels == ["symbol": "BTCUSDT", "update": "17"])
        #expect(exemplar.value == 0.75)
        #expect(exemplar.time == 1_763_835_600)
    }

    @Test("one registry gives equal samples in all three formats, with hostile labels too")
    func metamorphic() throws {
        let registry = Registry.everyKind(venues: [
            "bybit", "", "a\"b\\c\nd", "é{},=\u{0}\t", String(repeating: "ü", count: 9_000),
        ])
        // Figures of the scrapes themselves change from one to the next.
        func steady(_ values: [String: Double]) -> [String: Double] {
            values.filter { !$0.key.hasPrefix("arb1d_metrics_render") && !$0.key.hasPrefix("arb1d_metrics_body") }
        }
        let plain = try ParsedText(registry.render(.text))
        let open = try ParsedText(registry.render(.openMetrics))
        let protobuf = try ParsedProtobuf(registry.render(.protobuf))
        #expect(plain.values.count == plain.samples.count)
        #expect(plain.values.count > 140)
        #expect(plain.values.keys.filter { $0.contains("a\"b\\c\nd") }.count > 20)
        for other in [steady(open.values), steady(protobuf.values)] {
            let differing = steady(plain.values).filter { other[$0.key] != $0.value }
            #expect(differing == [:])
            #expect(other.count == steady(plain.values).count)
        }
        #expect(plain.mistakes.isEmpty && open.mistakes.isEmpty)
        #expect(open.isEnded && !plain.isEnded)
        for (key, native) in protobuf.natives {
            let count = plain.values.first { $0.key == key.replacing("_seconds", with: "_seconds_count") }?.value
            #expect(Double(native.total) == count)
        }
    }
}

extension String {
    fileprivate func components(before separator: String) -> String {
        self.range(of: separator).map { String(self[..<$0.lowerBound]) } ?? self
    }
}
