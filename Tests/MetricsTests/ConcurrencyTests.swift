import Testing

@testable import Metrics

@Suite("Metrics under concurrency")
struct ConcurrencyTests {
    @Test("nothing that many threads count, add or observe is lost")
    func nothingLost() async {
        let registry = Registry()
        let counter = registry.counter("arb1d_things_total", help: "Things.")
        let gauge = registry.gauge("arb1d_depth", help: "Depth.")
        let histogram = registry.histogram("arb1d_wait_seconds", help: "Wait.", buckets: [0.5, 1])
        await withTaskGroup { group in
            for _ in 0..<4 {
                group.addTask {
                    for step in 0..<20_000 {
                        counter.increment()
                        gauge.add(1)
                        histogram.observe(step.isMultiple(of: 2) ? 0.25 : 0.75)
                    }
                }
            }
        }
        #expect(counter.value == 80_000)
        #expect(gauge.value == 80_000)
        #expect(histogram.read().cumulative == [40_000, 80_000, 80_000])
        #expect(histogram.read().sum == 40_000)
    }

    @Test("every scrape during observations shows a histogram that agrees with itself")
    func consistentHistogram() async {
        let registry = Registry()
        let histogram = registry.histogram("arb1d_wait_seconds", help: "Wait.", buckets: [0.5, 1])
        await withTaskGroup { group in
            for value in [0.25, 0.75, 2] {
                group.addTask { for _ in 0..<20_000 { histogram.observe(value) } }
            }
            for _ in 0..<2 {
                group.addTask {
                    var last: UInt64 = 0
                    for _ in 0..<200 {
                        let numbers = registry.lines(of: "arb1d_wait_seconds")
                            .compactMap { $0.split(separator: " ").last.flatMap { UInt64($0) } }
                        // Three buckets, then the count; the sum need not be whole and may be missing here.
                        let (low, middle, infinite) = (numbers[0], numbers[1], numbers[2])
                        #expect(low <= middle && middle <= infinite)
                        #expect(numbers.last == infinite)
                        #expect(infinite >= last)
                        last = infinite
                    }
                }
            }
        }
    }

    @Test("scrapes, new children and removals go on side by side")
    func sideBySide() async {
        let registry = Registry()
        let family = registry.counter("arb1d_frames_total", help: "Frames.", labels: VenueLabels.self)
        await withTaskGroup { group in
            for worker in 0..<3 {
                group.addTask {
                    for step in 0..<300 {
                        family.counter(for: VenueLabels(venue: "\(worker)-\(step)")).increment()
                        if step.isMultiple(of: 3) { family.remove(VenueLabels(venue: "\(worker)-\(step)")) }
                    }
                }
            }
            for _ in 0..<2 {
                group.addTask {
                    for _ in 0..<50 {
                        let lines = registry.lines(of: "arb1d_frames_total")
                        #expect(Set(lines).count == lines.count)
                        #expect(lines.allSatisfy { $0.hasPrefix("#") || $0.hasSuffix(" 1") || $0.hasSuffix(" 0") })
                    }
                }
            }
        }
        #expect(registry.lines(of: "arb1d_frames_total").count == 2 + 600)
    }
}
