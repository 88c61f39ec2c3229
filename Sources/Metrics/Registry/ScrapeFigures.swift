/// What the registry says about itself: how many series each family has, and what the last scrape cost.
final class ScrapeFigures: Sendable {
    static let families = [
        SampledFamily(
            "arb1d_metrics_series",
            kind: .gauge,
            help: "Series of each family in this scrape, a native histogram counted as its classic series.",
            labels: ["family"]
        ),
        SampledFamily(
            "arb1d_metrics_render_seconds",
            kind: .gauge,
            help: "Time the last scrape of the format took to render; 0 before the first.",
            labels: ["format"]
        ),
        SampledFamily(
            "arb1d_metrics_body_bytes",
            kind: .gauge,
            help: "Size of the last body of the format, before compression; 0 before the first.",
            labels: ["format"]
        ),
    ]

    // By format. Two numbers of possibly two different scrapes: nobody combines them.
    private let seconds = ExpositionFormat.allCases.map { _ in Gauge() }
    private let bytes = ExpositionFormat.allCases.map { _ in Gauge() }
    private let labels = ExpositionFormat.allCases.map { LabelBlock(CollectionOfOne(("format", $0.label))) }

    /// Adds the samples of the own families: the counts are known before anything is printed.
    func add(_ sources: [FamilySource], to sink: inout SampleSink) {
        for source in sources {
            if let label = source.family.ownLabel { sink.add(0, block: label, .whole(UInt64(source.series))) }
        }
        for format in ExpositionFormat.allCases {
            sink.add(1, block: self.labels[format.rawValue], .real(self.seconds[format.rawValue].value))
            sink.add(2, block: self.labels[format.rawValue], .real(self.bytes[format.rawValue].value))
        }
    }

    /// How many series the own families have.
    static func series(_ name: String, families: Int) -> Int? {
        switch name {
        case self.families[0].description.name: families
        case self.families[1].description.name, self.families[2].description.name: ExpositionFormat.allCases.count
        default: nil
        }
    }

    func record(_ format: ExpositionFormat, duration: Duration, bodyBytes: Int) {
        let (seconds, attoseconds) = duration.components
        self.seconds[format.rawValue].set(Double(seconds) + Double(attoseconds) * 1e-18)
        self.bytes[format.rawValue].set(Double(bodyBytes))
    }
}
