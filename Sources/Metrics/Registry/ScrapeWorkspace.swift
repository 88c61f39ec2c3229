/// One family as a scrape finds it.
struct FamilySource {
    let family: Family
    /// Nil for a family that is sampled.
    let sheet: ChildSheet?
    /// Where the samples of a sampled family are.
    let feeds: [FamilyFeed]
    /// How many lines of text it becomes.
    var series: Int
}

/// Where samples of a family are: the position of the collector, and of the family in its list.
struct FamilyFeed: Sendable {
    let collector: Int
    let position: Int
}

/// The memory of one render, kept for the next one.
// Invariant: whoever has taken it out of the registry's pool has it alone, until it is put back.
final class ScrapeWorkspace: @unchecked Sendable {
    /// One for each collector, in their order.
    var samples: [SampleMemory] = []
    var sources: [FamilySource] = []
    private(set) var pieces: [ScrapeBody.Piece] = []
    private(set) var output = OutputBuffer()
    private var reading = HistogramReading()
    /// How much of the output is in the pieces.
    private var taken = 0
    /// How many bytes of samples are.
    private var sampled = 0

    /// Of all pieces.
    var byteCount: Int { self.output.count + self.sampled }

    /// Writes all families that have samples; false when the deadline passed before the last one.
    func write(_ exposition: some Exposition, by deadline: ContinuousClock.Instant?, inOrder: Bool = false) -> Bool {
        self.output.removeAll()
        self.pieces.removeAll(keepingCapacity: true)
        (self.taken, self.sampled) = (0, 0)
        for source in self.sources where source.series > 0 {
            if let deadline, ContinuousClock.now >= deadline { return false }
            self.write(source, as: exposition, inOrder: inOrder)
        }
        exposition.finish(&self.output)
        self.takeOutput()
        return true
    }

    /// Writes a family: what is counted here is read now, child by child; what was sampled is printed already.
    private func write(_ source: FamilySource, as exposition: some Exposition, inOrder: Bool) {
        let start = exposition.begin(source.family, &self.output)
        if let sheet = source.sheet { exposition.write(sheet, of: source.family, &self.reading, &self.output) }
        if inOrder {
            for text in source.feeds.flatMap({ self.samples[$0.collector].texts(of: $0.position) }).sorted(by: {
                $0.lexicographicallyPrecedes($1)
            }) { self.output.append(text) }
            return exposition.end(start, further: 0, &self.output)
        }
        var further = 0
        for feed in source.feeds { further += self.samples[feed.collector].byteCount(of: feed.position) }
        exposition.end(start, further: further, &self.output)
        guard further > 0 else { return }
        self.takeOutput()
        for feed in source.feeds { self.pieces.append(.sampled(feed)) }
        self.sampled += further
    }

    private func takeOutput() {
        guard self.taken < self.output.count else { return }
        self.pieces.append(.own(self.taken..<self.output.count))
        self.taken = self.output.count
    }
}
