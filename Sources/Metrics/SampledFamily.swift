/// A family whose samples are read from elsewhere at the moment of the scrape: ledgers, pair cells, `/proc`.
///
/// Series that are not added in a scrape vanish from it, which is how a stale pair disappears.
public struct SampledFamily: Sendable {
    let description: FamilyDescription

    /// Describes a counter or a gauge; a histogram cannot be sampled.
    public init(_ name: String, kind: FamilyKind, help: String, labels: [String] = []) {
        precondition(kind != .histogram, "\"\(name)\" cannot be sampled: a histogram needs its observations.")
        self.description = FamilyDescription(name, kind: kind, help: help, labels: labels)
    }
}

/// Takes the samples of one collector during one scrape.
///
/// Adding stores a number and formats nothing, so it is cheap enough to be called under the lock that makes several
/// samples one consistent reading. Each label set may be added once in a scrape.
public struct SampleSink {
    private let families: [SampledFamily]
    private(set) var samples: [[Sample]]

    init(families: [SampledFamily]) {
        self.families = families
        self.samples = Array(repeating: [], count: families.count)
    }

    /// Adds a sample to the family at this index of the list that the collector was registered with.
    public mutating func add(_ family: Int, _ labelValues: [String], _ value: Double) {
        self.append(family, PreformattedLabels(self.families[family].description.labels, labelValues), .real(value))
    }

    public mutating func add(_ family: Int, _ labelValues: [String], _ value: UInt64) {
        self.append(family, PreformattedLabels(self.families[family].description.labels, labelValues), .whole(value))
    }

    /// Adds a sample whose label block was rendered beforehand, with the label names of the family in their order.
    public mutating func add(_ family: Int, _ labels: PreformattedLabels, _ value: Double) {
        self.append(family, labels, .real(value))
    }

    public mutating func add(_ family: Int, _ labels: PreformattedLabels, _ value: UInt64) {
        self.append(family, labels, .whole(value))
    }

    /// Makes room beforehand for this many samples of a family.
    public mutating func reserve(_ family: Int, _ count: Int) { self.samples[family].reserveCapacity(count) }

    private mutating func append(_ family: Int, _ labels: PreformattedLabels, _ value: Sample.Value) {
        assert(
            labels.names == self.families[family].description.labels,
            "\(self.families[family].description.name) has other labels than \(labels.names)."
        )
        self.samples[family].append(Sample(labels: labels.bytes, value: value))
    }
}
