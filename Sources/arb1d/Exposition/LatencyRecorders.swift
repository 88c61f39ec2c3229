import Core
import Metrics

/// Puts the engine's durations into a histogram.
struct HistogramRecorder: DurationRecorder {
    let histogram: Histogram

    func record(nanoseconds: Int64) { self.histogram.observe(Double(nanoseconds) / 1e9) }
}

struct VenueLabels: LabelSet {
    static let names = ["venue"]
    let venue: String
    var values: [String] { [self.venue] }
}

struct VenuePairLabels: LabelSet {
    static let names = ["sell_venue", "buy_venue"]
    let sell: String
    let buy: String
    var values: [String] { [self.sell, self.buy] }
}

extension Board {
    /// A board whose latency and leg age go into histograms of `registry`.
    convenience init(universe: Universe, registry: Registry) {
        let names = universe.venues.map(\.name)
        let legAge = registry.histogram(
            "arb1d_leg_age_seconds",
            help: "Time since the older leg's quote last changed, at each evaluation that gave a spread.",
            labels: VenuePairLabels.self,
            buckets: Buckets.legAgeSeconds
        )
        let endToEnd = registry.histogram(
            "arb1d_end_to_end_seconds",
            help: "From a quote's receive time to the cells of its pairs.",
            labels: VenueLabels.self,
            buckets: Buckets.pipelineSeconds
        )
        self.init(
            universe: universe,
            legAge: { sell, buy in
                guard sell != buy else { return nil }
                let labels = VenuePairLabels(sell: names[sell.position], buy: names[buy.position])
                return HistogramRecorder(histogram: legAge.histogram(for: labels))
            },
            endToEnd: { venue in
                HistogramRecorder(histogram: endToEnd.histogram(for: VenueLabels(venue: names[venue.position])))
            }
        )
    }
}
