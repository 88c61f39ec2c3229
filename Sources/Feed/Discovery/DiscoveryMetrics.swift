public import Metrics

/// What the answers of one venue to the question what it lists came to.
public struct DiscoveryMetrics: Sendable {
    private let listed: Counter
    private let delisted: Counter
    private let renamed: Counter
    public let accepted: Counter
    public let failed: Counter
    public let implausible: Counter

    /// Registers the families, with every child of these venues.
    public static func register(in registry: Registry, venues: [String]) -> [DiscoveryMetrics] {
        let changes = registry.counter(
            "arb1d_feed_instrument_changes_total",
            help:
                "Instruments that we began to watch, that their venue no longer lists, and that got another spelling.",
            labels: ChangeLabels.self
        )
        let answers = registry.counter(
            "arb1d_feed_discoveries_total",
            help: "Questions what a venue lists, by what came of them; an implausible answer changes nothing.",
            labels: DiscoveryLabels.self
        )
        return venues.map { venue in
            DiscoveryMetrics(
                listed: changes.counter(for: ChangeLabels(venue: venue, change: "listed")),
                delisted: changes.counter(for: ChangeLabels(venue: venue, change: "delisted")),
                renamed: changes.counter(for: ChangeLabels(venue: venue, change: "renamed")),
                accepted: answers.counter(for: DiscoveryLabels(venue: venue, result: "accepted")),
                failed: answers.counter(for: DiscoveryLabels(venue: venue, result: "failed")),
                implausible: answers.counter(for: DiscoveryLabels(venue: venue, result: "implausible"))
            )
        }
    }

    /// Counts the changes of all venues that one answer led to; `index` is that of the venue that answered.
    public static func count(_ changes: WatchList.Changes, of index: Int, in metrics: [DiscoveryMetrics]) {
        for (venue, additions) in changes.watch.enumerated() {
            let renamed = venue == index ? changes.renamed.count : 0
            metrics[venue].listed.increment(by: UInt64(max(0, additions.count - renamed)))
        }
        metrics[index].delisted.increment(by: UInt64(changes.delisted.count))
        metrics[index].renamed.increment(by: UInt64(changes.renamed.count))
    }
}

private struct ChangeLabels: LabelSet {
    static let names = ["venue", "change"]
    let venue: String
    let change: String
    var values: [String] { [self.venue, self.change] }
}

private struct DiscoveryLabels: LabelSet {
    static let names = ["venue", "result"]
    let venue: String
    let result: String
    var values: [String] { [self.venue, self.result] }
}
