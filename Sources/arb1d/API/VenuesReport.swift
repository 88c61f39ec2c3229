import Core
import Feed
import Venues

/// The body of `/api/v1/venues`: the state of each venue, in the order of the configuration.
struct VenuesReport {
    let feeds: [VenueFeed]
    let board: Board
    let flow: FlowSnapshot
    /// By venue: whether its fee is one of the configuration.
    let hasOwnFee: [Bool]

    var json: String {
        let universe = self.board.read().universe
        let rows = self.feeds.enumerated().map { index, feed in
            let (status, fee) = (feed.status, feed.profile.takerFee)
            let tally = self.flow.feeds[index]
            return JSONText.object([
                ("venue", JSONText.text(feed.profile.name)),
                ("market", JSONText.text(feed.profile.market == .perpetual ? "perpetual" : "spot")),
                ("state", JSONText.text(status.isLive ? "live" : "down")),
                ("connections", String(status.connections)),
                ("live_connections", String(status.liveConnections)),
                ("last_error", JSONText.text(status.lastError)),
                ("instruments", String(universe.instruments(of: VenueIndex(index)).count)),
                ("taker_fee_ratio", JSONText.number(universe.venues[index].fee)),
                ("taker_fee_source", JSONText.text(self.hasOwnFee[index] ? "configuration" : fee.source)),
                ("taker_fee_read_on", JSONText.text(self.hasOwnFee[index] ? nil : fee.readOn)),
                ("frames_total", String(tally.framesIn)),
                ("quotes_total", String(tally.events(.quote))),
                ("displaced_total", String(self.flow.displaced[index])),
            ])
        }
        return JSONText.object([("venues", JSONText.array(rows))]) + "\n"
    }
}
