/// All counters that share one name.
public struct CounterFamily<Labels: LabelSet>: Sendable {
    let family: Family

    /// Resolve a child once, at wiring time, and keep it: the hot path is then one relaxed atomic add.
    public func counter(for labels: Labels) -> Counter {
        guard case .counter(let counter) = self.family.resolve(labels.values, make: { .counter(Counter()) }) else {
            preconditionFailure("\"\(self.family.description.name)\" does not hold whole numbers.")
        }
        return counter
    }

    /// Takes a child out of the exposition; whoever still holds it counts on unseen.
    public func remove(_ labels: Labels) { self.family.children?.remove(labels.values) }
}

/// All counters of time that share one name.
public struct SecondsCounterFamily<Labels: LabelSet>: Sendable {
    let family: Family

    /// Resolve a child once, at wiring time, and keep it.
    public func counter(for labels: Labels) -> SecondsCounter {
        guard case .seconds(let counter) = self.family.resolve(labels.values, make: { .seconds(SecondsCounter()) })
        else { preconditionFailure("\"\(self.family.description.name)\" does not hold time.") }
        return counter
    }

    /// Takes a child out of the exposition; whoever still holds it counts on unseen.
    public func remove(_ labels: Labels) { self.family.children?.remove(labels.values) }
}

/// All gauges that share one name.
public struct GaugeFamily<Labels: LabelSet>: Sendable {
    let family: Family

    /// Resolve a child once, at wiring time, and keep it.
    public func gauge(for labels: Labels) -> Gauge {
        guard case .gauge(let gauge) = self.family.resolve(labels.values, make: { .gauge(Gauge()) }) else {
            preconditionFailure("\"\(self.family.description.name)\" is no gauge.")
        }
        return gauge
    }

    /// Takes a child out of the exposition; whoever still holds it sets it unseen.
    public func remove(_ labels: Labels) { self.family.children?.remove(labels.values) }
}

/// All histograms that share one name and one list of buckets.
public struct HistogramFamily<Labels: LabelSet>: Sendable {
    let family: Family

    /// Resolve a child once, at wiring time, and keep it.
    public func histogram(for labels: Labels) -> Histogram {
        let child = self.family.resolve(labels.values) {
            guard let shape = self.family.shape else { preconditionFailure("A histogram has a shape.") }
            return .histogram(Histogram(shape, keepsExemplars: self.family.exemplars != nil))
        }
        guard case .histogram(let histogram) = child else { preconditionFailure("A histogram has histograms.") }
        return histogram
    }

    /// Takes a child out of the exposition; whoever still holds it observes unseen.
    public func remove(_ labels: Labels) { self.family.children?.remove(labels.values) }
}

/// All statesets that share one name; each begins in the first of its states.
public struct StateSetFamily<Labels: LabelSet, State: StateLabel>: Sendable {
    let family: Family

    /// Resolve a child once, at wiring time, and keep it.
    public func states(for labels: Labels) -> StateSet<State> {
        guard case .state(let cell) = self.family.resolve(labels.values, make: { .state(StateCell()) }) else {
            preconditionFailure("A stateset has states.")
        }
        return StateSet(cell)
    }

    /// Takes a child out of the exposition.
    public func remove(_ labels: Labels) { self.family.children?.remove(labels.values) }
}

/// Facts that share one name: each label set that was declared stands there with the value 1.
public struct InfoFamily<Labels: LabelSet>: Sendable {
    let family: Family

    public func declare(_ labels: Labels) { _ = self.family.resolve(labels.values) { .fact } }

    /// Takes a fact back.
    public func remove(_ labels: Labels) { self.family.children?.remove(labels.values) }
}

extension Family {
    fileprivate func resolve(_ values: [String], make: () -> Instrument) -> Instrument {
        guard let children = self.children else {
            preconditionFailure("\"\(self.description.name)\" is sampled at the scrape, and has no children here.")
        }
        return children.resolve(values, make: make)
    }
}
