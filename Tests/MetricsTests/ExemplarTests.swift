import Testing

@testable import Metrics

@Suite("Exemplars")
struct ExemplarTests {
    private static func histogram(_ registry: Registry, labels: @escaping @Sendable (UInt32) -> PreformattedLabels?)
        -> Histogram
    {
        registry.histogram(
            "arb1d_wait_seconds",
            help: "Wait.",
            labels: NoLabels.self,
            buckets: [0.5, 1],
            exemplars: ExemplarNaming(number: "update", labels: labels)
        ).histogram(for: NoLabels())
    }

    private static func shown(_ registry: Registry) throws -> [String?] {
        try ParsedText(registry.render(.openMetrics)).samples.filter { $0.name == "arb1d_wait_seconds_bucket" }
            .map(\.exemplar)
    }

    @Test("each bucket keeps its own, and a newer one replaces it after half a second")
    func replacement() throws {
        let registry = Registry()
        let histogram = Self.histogram(registry) { PreformattedLabels(["symbol"], ["S\($0)"]) }
        func observe(_ value: Double, _ subject: UInt32, _ number: UInt64, at time: Int64) {
            histogram.observe(value, evidence: Evidence(subject: subject, number: number, time: time))
        }
        observe(0.25, 1, 5, at: 1_000_000_000)
        observe(2, 2, 0, at: 1_000_000_000)
        observe(0.125, 3, 6, at: 1_400_000_000)
        #expect(try Self.shown(registry) == [#"{symbol="S1",update="5"} 0.25 1"#, nil, #"{symbol="S2"} 2 1"#])
        observe(0.375, 4, 7, at: 1_500_000_000)
        #expect(try Self.shown(registry) == [#"{symbol="S4",update="7"} 0.375 1.5"#, nil, #"{symbol="S2"} 2 1"#])
        #expect(histogram.read().count == 4)
    }

    @Test("those without labels, and those with more than 128 characters, are left out")
    func unnamed() throws {
        let registry = Registry()
        let histogram = Self.histogram(registry) { subject in
            subject == 0 ? nil : PreformattedLabels(["symbol"], [String(repeating: "x", count: Int(subject))])
        }
        for (position, subject) in [0, 200, 90].enumerated() {
            let evidence = Evidence(subject: UInt32(subject), number: 123_456_789, time: 1)
            histogram.observe([0.25, 0.75, 2][position], evidence: evidence)
        }
        let shown = try Self.shown(registry)
        #expect(shown.map { $0 != nil } == [false, false, true])
        let body = try ParsedProtobuf(registry.render(.protobuf))
        #expect(body.exemplars.count == 1)
    }

    @Test("a reader never sees a mixture of two")
    func noMixture() async {
        let slots = ExemplarSlots(count: 1)
        await withTaskGroup { group in
            for worker in 1...3 {
                group.addTask {
                    for step in 1...20_000 {
                        // All fields of one exemplar say the same number.
                        let number = UInt64(step * 4 + worker)
                        let time = Int64(number) * ExemplarSlots.refresh
                        let evidence = Evidence(subject: UInt32(number), number: number, time: time)
                        slots.offer(Double(number), evidence, in: 0)
                    }
                }
            }
            group.addTask {
                for _ in 0..<50_000 {
                    var seen: [Exemplar?] = []
                    slots.read(into: &seen)
                    guard let exemplar = seen[0] else { continue }
                    let number = exemplar.evidence.number
                    let isWhole = exemplar.value == Double(number) && exemplar.evidence.subject == UInt32(number)
                    guard isWhole, exemplar.evidence.time == Int64(number) * ExemplarSlots.refresh else {
                        Issue.record("a mixture: \(exemplar)")
                        return
                    }
                }
            }
        }
    }
}
