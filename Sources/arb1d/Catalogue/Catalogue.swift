import Metrics

/// Every family that a composed daemon exports, with what its labels can say and how many series it can have.
struct Catalogue {
    struct Family {
        let description: FamilyDescription
        /// What its labels can say, where the code names it; other labels hold what configuration and venues name.
        let values: [String: [String]]
        let maximum: Int

        /// Those of its samples: a stateset has one more, of its own name.
        var labels: [String] {
            let own = self.description.kind == .stateset ? [self.description.name] : []
            return self.description.labels + own
        }

        /// The unit that the name ends in.
        var unit: String? {
            var name = self.description.name[...]
            if self.description.kind == .counter { name = name.dropLast("_total".count) }
            return ["seconds", "bytes", "ratio"].first { name.hasSuffix("_" + $0) }
        }
    }

    /// Labels whose values the code names.
    private static let closedLabels: Set = [
        "stage", "channel", "state", "reason", "kind", "flag", "stream", "change", "method", "code", "to", "side",
        "result", "loop", "format", "level",
    ]

    let families: [Family]
    let maxima: SeriesMaxima
    let limit: Int
    /// Most series of the metrics that libraries bring along, whose families are not known before they come.
    let libraries: Int

    /// - Precondition: All parts have registered what they export, and nothing has happened yet.
    init(_ registry: Registry, _ configuration: Configuration) {
        let series = ExpositionSeries(registry.renderInOrder { _ in true })
        let (choice, descriptions) = (configuration.series, registry.families)
        let venuePairs = configuration.venues.count * (configuration.venues.count - 1)
        // Series that come and go, beside those of pairs: one a pair of venues that has a fresh pair.
        let netMax = MarketFamily.netMax.description.name
        func count(_ family: FamilyDescription) -> Int {
            family.name == netMax ? venuePairs : series.count(of: family, showsCreated: choice.showsCreated)
        }
        let others = descriptions.reduce(choice.libraries) { SeriesMaxima.isOfMarket($1.name) ? $0 : $0 + count($1) }
        let maxima = SeriesMaxima(configuration, others: others)
        (self.maxima, self.limit, self.libraries) = (maxima, choice.limit, choice.libraries)
        self.families = descriptions.map { description in
            Family(
                description: description,
                values: Self.values(of: description, series.families[description.name] ?? []),
                maximum: maxima.maximum(of: description.name) ?? count(description)
            )
        }
    }

    /// Most series of all families together, those of libraries among them.
    var maximum: Int { self.families.reduce(self.libraries) { $0 + $1.maximum } }

    private static func values(
        of description: FamilyDescription,
        _ series: [[(name: String, value: String)]]
    ) -> [String: [String]] {
        var values: [String: [String]] = [:]
        if description.kind == .stateset { values[description.name] = description.states }
        for label in series.joined() where self.closedLabels.contains(label.name) {
            if values[label.name, default: []].contains(label.value) { continue }
            values[label.name, default: []].append(label.value)
        }
        return values.mapValues { $0.sorted() }
    }
}
