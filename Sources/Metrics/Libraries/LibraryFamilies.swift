import Synchronization

/// The metrics that libraries bring along: families that come and go, with names and labels that are not ours.
///
/// They have a room of their own among all series. What finds none, or whose name is taken, is refused whole and
/// counted; it never stands in the place of a family of ours. The first that asks gets the room.
public final class LibraryFamilies: Sendable {
    /// Touched under the lock only; a class, so that a change copies none of its many holders.
    private final class Entry {
        let family: Family
        /// What the library calls it, and of what kind it is: another metric of the same legal name is refused.
        let label: String
        let kind: LibraryKind
        /// How many hold each child, by its key.
        var holders: [[String]: Int] = [:]

        init(_ family: Family, label: String, kind: LibraryKind) {
            (self.family, self.label, self.kind) = (family, label, kind)
        }
    }

    private struct State {
        var entries: [String: Entry] = [:]
        var series = 0
    }

    /// The upper bounds of a recorder's classic buckets: it can be of any unit.
    static let recorderBounds: [Double] = [0.001, 0.01, 0.1, 1, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9]

    private let registry: Registry
    private let limit: Int
    private let showsCreated: Bool
    private let refusals: [LibraryRefusal: Counter]
    private let state = Lock(State())

    /// - Parameters:
    ///   - registry: Where they are exported.
    ///   - limit: Most series of all of them together, a native histogram counted as its classic series.
    ///   - showsCreated: Whether OpenMetrics gets `_created` samples, which are series too.
    public init(_ registry: Registry, limit: Int, showsCreated: Bool = false) {
        (self.registry, self.limit, self.showsCreated) = (registry, limit, showsCreated)
        registry.gauge(
            "arb1d_metrics_library_series_limit",
            help: "Most series of the metrics that libraries bring along (`metrics.library_series`)."
        ).set(Double(limit))
        let refused = registry.counter(
            "arb1d_metrics_library_refused_total",
            help: "Metrics of libraries that are not exported, by reason, each time that one was asked for.",
            labels: LibraryRefusal.self
        )
        self.refusals = Dictionary(
            uniqueKeysWithValues: LibraryRefusal.allCases.map { ($0, refused.counter(for: $0)) }
        )
        let series = SampledFamily(
            "arb1d_metrics_library_series",
            kind: .gauge,
            help: "Series of the metrics that libraries bring along, which are not in arb1d_metrics_series."
        )
        registry.collect([series]) { [weak self] sink in
            sink.add(0, PreformattedLabels([], []), UInt64(self?.series ?? 0))
        }
    }

    /// How many series there are.
    var series: Int { self.state.withLock { $0.series } }

    public func counter(_ label: String, _ dimensions: [(String, String)]) -> LibraryChild<Counter> {
        let fresh = Counter()
        let (instrument, place) = self.enter(label, .counter, dimensions, .counter(fresh))
        if case .counter(let counter) = instrument { return LibraryChild(counter, place) }
        return LibraryChild(fresh, nil)
    }

    public func gauge(_ label: String, _ dimensions: [(String, String)]) -> LibraryChild<Gauge> {
        let fresh = Gauge()
        let (instrument, place) = self.enter(label, .gauge, dimensions, .gauge(fresh))
        if case .gauge(let gauge) = instrument { return LibraryChild(gauge, place) }
        return LibraryChild(fresh, nil)
    }

    /// A histogram of a timer or a recorder.
    public func histogram(
        _ label: String,
        _ kind: LibraryKind,
        _ dimensions: [(String, String)]
    ) -> LibraryChild<Histogram> {
        precondition(kind == .timer || kind == .recorder, "A \(kind.rawValue) is no histogram.")
        let fresh = Histogram(kind == .timer ? Self.timerShape : Self.recorderShape)
        let (instrument, place) = self.enter(label, kind, dimensions, .histogram(fresh))
        if case .histogram(let histogram) = instrument { return LibraryChild(histogram, place) }
        return LibraryChild(fresh, nil)
    }

    /// One holder less; a child that nobody holds leaves the exposition, with its family when it was the last.
    public func release<Held>(_ child: LibraryChild<Held>) {
        guard let place = child.takePlace() else { return }
        self.state.withLock { state in
            guard let entry = state.entries[place.family], let holders = entry.holders[place.key] else { return }
            entry.holders[place.key] = holders > 1 ? holders - 1 : nil
            if holders == 1 {
                entry.family.children?.remove(key: place.key)
                state.series -= self.lines(of: entry.family)
            }
            if entry.holders.isEmpty {
                state.entries[place.family] = nil
                self.registry.removeForeign(entry.family)
            }
        }
    }

    // MARK: Room

    /// Gives the child that there is, or the fresh one with its place; without a place when it is refused.
    private func enter(
        _ label: String,
        _ kind: LibraryKind,
        _ dimensions: [(String, String)],
        _ fresh: Instrument
    ) -> (Instrument, LibraryPlace?) {
        do throws(LibraryRefusal) {
            let name = try LibraryName(label, kind, dimensions)
            let instrument = try self.enter(name, label, kind, fresh)
            return (instrument, LibraryPlace(family: name.family, key: name.key))
        } catch {
            self.refusals[error]?.increment()
            return (fresh, nil)
        }
    }

    /// Enters a holder of the child, and the child and the family where they are new.
    private func enter(
        _ name: LibraryName,
        _ label: String,
        _ kind: LibraryKind,
        _ fresh: Instrument
    ) throws(LibraryRefusal) -> Instrument {
        let outcome = self.state.withLock { state -> Result<Instrument, LibraryRefusal> in
            let entry: Entry
            if let known = state.entries[name.family] {
                guard known.label == label, known.kind == kind else { return .failure(.name) }
                entry = known
            } else {
                let description = Self.description(name.family, label, kind)
                guard let family = self.registry.foreignFamily(description, shape: Self.shape(of: kind)) else {
                    return .failure(.name)
                }
                entry = Entry(family, label: label, kind: kind)
            }
            let added = entry.holders[name.key] == nil ? self.lines(of: entry.family) : 0
            guard state.series + added <= self.limit else {
                if entry.holders.isEmpty { self.registry.removeForeign(entry.family) }
                return .failure(.limit)
            }
            guard let children = entry.family.children else { return .failure(.name) }
            state.series += added
            entry.holders[name.key, default: 0] += 1
            state.entries[name.family] = entry
            return .success(
                children.resolve(name.key, labels: { LabelBlock(name.labels.map { ($0.name, $0.value) }) }) { fresh }
            )
        }
        return try outcome.get()
    }

    private func lines(of family: Family) -> Int { family.lines(created: self.showsCreated) }

    private static func description(_ name: String, _ label: String, _ kind: LibraryKind) -> FamilyDescription {
        let type: FamilyKind =
            switch kind {
            case .counter: .counter
            case .gauge: .gauge
            case .timer, .recorder: .histogram
            }
        return FamilyDescription(name, kind: type, help: "A library's \(kind.rawValue) \(label).", labels: [])
    }

    private static func shape(of kind: LibraryKind) -> HistogramShape? {
        switch kind {
        case .counter, .gauge: nil
        case .timer: self.timerShape
        case .recorder: self.recorderShape
        }
    }

    private static let timerShape = HistogramShape(bounds: Buckets.networkSeconds, native: .standard)
    private static let recorderShape = HistogramShape(
        bounds: LibraryFamilies.recorderBounds,
        native: .standard,
        unitsPerOne: 1e6
    )
}
