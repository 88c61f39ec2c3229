extension Registry {
    /// Registers a family of counters; the name ends in `_total`.
    public func counter<L: LabelSet>(_ name: String, help: String, labels: L.Type) -> CounterFamily<L> {
        CounterFamily(family: self.family(FamilyDescription(name, kind: .counter, help: help, labels: L.names)))
    }

    /// Registers a family of counters of time; the name ends in `_seconds_total`.
    public func seconds<L: LabelSet>(_ name: String, help: String, labels: L.Type) -> SecondsCounterFamily<L> {
        precondition(name.hasSuffix("_seconds_total"), "\"\(name)\" counts time: its name ends in _seconds_total.")
        let description = FamilyDescription(name, kind: .counter, help: help, labels: L.names)
        return SecondsCounterFamily(family: self.family(description))
    }

    /// Registers a family of gauges.
    public func gauge<L: LabelSet>(_ name: String, help: String, labels: L.Type) -> GaugeFamily<L> {
        GaugeFamily(family: self.family(FamilyDescription(name, kind: .gauge, help: help, labels: L.names)))
    }

    /// Registers a family of statesets.
    public func states<L: LabelSet, S: StateLabel>(
        _ name: String,
        help: String,
        labels: L.Type,
        of: S.Type
    ) -> StateSetFamily<L, S> {
        let states = S.allCases.map(\.label)
        let description = FamilyDescription(name, kind: .stateset, help: help, labels: L.names, states: states)
        return StateSetFamily(family: self.family(description))
    }

    /// Registers a family of facts; the name ends in `_info`.
    public func info<L: LabelSet>(_ name: String, help: String, labels: L.Type) -> InfoFamily<L> {
        InfoFamily(family: self.family(FamilyDescription(name, kind: .info, help: help, labels: L.names)))
    }

    /// Registers a family of histograms.
    ///
    /// - Parameters:
    ///   - name: Its name; sums of a `_ratio` are kept more finely than those of times.
    ///   - help: What it means.
    ///   - labels: The type of its labels.
    ///   - buckets: The upper bounds of the classic buckets, ascending, without `+Inf`; none for a purely native one.
    ///   - native: The native buckets, which the protobuf format shows; nil for a purely classic one.
    ///   - exemplars: How its exemplars are named; nil when it keeps none.
    /// - Returns: The family.
    public func histogram<L: LabelSet>(
        _ name: String,
        help: String,
        labels: L.Type,
        buckets: [Double],
        native: NativeScale? = .standard,
        exemplars: ExemplarNaming? = nil
    ) -> HistogramFamily<L> {
        HistogramShape.require(bounds: buckets, native: native, of: name)
        let unitsPerOne = name.hasSuffix("_ratio") ? 1e12 : 1e9
        let family = self.family(
            FamilyDescription(name, kind: .histogram, help: help, labels: L.names),
            shape: HistogramShape(bounds: buckets, native: native, unitsPerOne: unitsPerOne),
            exemplars: exemplars
        )
        precondition(
            family.shape?.bounds == buckets && family.shape?.native?.scale == native,
            "\"\(name)\" is registered already, with other buckets."
        )
        return HistogramFamily(family: family)
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
    public func histogram(
        _ name: String,
        help: String,
        buckets: [Double],
        native: NativeScale? = .standard
    ) -> Histogram {
        self.histogram(name, help: help, labels: NoLabels.self, buckets: buckets, native: native)
            .histogram(for: NoLabels())
    }
}
