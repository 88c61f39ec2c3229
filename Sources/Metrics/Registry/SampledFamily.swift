/// A family whose samples are read from elsewhere at the moment of the scrape: ledgers, pair cells, `/proc`.
///
/// Series that are not added in a scrape vanish from it, which is how a stale pair disappears.
public struct SampledFamily: Sendable {
    let description: FamilyDescription

    /// Describes a family; a histogram cannot be sampled.
    public init(_ name: String, kind: FamilyKind, help: String, labels: [String] = [], states: [String] = []) {
        precondition(kind != .histogram, "\"\(name)\" cannot be sampled: a histogram needs its observations.")
        self.description = FamilyDescription(name, kind: kind, help: help, labels: labels, states: states)
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

    /// Forgets the last scrape's samples, but not their memory.
    mutating func removeAll() {
        for family in self.samples.indices { self.samples[family].removeAll(keepingCapacity: true) }
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

    /// Adds a child of a stateset that is in the state at this position of the family's list.
    public mutating func add(_ family: Int, _ labels: PreformattedLabels, state: Int) {
        precondition(
            self.families[family].description.states.indices.contains(state),
            "\(self.families[family].description.name) has no state \(state)."
        )
        self.append(family, labels, .state(state))
    }

    /// Adds a fact to a family of infos.
    public mutating func add(_ family: Int, fact labelValues: [String]) { self.add(family, labelValues, UInt64(1)) }

    /// Makes room beforehand for this many samples of a family.
    public mutating func reserve(_ family: Int, _ count: Int) { self.samples[family].reserveCapacity(count) }

    /// The registry's own way: what it adds fits by construction.
    mutating func add(_ family: Int, block: LabelBlock, _ value: SampleValue) {
        self.samples[family].append(Sample(labels: block, value: value))
    }

    private mutating func append(_ family: Int, _ labels: PreformattedLabels, _ value: SampleValue) {
        assert(
            labels.names == self.families[family].description.labels,
            "\(self.families[family].description.name) has other labels than \(labels.names)."
        )
        self.samples[family].append(Sample(labels: labels.block, value: value))
    }
}
