import Synchronization

/// One family as a scrape finds it.
struct FamilySource {
    let family: Family
    /// Empty for a family that is sampled.
    let children: [Children.Child]
    /// Where the samples of a sampled family are: positions of a collector, and of the family in its list.
    let feeds: [FamilyFeed]
    /// How many lines of text it becomes.
    var series: Int

    /// Writes the family: what is counted here is read now, child by child.
    func write(
        as exposition: some Exposition,
        inOrder: Bool,
        sinks: [SampleSink],
        reading: inout HistogramReading,
        _ output: inout OutputBuffer
    ) {
        let start = exposition.begin(self.family, &output)
        for child in self.children { self.write(child, as: exposition, &reading, &output) }
        if inOrder {
            let samples = self.feeds.flatMap { sinks[$0.collector].samples[$0.position] }
            self.write(samples.sorted { $0.labels.precedes($1.labels) }, as: exposition, &output)
        } else {
            for feed in self.feeds { self.write(sinks[feed.collector].samples[feed.position], as: exposition, &output) }
        }
        exposition.end(start, &output)
    }

    @inline(__always)
    private func write(
        _ child: Children.Child,
        as exposition: some Exposition,
        _ reading: inout HistogramReading,
        _ output: inout OutputBuffer
    ) {
        let value: SampleValue
        switch child.instrument {
        case .counter(let counter): value = .whole(counter.value)
        case .seconds(let counter): value = .real(counter.value)
        case .gauge(let gauge): value = .real(gauge.value)
        case .state(let cell): value = .state(cell.position.load(ordering: .relaxed))
        case .fact: value = .whole(1)
        case .histogram(let histogram):
            histogram.read(into: &reading)
            exposition.write(reading, child.labels, created: child.created, of: self.family, &output)
            return
        }
        exposition.write(value, child.labels, created: child.created, of: self.family, &output)
    }

    private func write(_ samples: [Sample], as exposition: some Exposition, _ output: inout OutputBuffer) {
        for sample in samples {
            exposition.write(sample.value, sample.labels, created: self.family.created, of: self.family, &output)
        }
    }
}

struct FamilyFeed: Sendable {
    let collector: Int
    let position: Int
}

/// The memory of one render, kept for the next one.
// Invariant: whoever has taken it out of the registry's pool has it alone, until it is put back.
final class ScrapeWorkspace: @unchecked Sendable {
    /// One for each collector, in their order.
    var sinks: [SampleSink] = []
    var sources: [FamilySource] = []
    var reading = HistogramReading()
    var output = OutputBuffer()

    /// Only debug builds look, since it takes as long as the scrape itself.
    func assertNoSeriesTwice() {
        assert(
            self.sources.allSatisfy { source in
                let samples = source.feeds.flatMap { self.sinks[$0.collector].samples[$0.position] }
                return Set(samples.map(\.labels)).count == samples.count
            },
            "A family got a series twice in one scrape."
        )
    }
}
