import TestSupport
import Testing

@testable import Metrics

@Suite("Names that libraries give")
struct LibraryNameTests {
    private static func family(_ label: String, _ kind: LibraryKind) -> String? {
        try? LibraryName(label, kind, []).family
    }

    @Test(
        "are made legal, with the suffix of their kind",
        arguments: [
            ("hb.requests", .counter, "hb_requests_total"),
            ("requests_total", .counter, "requests_total"),
            ("requests.total", .counter, "requests_total"),
            ("http.server.request.duration", .timer, "http_server_request_duration_seconds"),
            ("wait_seconds", .timer, "wait_seconds"),
            ("http.server.active_requests", .gauge, "http_server_active_requests"),
            ("body-size/bytes", .recorder, "body_size_bytes"),
            ("a:b c", .gauge, "a_b_c"),
            ("2xx", .counter, "_2xx_total"),
            ("größe", .gauge, "gr__e"),
            ("queue.count", .gauge, "queue_count_value"),
            ("rows.total", .gauge, "rows_total_value"),
            ("rows.sum", .recorder, "rows_sum_value"),
            ("x.created", .recorder, "x_created_value"),
            ("x.count", .counter, "x_count_total"),
        ] as [(String, LibraryKind, String)]
    )
    func legal(label: String, kind: LibraryKind, family: String) {
        #expect(Self.family(label, kind) == family)
    }

    @Test(
        "are refused where they are ours, the standard's or Prometheus' own, empty or too long",
        arguments: [
            ("arb1d.flow.in", .counter), ("process.cpu.seconds", .counter), ("scrape.samples", .gauge), ("up", .gauge),
            ("ALERTS", .gauge), ("", .timer), ("_total", .counter),
            (String(repeating: "x", count: 201), .gauge), ("arb1d_end_to_end", .timer),
        ] as [(String, LibraryKind)]
    )
    func refused(label: String, kind: LibraryKind) {
        #expect(throws: LibraryRefusal.name) { try LibraryName(label, kind, []) }
    }

    @Test("of dimensions are legal labels, in order, none empty and none twice")
    func labels() throws {
        let name = try LibraryName(
            "x",
            .gauge,
            [
                ("http.route", "/a"), ("b", ""), ("http_route", "/c"), ("le", "1"), ("__name__", "y"), ("", "z"),
                ("9", String(repeating: "v", count: 10_000)),
            ]
        )
        #expect(name.labels.map(\.name) == ["_", "_9", "_name__", "http_route", "le_"])
        #expect(name.labels.first { $0.name == "http_route" }?.value == "/a;/c")
        #expect(name.labels.allSatisfy { $0.value.utf8.count <= LabelValue.maxBytes })
        #expect(try name.key == LibraryName("x", .gauge, name.labels.map { ($0.name, $0.value) }).key)
    }

    @Test("of too many dimensions, or of too long ones, are refused")
    func tooMany() {
        let many = (0...16).map { ("d\($0)", "v") }
        #expect(throws: LibraryRefusal.labels) { try LibraryName("x", .gauge, many) }
        #expect(throws: LibraryRefusal.labels) {
            try LibraryName("x", .gauge, [(String(repeating: "d", count: 201), "v")])
        }
    }

    @Test("however odd give a body that every parser of ours reads", arguments: Seeds.fresh(1))
    func anything(seed: UInt64) throws {
        var generator = SplitMix64(seed: seed)
        let scalars: [Unicode.Scalar] = ["a", "Z", "0", "_", ".", ":", "\n", "\"", "\\", "é", "{", "\u{0}", "_", "t"]
        let ends = ["", ".total", ".count", ".info", ".seconds"]
        func text(_ generator: inout SplitMix64) -> String {
            var text = String.UnicodeScalarView()
            for _ in 0..<generator.int(0...12) { text.append(scalars[generator.int(0...scalars.count - 1)]) }
            return String(text) + ends[generator.int(0...ends.count - 1)]
        }
        let registry = Registry()
        let families = LibraryFamilies(registry, limit: 100_000)
        for _ in 0..<400 {
            let label = text(&generator)
            let dimensions = (0..<generator.int(0...3)).map { _ in
                (text(&generator), text(&generator))
            }
            switch generator.int(0...3) {
            case 0: families.counter(label, dimensions).instrument.increment()
            case 1: families.gauge(label, dimensions).instrument.set(-1)
            case 2: families.histogram(label, .timer, dimensions).instrument.observe(0.1)
            default: families.histogram(label, .recorder, dimensions).instrument.observe(1e6)
            }
        }
        let (plain, open) = (try ParsedText(registry.render(.text)), try ParsedText(registry.render(.openMetrics)))
        #expect(plain.mistakes.isEmpty && open.mistakes.isEmpty)
        #expect(plain.samples.count > 400)
        #expect(Set(plain.values.keys) == Set(open.values.keys))
        #expect(try ParsedProtobuf(registry.render(.protobuf)).values.count == plain.samples.count)
    }
}
