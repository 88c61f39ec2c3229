import Glibc
import Synchronization

/// Every family of the process, and the body that a scrape gets.
///
/// Families are registered at wiring time; registering the same name again with the same type, help and labels gives
/// the same family, anything else is a mistake in our source and stops the process with a sentence.
public final class Registry: Sendable {
    private struct Entry {
        let family: Family
        /// Who samples it; empty for a family whose instruments live here.
        var feeds: [FamilyFeed]
    }

    struct Collector {
        let families: [Family]
        let collect: @Sendable (inout SampleSink) -> Void
    }

    private struct State {
        var entries: [String: Entry] = [:]
        /// The OpenMetrics names of all families, which differ from their own by suffixes and must not meet.
        var bases: [String: String] = [:]
        var collectors: [Collector] = []
        /// The entries by name; nil after a registration, until the next scrape.
        var sorted: [Entry]?

        mutating func inOrder() -> [Entry] {
            if let sorted = self.sorted { return sorted }
            let sorted = self.entries.values.sorted { $0.family.description.name < $1.family.description.name }
            self.sorted = sorted
            return sorted
        }
    }

    private let now: @Sendable () -> Double
    private let state = Lock(State())
    let figures = ScrapeFigures()
    let workspaces = WorkspacePool()

    /// Starts with the registry's own families: series by family, and cost and size of the last scrape.
    ///
    /// - Parameter now: The wall clock, in seconds since 1970: when a child was created.
    public init(now: @escaping @Sendable () -> Double = Registry.wallClock) {
        self.now = now
        // The first collector is the registry itself, which fills its samples in when all others are counted.
        self.collect(ScrapeFigures.families) { _ in }
    }

    /// Seconds since 1970.
    public static let wallClock: @Sendable () -> Double = {
        var time = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    /// What is registered, by name: the source of the generated list of metrics.
    public var families: [FamilyDescription] { self.state.withLock { $0.inOrder() }.map(\.family.description) }

    // MARK: Registering

    /// Registers families whose samples `collector` reads from elsewhere at the moment of each scrape.
    ///
    /// Several collectors may feed one family, each with series of its own. The collector runs on the scraping thread,
    /// possibly twice at once, and must not call back into this registry.
    public func collect(_ families: [SampledFamily], _ collector: @escaping @Sendable (inout SampleSink) -> Void) {
        let entered = families.map {
            self.enter(Family($0.description, isSampled: true, now: self.now))
        }
        self.state.withLock { state in
            for (position, family) in entered.enumerated() {
                let feed = FamilyFeed(collector: state.collectors.count, position: position)
                state.entries[family.description.name]?.feeds.append(feed)
            }
            state.sorted = nil
            state.collectors.append(Collector(families: entered, collect: collector))
        }
    }

    /// Registers a family whose instruments live here.
    func family(
        _ description: FamilyDescription,
        shape: HistogramShape? = nil,
        exemplars: ExemplarNaming? = nil
    ) -> Family {
        self.enter(Family(description, shape: shape, exemplars: exemplars, now: self.now))
    }

    /// Registers a family whose name is not ours, unless the name is taken, which is no mistake of our source.
    ///
    /// - Returns: The family; nil where its name, or the one that OpenMetrics gives it, belongs to another.
    func foreignFamily(_ description: FamilyDescription, shape: HistogramShape?) -> Family? {
        let family = Family(description, shape: shape, isForeign: true, now: self.now)
        return self.state.withLock { state in
            guard state.entries[description.name] == nil, state.bases[description.base] == nil else { return nil }
            state.bases[description.base] = description.name
            state.entries[description.name] = Entry(family: family, feeds: [])
            state.sorted = nil
            return family
        }
    }

    /// Takes a family out whose name is not ours.
    func removeForeign(_ family: Family) {
        self.state.withLock { state in
            state.entries[family.description.name] = nil
            state.bases[family.description.base] = nil
            state.sorted = nil
        }
    }

    /// Adds a family, or gives the one that has the name already.
    private func enter(_ family: Family) -> Family {
        let description = family.description
        return self.state.withLock { state in
            guard let known = state.entries[description.name]?.family else {
                let other = state.bases.updateValue(description.name, forKey: description.base)
                precondition(
                    other == nil,
                    "\"\(description.name)\" and \"\(other ?? "")\" are both \"\(description.base)\" in OpenMetrics."
                )
                state.entries[description.name] = Entry(family: family, feeds: [])
                state.sorted = nil
                return family
            }
            precondition(
                known.description == description,
                "\"\(description.name)\" is registered already, as \(known.description), not \(description)."
            )
            precondition(
                (known.children == nil) == (family.children == nil),
                "\"\(description.name)\" cannot be both counted here and sampled from elsewhere."
            )
            return known
        }
    }

    // MARK: Reading

    /// Reads all families into a workspace, by name, as they are at this moment.
    ///
    /// Holds the registry's lock only to copy two array references: samples are taken outside it, so two concurrent
    /// scrapes are independent and nobody who counts ever waits for one.
    ///
    /// - Parameters:
    ///   - workspace: What is overwritten.
    ///   - form: How samples are printed.
    ///   - inOrder: Whether the samples of a family are going to be put in order.
    ///   - isWanted: Which families, by name.
    func read(
        into workspace: ScrapeWorkspace,
        as form: ExpositionForm,
        inOrder: Bool = false,
        where isWanted: (String) -> Bool = { _ in true }
    ) {
        let (entries, collectors) = self.state.withLock { ($0.inOrder(), $0.collectors) }
        for (position, collector) in collectors.enumerated() {
            if position == workspace.samples.count { workspace.samples.append(SampleMemory(collector.families)) }
            workspace.samples[position].begin(form, keepsEnds: inOrder)
            var sink = SampleSink(workspace.samples[position])
            collector.collect(&sink)
        }
        workspace.sources.removeAll(keepingCapacity: true)
        for entry in entries where isWanted(entry.family.description.name) {
            let sheet = entry.family.children?.all()
            var children = sheet?.children.count ?? 0
            for feed in entry.feeds { children += workspace.samples[feed.collector].sampleCount(of: feed.position) }
            let series = children * entry.family.lines(created: form.showsCreated)
            workspace.sources.append(
                FamilySource(family: entry.family, sheet: sheet, feeds: entry.feeds, series: series)
            )
        }
        let ours = workspace.sources.count { $0.family.ownLabel != nil }
        for position in workspace.sources.indices {
            let name = workspace.sources[position].family.description.name
            if let own = ScrapeFigures.series(name, families: ours) {
                workspace.sources[position].series = own
            }
        }
        var own = SampleSink(workspace.samples[0])
        self.figures.add(workspace.sources, to: &own)
    }
}
