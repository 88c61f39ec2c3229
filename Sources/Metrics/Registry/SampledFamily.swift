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
/// Adding copies a label block that was formatted beforehand and prints a number, some 30 ns in all, so it may be done
/// under the lock that makes several samples one consistent reading. Each label set may be added once in a scrape.
public struct SampleSink {
    private let memory: SampleMemory

    init(_ memory: SampleMemory) { self.memory = memory }

    /// Adds a sample to the family at this index of the list that the collector was registered with.
    public mutating func add(_ family: Int, _ labelValues: [String], _ value: Double) {
        self.memory.add(family, labelValues, .real(value))
    }

    public mutating func add(_ family: Int, _ labelValues: [String], _ value: UInt64) {
        self.memory.add(family, labelValues, .whole(value))
    }

    /// Adds a sample whose label block was rendered beforehand, with the label names of the family in their order.
    public mutating func add(_ family: Int, _ labels: PreformattedLabels, _ value: Double) {
        self.check(family, labels)
        self.memory.add(family, labels.block, .real(value))
    }

    public mutating func add(_ family: Int, _ labels: PreformattedLabels, _ value: UInt64) {
        self.check(family, labels)
        self.memory.add(family, labels.block, .whole(value))
    }

    /// Adds a sample whose label block is in a table that was made with the label names of the family.
    public mutating func add(_ family: Int, _ labels: LabelTable, _ block: Int, _ value: Double) {
        assert(
            labels.names == self.memory.description(of: family).labels,
            "\(self.memory.description(of: family).name) has other labels than \(labels.names)."
        )
        labels.withBlock(block) { self.memory.add(family, $0, $1, .real(value)) }
    }

    /// Adds a child of a stateset that is in the state at this position of the family's list.
    public mutating func add(_ family: Int, _ labels: PreformattedLabels, state: Int) {
        let description = self.memory.description(of: family)
        precondition(description.states.indices.contains(state), "\(description.name) has no state \(state).")
        self.check(family, labels)
        self.memory.add(family, labels.block, .state(state))
    }

    /// Adds a fact to a family of infos.
    public mutating func add(_ family: Int, fact labelValues: [String]) { self.add(family, labelValues, UInt64(1)) }

    /// The registry's own way: what it adds fits by construction.
    mutating func add(_ family: Int, block: LabelBlock, _ value: SampleValue) { self.memory.add(family, block, value) }

    private func check(_ family: Int, _ labels: PreformattedLabels) {
        assert(
            labels.names == self.memory.description(of: family).labels,
            "\(self.memory.description(of: family).name) has other labels than \(labels.names)."
        )
    }
}
