import Synchronization

/// One family as a scrape finds it.
struct FamilySource {
    let family: Family
    /// Nil for a family that is sampled.
    let sheet: ChildSheet?
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
        if let sheet = self.sheet { exposition.write(sheet, of: self.family, &reading, &output) }
        if inOrder {
            let samples = self.feeds.flatMap { sinks[$0.collector].samples[$0.position] }
            exposition.write(samples.sorted { $0.labels.precedes($1.labels) }, of: self.family, &output)
        } else {
            for feed in self.feeds {
                exposition.write(sinks[feed.collector].samples[feed.position], of: self.family, &output)
            }
        }
        exposition.end(start, &output)
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
