import Core
import Feed
import Health
import Venues

/// What the parts of the daemon report about themselves, and who waits for whom at start.
struct DaemonHealth: Sendable {
    let state: HealthState
    /// Opens when the listener accepts connections: nothing is asked of a venue before.
    let listening = Gate()

    /// Tells the health checks how feeds and engine are; called once a second.
    func observe(feeds: [VenueFeed], board: Board, at now: Timestamp) {
        for feed in feeds { self.state.venue(feed.profile.name, isLive: feed.status.isLive) }
        self.state.livePairs(board.freshPairCount, at: now)
        self.state.batches(board.batchCount, at: now)
    }
}
