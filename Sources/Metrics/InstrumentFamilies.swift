/// All counters that share one name.
public final class CounterFamily<Labels: LabelSet>: InstrumentFamily {
    let description: FamilyDescription
    private let children: Children<Counter>

    init(_ description: FamilyDescription) {
        self.description = description
        self.children = Children(names: description.labels)
    }

    /// Resolve a child once, at wiring time, and keep it: the hot path is then one relaxed atomic add.
    public func counter(for labels: Labels) -> Counter { self.children.resolve(labels.values) { Counter() } }

    /// Takes a child out of the exposition; whoever still holds it counts on unseen.
    public func remove(_ labels: Labels) { self.children.remove(labels.values) }

    func read() -> FamilyReading {
        .samples(self.children.all().map { Sample(labels: $0.labels, value: .whole($0.instrument.value)) })
    }
}

/// All gauges that share one name.
public final class GaugeFamily<Labels: LabelSet>: InstrumentFamily {
    let description: FamilyDescription
    private let children: Children<Gauge>

    init(_ description: FamilyDescription) {
        self.description = description
        self.children = Children(names: description.labels)
    }

    /// Resolve a child once, at wiring time, and keep it.
    public func gauge(for labels: Labels) -> Gauge { self.children.resolve(labels.values) { Gauge() } }

    /// Takes a child out of the exposition; whoever still holds it sets it unseen.
    public func remove(_ labels: Labels) { self.children.remove(labels.values) }

    func read() -> FamilyReading {
        .samples(self.children.all().map { Sample(labels: $0.labels, value: .real($0.instrument.value)) })
    }
}

/// All histograms that share one name and one list of buckets.
public final class HistogramFamily<Labels: LabelSet>: InstrumentFamily {
    let description: FamilyDescription
    let bounds: [Double]
    /// Ratios are finer than times.
    private let unitsPerOne: Double
    private let children: Children<Histogram>

    init(_ description: FamilyDescription, bounds: [Double]) {
        Histogram.require(bounds: bounds, of: description.name)
        self.description = description
        self.bounds = bounds
        self.unitsPerOne = description.name.hasSuffix("_ratio") ? 1e12 : 1e9
        self.children = Children(names: description.labels)
    }

    /// Resolve a child once, at wiring time, and keep it.
    public func histogram(for labels: Labels) -> Histogram {
        self.children.resolve(labels.values) { Histogram(bounds: self.bounds, unitsPerOne: self.unitsPerOne) }
    }

    /// Takes a child out of the exposition; whoever still holds it observes unseen.
    public func remove(_ labels: Labels) { self.children.remove(labels.values) }

    func read() -> FamilyReading {
        .histograms(self.children.all().map { ($0.labels, $0.instrument.read()) }, bounds: self.bounds)
    }
}
