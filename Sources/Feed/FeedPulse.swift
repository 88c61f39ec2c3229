public import Core
public import Logging
import Metrics
public import NIOCore
import Synchronization

/// The once-a-second duties of one feed loop, whether or not any venue is connected: the heartbeat that shows that
/// loop, channel and engine move, and the comparison of the receive clock with the wall clock.
public final class FeedPulse: Sendable {
    private let number: UInt8
    private let loop: any EventLoop
    private let channel: RawChannel
    private let clock: ReceiveClock
    private let metrics: FeedMetrics
    private let logger: Logger
    private let task = Mutex<RepeatedTask?>(nil)
    private let feeds = Mutex<[VenueFeed]>([])

    /// Heartbeats carry the number of the loop; nothing is sent before ``start(interval:)``.
    public init(
        loop number: UInt8,
        eventLoop: any EventLoop,
        channel: RawChannel,
        clock: ReceiveClock,
        metrics: FeedMetrics,
        logger: Logger
    ) {
        (self.number, self.loop, self.channel, self.clock) = (number, eventLoop, channel, clock)
        (self.metrics, self.logger) = (metrics, logger)
    }

    /// From now on a step of the clock makes the instruments of `feed` stale. A clock is watched by one pulse only.
    public func add(_ feed: VenueFeed) { self.feeds.withLock { $0.append(feed) } }

    /// - Parameter interval: A second, but for tests.
    public func start(interval: Duration = .seconds(1)) {
        let task = self.loop.scheduleRepeatedTask(initialDelay: .zero, delay: TimeAmount(interval)) { _ in self.beat() }
        self.task.withLock { $0 = task }
    }

    /// Ends the heartbeat: only after the engine, for it is what shows during a drain that all still moves.
    public func stop() { self.task.withLock { $0.take() }?.cancel() }

    private func beat() {
        if let step = self.clock.followWallClock() {
            self.metrics.clockSteps.increment()
            self.logger.warning(
                "the wall clock stepped",
                metadata: ["event": "clock_step", "seconds": "\(Double(step) / 1e9)"]
            )
            let now = self.clock.now
            for feed in self.feeds.withLock({ $0 }) { feed.clockStepped(at: now) }
        }
        var batch = [RawElement(.heartbeat(loop: self.number, sentAt: self.clock.now), venue: .none)]
        var tally = FeedTally()
        tally.synthetic = 1
        self.channel.send(&batch, tally: &tally, venue: .none)
    }
}
