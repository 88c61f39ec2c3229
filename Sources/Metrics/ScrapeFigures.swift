import Synchronization

/// What the registry says about itself: how many series each family has, and what the last scrape cost.
final class ScrapeFigures: Sendable {
    static let families = [
        SampledFamily(
            "arb1d_metrics_series",
            kind: .gauge,
            help: "Series of each family in this scrape.",
            labels: ["family"]
        ),
        SampledFamily(
            "arb1d_metrics_render_seconds",
            kind: .gauge,
            help: "Time the last scrape took to render; 0 before the first.",
            labels: ["format"]
        ),
        SampledFamily(
            "arb1d_metrics_body_bytes",
            kind: .gauge,
            help: "Size of the last rendered body; 0 before the first.",
            labels: ["format"]
        ),
    ]

    // Two numbers of possibly two different scrapes: nobody combines them, so each is its own relaxed atomic.
    private let renderSeconds = Atomic<Double>(0)
    private let lastBodyBytes = Atomic<Int>(0)
    private let format = PreformattedLabels(["format"], ["text"]).bytes

    var bodyBytes: Int { self.lastBodyBytes.load(ordering: .relaxed) }

    /// Replaces the readings of the registry's own families, whose number of series is known beforehand.
    func fill(_ readings: inout [(FamilyDescription, FamilyReading)]) {
        var counts = readings.map { (name: $0.0.name, count: $0.1.seriesCount) }
        let own = Self.families.map(\.description.name)
        for index in readings.indices {
            switch readings[index].0.name {
            case own[0]: counts[index].count = readings.count
            case own[1], own[2]: counts[index].count = 1
            default: break
            }
        }
        for index in readings.indices {
            switch readings[index].0.name {
            case own[0]:
                readings[index].1 = .samples(
                    counts.map { family in
                        let labels = PreformattedLabels(["family"], [family.name])
                        return Sample(labels: labels.bytes, value: .whole(UInt64(family.count)))
                    }
                )
            case own[1]:
                let seconds = self.renderSeconds.load(ordering: .relaxed)
                readings[index].1 = .samples([Sample(labels: self.format, value: .real(seconds))])
            case own[2]:
                readings[index].1 = .samples([Sample(labels: self.format, value: .whole(UInt64(self.bodyBytes)))])
            default: break
            }
        }
    }

    func record(duration: Duration, bodyBytes: Int) {
        let (seconds, attoseconds) = duration.components
        self.renderSeconds.store(Double(seconds) + Double(attoseconds) * 1e-18, ordering: .relaxed)
        self.lastBodyBytes.store(bodyBytes, ordering: .relaxed)
    }
}
