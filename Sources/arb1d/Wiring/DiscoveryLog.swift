import Core
import Feed
import Logging
import Venues

/// What is logged of discovery: one line for each change.
struct DiscoveryLog: Sendable {
    /// More names than this tell nobody anything.
    private static let mostNames = 20

    let logger: Logger

    func failed(_ venue: String, _ reason: String) {
        self.logger.warning(
            "venue does not say what it lists, asking again",
            metadata: ["event": "discovery_failed", "venue": "\(venue)", "reason": "\(reason)"]
        )
    }

    func recovered(_ venue: String) {
        self.logger.info(
            "venue says again what it lists",
            metadata: ["event": "discovery_recovered", "venue": "\(venue)"]
        )
    }

    func changed(_ changes: WatchList.Changes, _ listing: Listing, of venue: String, watching: Int) {
        guard changes.isFirst || !changes.isEmpty else { return }
        let added = changes.watch.reduce(0) { $0 + $1.count } - changes.renamed.count
        self.logger.info(
            "instruments changed",
            metadata: [
                "event": "instruments_changed", "venue": "\(venue)", "listed": "\(listing.instruments.count)",
                "left_out": "\(listing.leftOut)", "watching": "\(watching)", "added": "\(added)",
                "delisted": "\(Self.names(changes.delisted))", "renamed": "\(Self.names(changes.renamed))",
                "refused": "\(changes.refused)",
            ]
        )
    }

    private static func names(_ symbols: [String]) -> String {
        guard symbols.count > self.mostNames else { return symbols.joined(separator: ",") }
        return symbols.prefix(self.mostNames).joined(separator: ",") + ",… \(symbols.count) in all"
    }
}
