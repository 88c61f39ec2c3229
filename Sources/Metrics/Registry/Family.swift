/// What kind of numbers a family holds.
public enum FamilyKind: String, Sendable {
    case counter
    case gauge
    case histogram
    /// Facts: the value is always 1, the labels tell.
    case info
    /// One of several states: a sample of 0 or 1 for each.
    case stateset
}

/// What is said of a family in HELP and TYPE, and in the generated list of metrics.
public struct FamilyDescription: Hashable, Sendable {
    public let name: String
    public let kind: FamilyKind
    public let help: String
    public let labels: [String]
    /// What a stateset's own label says; empty for other kinds.
    public let states: [String]

    init(_ name: String, kind: FamilyKind, help: String, labels: [String], states: [String] = []) {
        MetricName.require(name, kind: kind)
        MetricName.requireLabels(labels, of: name)
        precondition(!help.isEmpty, "\"\(name)\" needs a help text.")
        precondition(
            (kind == .stateset) == !states.isEmpty && Set(states).count == states.count,
            "\"\(name)\" needs its states, each once, if it is a stateset, and none if not."
        )
        precondition(!labels.contains(name), "\"\(name)\" has a label of its own name.")
        self.name = name
        self.kind = kind
        self.help = help
        self.labels = labels
        self.states = states
    }

    /// The name without the suffix that belongs to its samples: the name of the OpenMetrics family.
    public var base: String {
        switch self.kind {
        case .counter: String(self.name.dropLast("_total".count))
        case .info: String(self.name.dropLast("_info".count))
        case .gauge, .histogram, .stateset: self.name
        }
    }

    /// The unit, where the name has one.
    public var unit: String? {
        guard self.kind != .info, self.kind != .stateset else { return nil }
        return ["seconds", "bytes", "ratio"].first { self.base.hasSuffix("_" + $0) }
    }
}

/// One family, with all that the formats need of it prepared when it is registered.
final class Family: Sendable {
    let description: FamilyDescription
    let texts: FamilyTexts
    /// Of histograms only.
    let shape: HistogramShape?
    let exemplars: ExemplarNaming?
    /// Nil for a family that is sampled at the scrape.
    let children: Children?
    /// When the family was registered, in seconds since 1970: since then its sampled counters count.
    let created: Double
    /// The label of this family in `arb1d_metrics_series`; nil for one that is not ours, which has no place there.
    let ownLabel: LabelBlock?

    init(
        _ description: FamilyDescription,
        shape: HistogramShape? = nil,
        exemplars: ExemplarNaming? = nil,
        isSampled: Bool = false,
        isForeign: Bool = false,
        now: @escaping @Sendable () -> Double
    ) {
        self.description = description
        self.shape = shape
        self.exemplars = exemplars
        self.texts = FamilyTexts(description, bounds: shape?.bounds ?? [])
        self.children = isSampled ? nil : Children(names: description.labels, texts: self.texts, now: now)
        self.created = now()
        self.ownLabel = isForeign ? nil : LabelBlock(CollectionOfOne(("family", description.name)))
    }

    /// Whether its children have a time of creation that OpenMetrics can show.
    var hasCreated: Bool { self.description.kind == .counter || self.description.kind == .histogram }

    /// - Parameter created: Whether `_created` samples are shown, where there is such a time.
    /// - Returns: How many lines of text one child becomes.
    func lines(created: Bool) -> Int {
        let more = created && self.hasCreated ? 1 : 0
        return switch self.description.kind {
        case .counter, .gauge, .info: 1 + more
        case .histogram: (self.shape?.bounds.count ?? 0) + 3 + more
        case .stateset: self.description.states.count
        }
    }
}
