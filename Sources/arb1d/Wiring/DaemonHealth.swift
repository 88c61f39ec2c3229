import Core
import Feed
import Health
import Venues

/// What the parts of the daemon report about themselves, and who waits for whom at start.
struct DaemonHealth: Sendable {
    let state: HealthState
    let clock: ReceiveClock
    let serviceManager = ServiceManager()
    /// Opens when the listener accepts connections: nothing is asked of a venue before.
    let listening = Gate()

    /// The instant that the checks go by: monotonic, so that a step of the wall clock fails and excuses nobody.
    var now: Timestamp { Timestamp(nanoseconds: self.clock.monotonic.nanoseconds) }

    var report: HealthReport { self.state.report(at: self.now) }

    /// Tells the health checks how feeds and engine are; called once a second.
    func observe(feeds: [VenueFeed], board: Board) {
        for feed in feeds { self.state.venue(feed.profile.name, isLive: feed.status.isLive) }
        self.state.livePairs(board.freshPairCount, at: self.now)
        for (shard, counts) in board.read().shards.enumerated() {
            self.state.batches(counts.batchCount, shard: shard, at: self.now)
        }
        self.serviceManager.observe(self.report, at: self.now)
    }
}
