import Core
import Metrics
import Synchronization

/// Puts the engine's durations into a histogram.
final class HistogramRecorder: DurationRecorder {
    private let histogram: Histogram
    private let isSole: Bool

    /// - Parameters:
    ///   - histogram: Where they go.
    ///   - isSole: One engine alone records here.
    init(histogram: Histogram, isSole: Bool) { (self.histogram, self.isSole) = (histogram, isSole) }

    func record(nanoseconds: Int64) { self.histogram.observe(Double(nanoseconds) / 1e9) }

    func record(nanoseconds: Int64, of quote: QuoteOrigin) {
        if self.isSole {
            self.histogram.observeAlone(Double(nanoseconds) / 1e9, evidence: Evidence(quote))
        } else {
            self.histogram.observe(Double(nanoseconds) / 1e9, evidence: Evidence(quote))
        }
    }

    func joined(with other: any DurationRecorder) -> any DurationRecorder {
        guard let other = other as? HistogramRecorder, self.isSole, other.isSole else {
            return JoinedRecorders(self, other)
        }
        return HistogramsRecorder(self.histogram, other.histogram)
    }
}

/// Puts each duration into two histograms of one family, where one engine alone records in both.
final class HistogramsRecorder: DurationRecorder {
    private let first: Histogram
    private let second: Histogram

    init(_ first: Histogram, _ second: Histogram) { (self.first, self.second) = (first, second) }

    func record(nanoseconds: Int64) {
        self.first.observe(Double(nanoseconds) / 1e9)
        self.second.observe(Double(nanoseconds) / 1e9)
    }

    func record(nanoseconds: Int64, of quote: QuoteOrigin) {
        self.first.observeAlone(Double(nanoseconds) / 1e9, evidence: Evidence(quote), alsoIn: self.second)
    }
}

extension Evidence {
    init(_ quote: QuoteOrigin) {
        self.init(
            subject: UInt32(truncatingIfNeeded: quote.instrument.position),
            number: quote.number,
            time: quote.time.nanoseconds
        )
    }
}

/// The same of ratios.
final class RatioHistogramRecorder: RatioRecorder {
    private let histogram: Histogram

    init(histogram: Histogram) { self.histogram = histogram }

    func record(ratio: Double) { self.histogram.observe(ratio) }
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
    /// A board whose latency, leg ages and opportunities go into histograms of `registry`.
    convenience init(universe: Universe, registry: Registry) {
        let (names, isSole) = (universe.venues.map(\.name), universe.shardCount == 1)
        let quotes = QuoteNames()
        let naming = ExemplarNaming(number: "update") { subject in quotes.labels(of: Int(subject)) }
        let legAge = registry.histogram(
            "arb1d_leg_age_seconds",
            help: "Time since the older leg's quote last changed, at each evaluation that gave a spread.",
            labels: VenuePairLabels.self,
            buckets: Buckets.legAgeSeconds,
            exemplars: naming
        )
        let endToEnd = registry.histogram(
            "arb1d_end_to_end_seconds",
            help: "From a quote's receive time to the cells of its pairs.",
            labels: VenueLabels.self,
            buckets: Buckets.pipelineSeconds,
            exemplars: naming
        )
        let duration = registry.histogram(
            "arb1d_opportunity_seconds",
            help: "How long an opportunity lasted, when it ended.",
            labels: VenuePairLabels.self,
            buckets: Buckets.opportunitySeconds
        )
        let peak = registry.histogram(
            "arb1d_opportunity_peak_ratio",
            help: "The highest net spread of an opportunity, when it ended.",
            labels: VenuePairLabels.self,
            buckets: Buckets.opportunityPeakRatio
        )
        self.init(
            universe: universe,
            legAge: { sell, buy in
                guard sell != buy else { return nil }
                let labels = VenuePairLabels(sell: names[sell.position], buy: names[buy.position])
                return HistogramRecorder(histogram: legAge.histogram(for: labels), isSole: isSole)
            },
            endToEnd: { venue in
                let labels = VenueLabels(venue: names[venue.position])
                return HistogramRecorder(histogram: endToEnd.histogram(for: labels), isSole: isSole)
            },
            ended: { sell, buy in
                guard sell != buy else { return nil }
                let labels = VenuePairLabels(sell: names[sell.position], buy: names[buy.position])
                return OpportunityRecorders(
                    duration: HistogramRecorder(histogram: duration.histogram(for: labels), isSole: isSole),
                    peak: RatioHistogramRecorder(histogram: peak.histogram(for: labels))
                )
            }
        )
        quotes.connect(self)
    }
}

/// The labels of exemplars: venue and symbol of an instrument, formatted once, at the first scrape that shows it.
final class QuoteNames: Sendable {
    private struct State {
        weak var board: Board?
        var labels: [PreformattedLabels] = []
    }

    private let state = Mutex(State())

    /// Takes the board whose instruments are named; it holds our naming, so we must not hold it.
    func connect(_ board: Board) { self.state.withLock { $0.board = board } }

    /// Nil for an instrument that the board does not know.
    func labels(of instrument: Int) -> PreformattedLabels? {
        self.state.withLock { state in
            if instrument >= state.labels.count, let universe = state.board?.read().universe {
                for entry in universe.instruments.dropFirst(state.labels.count) {
                    let values = [universe.venues[entry.venue.position].name, universe.symbols[entry.symbol.position]]
                    state.labels.append(PreformattedLabels(["venue", "symbol"], values))
                }
            }
            return instrument < state.labels.count ? state.labels[instrument] : nil
        }
    }
}
