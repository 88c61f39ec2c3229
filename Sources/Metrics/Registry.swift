import Synchronization

/// Every family of the process, and the text that a scrape gets.
///
/// Families are registered at wiring time; registering the same name again with the same type, help and labels gives
/// the same family, anything else is a mistake in our source and stops the process with a sentence.
public final class Registry: Sendable {
    private enum Source {
        case instruments(any InstrumentFamily)
        case sampled
    }

    private struct Entry {
        let description: FamilyDescription
        let source: Source
    }

    private struct Collector {
        let families: [SampledFamily]
        let collect: @Sendable (inout SampleSink) -> Void
    }

    private struct State {
        var entries: [String: Entry] = [:]
        var collectors: [Collector] = []
        /// The entries by name; nil after a registration, until the next scrape.
        var sorted: [Entry]?

        mutating func inOrder() -> [Entry] {
            if let sorted = self.sorted { return sorted }
            let sorted = self.entries.values.sorted { $0.description.name < $1.description.name }
            self.sorted = sorted
            return sorted
        }
    }

    private let state = Mutex(State())
    private let lastScrape = ScrapeFigures()

    /// Starts with the registry's own families: series by family, and cost and size of the last scrape.
    public init() {
        for family in ScrapeFigures.families { self.enter(family.description, .sampled) }
    }

    // MARK: Registering

    /// Registers a family of counters; the name ends in `_total`.
    public func counter<L: LabelSet>(_ name: String, help: String, labels: L.Type) -> CounterFamily<L> {
        let description = FamilyDescription(name, kind: .counter, help: help, labels: L.names)
        return self.family(description) { CounterFamily<L>(description) }
    }

    /// Registers a family of gauges.
    public func gauge<L: LabelSet>(_ name: String, help: String, labels: L.Type) -> GaugeFamily<L> {
        let description = FamilyDescription(name, kind: .gauge, help: help, labels: L.names)
        return self.family(description) { GaugeFamily<L>(description) }
    }

    /// Registers a family of histograms with these upper bounds (ascending, without `+Inf`).
    public func histogram<L: LabelSet>(
        _ name: String,
        help: String,
        labels: L.Type,
        buckets: [Double]
    ) -> HistogramFamily<L> {
        let description = FamilyDescription(name, kind: .histogram, help: help, labels: L.names)
        let family = self.family(description) { HistogramFamily<L>(description, bounds: buckets) }
        precondition(family.bounds == buckets, "\"\(name)\" is registered already, with other buckets.")
        return family
    }

    /// Registers a counter without labels.
    public func counter(_ name: String, help: String) -> Counter {
        self.counter(name, help: help, labels: NoLabels.self).counter(for: NoLabels())
    }

    /// Registers a gauge without labels.
    public func gauge(_ name: String, help: String) -> Gauge {
        self.gauge(name, help: help, labels: NoLabels.self).gauge(for: NoLabels())
    }

    /// Registers a histogram without labels.
    public func histogram(_ name: String, help: String, buckets: [Double]) -> Histogram {
        self.histogram(name, help: help, labels: NoLabels.self, buckets: buckets).histogram(for: NoLabels())
    }

    /// Registers families whose samples `collector` reads from elsewhere at the moment of each scrape.
    ///
    /// Several collectors may feed one family, each with series of its own. The collector runs on the scraping thread,
    /// possibly twice at once, and must not call back into this registry.
    public func collect(_ families: [SampledFamily], _ collector: @escaping @Sendable (inout SampleSink) -> Void) {
        for family in families { self.enter(family.description, .sampled) }
        self.state.withLock { $0.collectors.append(Collector(families: families, collect: collector)) }
    }

    /// What is registered, by name: the source of the generated list of metrics.
    public var families: [FamilyDescription] { self.state.withLock { $0.inOrder() }.map(\.description) }

    // MARK: Rendering

    /// Renders all families in the text format 0.0.4, for `text/plain; version=0.0.4; charset=utf-8`.
    ///
    /// Holds the registry's lock only to copy two array references: values are read and formatted outside it, so two
    /// concurrent renders are independent and nobody who counts ever waits for one.
    public func render() -> [UInt8] {
        let clock = ContinuousClock()
        let start = clock.now
        var readings = self.readings()
        self.lastScrape.fill(&readings)
        var text = TextExposition(capacity: self.lastScrape.bodyBytes + 4096)
        for (description, reading) in readings { text.write(description, reading) }
        self.lastScrape.record(duration: clock.now - start, bodyBytes: text.bytes.count)
        return text.bytes
    }

    /// Renders the families that `isWanted` by name, label sets in order too, and leaves no trace in the registry.
    ///
    /// The bytes depend on nothing but what was counted: for output that is compared, not scraped.
    public func renderInOrder(where isWanted: (String) -> Bool) -> [UInt8] {
        var readings = self.readings().filter { isWanted($0.0.name) }
        self.lastScrape.fill(&readings)
        var text = TextExposition(capacity: 1 << 16)
        for (description, reading) in readings { text.write(description, reading.inOrder) }
        return text.bytes
    }

    /// All families by name with their values of this moment.
    private func readings() -> [(FamilyDescription, FamilyReading)] {
        let (entries, collectors) = self.state.withLock { ($0.inOrder(), $0.collectors) }
        let sampled = Self.sample(collectors)
        return entries.map { entry in
            switch entry.source {
            case .instruments(let family): (entry.description, family.read())
            case .sampled: (entry.description, FamilyReading.samples(sampled[entry.description.name] ?? []))
            }
        }
    }

    private static func sample(_ collectors: [Collector]) -> [String: [Sample]] {
        var sampled: [String: [Sample]] = [:]
        for collector in collectors {
            var sink = SampleSink(families: collector.families)
            collector.collect(&sink)
            for (family, samples) in zip(collector.families, sink.samples) {
                sampled[family.description.name, default: []].append(contentsOf: samples)
            }
        }
        for (name, samples) in sampled {
            assert(Set(samples.map(\.labels)).count == samples.count, "\"\(name)\" got a series twice in one scrape.")
        }
        return sampled
    }

    // MARK: Entries

    private func family<Family: InstrumentFamily>(_ description: FamilyDescription, make: () -> Family) -> Family {
        let family = make()
        let entry = self.enter(description, .instruments(family))
        guard case .instruments(let known) = entry.source, let typed = known as? Family else {
            preconditionFailure("\"\(description.name)\" is registered already, with labels of another type.")
        }
        return typed
    }

    /// Adds an entry, or gives the one that has the name already.
    @discardableResult
    private func enter(_ description: FamilyDescription, _ source: Source) -> Entry {
        self.state.withLock { state in
            guard let known = state.entries[description.name] else {
                let created = Entry(description: description, source: source)
                state.entries[description.name] = created
                state.sorted = nil
                return created
            }
            precondition(
                known.description == description,
                "\"\(description.name)\" is registered already, as \(known.description), not \(description)."
            )
            switch (known.source, source) {
            case (.instruments, .instruments), (.sampled, .sampled): return known
            case (.instruments, .sampled), (.sampled, .instruments):
                preconditionFailure("\"\(description.name)\" cannot be both counted here and sampled from elsewhere.")
            }
        }
    }
}
