import Core
import Logging
import Metrics
import NIOCore
import NIOEmbedded
import Simulation
import Synchronization
import TestSupport
import Venues

@testable import Feed

/// One venue's whole feed, sessions and all, in a time that only tests move: arb1d's own but for the sockets.
final class VirtualFeed {
    /// Time as the feed reads it.
    private final class Time: Sendable {
        let nanoseconds = Atomic<Int64>(1_000_000_000)
    }

    let network: VirtualNetwork
    let feed: VenueFeed
    let channel = RawChannel(capacity: 100_000, venues: 1) {}
    private let venue: String
    private let registry = Registry()
    private let time = Time()
    private let loop = EmbeddedEventLoop()
    private let stepNanoseconds: Int64
    private var listings: VirtualListings
    /// Quotes that say what stands already: the engine counts them.
    private var repeats = 0
    /// For how long not everything was whole.
    private(set) var downNanoseconds: Int64 = 0

    /// Time passes in steps of `step`: longer ones where hours pass.
    init(_ adapter: any VenueAdapter.Type, venue: SimulatedVenue, step: Duration, seed: UInt64) throws {
        self.stepNanoseconds = step.wholeNanoseconds
        let time = self.time
        let clock = ReceiveClock(
            readingWall: { 1_790_000_000_000_000_000 + time.nanoseconds.load(ordering: .relaxed) },
            readingMonotonic: { time.nanoseconds.load(ordering: .relaxed) }
        )
        var market = MarketModel.Settings()
        (market.symbols, market.quotesPerSecond, market.seed) = (10, 40, seed)
        self.venue = venue.rawValue
        self.network = VirtualNetwork(
            venue: venue,
            path: adapter.profile.webSocketPath,
            market: market,
            loop: self.loop,
            clock: clock
        )
        var settings = VenueSettings()
        settings.seed = seed
        self.feed = VenueFeed(
            adapter: adapter,
            index: VenueIndex(0),
            settings: settings,
            eventLoop: self.loop,
            channel: self.channel,
            rest: self.network,
            clock: clock,
            budget: nil,
            metrics: FeedMetrics(self.registry),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            connector: .success(self.network)
        )
        self.listings = VirtualListings(adapter, registry: self.registry, seed: seed)
    }

    private var now: MonotonicInstant { MonotonicInstant(nanoseconds: self.time.nanoseconds.load(ordering: .relaxed)) }

    // MARK: Time

    func pass(seconds: Double) {
        var left = Int64(seconds * 1e9)
        while left > 0 {
            self.step()
            left -= self.stepNanoseconds
        }
    }

    /// Lets time pass until everything is whole.
    ///
    /// - Returns: How many seconds that took; nil when it was not within `limit`.
    func passUntilWhole(limit: Double) -> Double? {
        let begin = self.now
        while !self.isWhole {
            guard self.now.since(begin).inSeconds <= limit else { return nil }
            self.step()
        }
        return self.now.since(begin).inSeconds
    }

    /// Ends the feed, so that nothing of it waits for ever.
    func finish() {
        let done = self.loop.makePromise(of: Void.self)
        self.feed.onLoop { $0.close(within: .seconds(1), done) }
        self.pass(seconds: 2)
        self.network.finish()
    }

    private func step() {
        self.time.nanoseconds.wrappingAdd(self.stepNanoseconds, ordering: .relaxed)
        self.loop.advanceTime(by: .nanoseconds(self.stepNanoseconds))
        self.network.step()
        self.listings.askIfDue(self.feed, at: self.now)
        self.drain()
        if !self.isWhole { self.downNanoseconds += self.stepNanoseconds }
    }

    private func drain() {
        var (batch, displaced): ([RawElement], [InstrumentIndex]) = ([], [])
        let taken = self.channel.take(into: &batch, displaced: &displaced, completed: EngineTally())
        guard case .batch = taken else { return }
        self.repeats += batch.count { element in
            if case .quote(let quote) = element.payload { quote.flags.contains(.repeated) } else { false }
        }
    }

    // MARK: Judging

    /// Whether every connection is live and every instrument that is watched has a quote that counts.
    var isWhole: Bool {
        guard !self.feed.sessions.isEmpty, self.feed.sessions.allSatisfy(\.isLive) else { return false }
        let waiting: [SubscriptionState] = [.requested, .acknowledged, .stale, .refused]
        return waiting.allSatisfy { self.feed.intake.subscriptions[Int($0.rawValue)] == 0 }
    }

    /// The largest residual of the stages up to the engine's door.
    var residual: UInt64 {
        let snapshot = self.channel.snapshot()
        return [FlowStage.decode, .feed, .raw].map { snapshot.residual($0) }.max() ?? .max
    }

    /// Frames that the venue sent and that are neither received nor cut off.
    var missingFrames: Int { self.network.missingFrames(received: self.channel.snapshot().terms(.decode).into) }

    /// What a scrape shows, by printed names.
    var samples: [String: Double] {
        let text = String(decoding: self.registry.render(), as: UTF8.self)
        MovedFamilies.note(text)
        var samples = self.flow
        for line in text.split(separator: "\n") where !line.hasPrefix("#") {
            guard let space = line.lastIndex(of: " ") else { continue }
            samples[String(line[..<space])] = Double(line[line.index(after: space)...])
        }
        return samples
    }

    /// What channel and engine count, whose families are not the feed's.
    private var flow: [String: Double] {
        let venue = "{venue=\"\(self.venue)\""
        var counts = ["arb1d_feed_quotes_flagged_total\(venue),flag=\"repeat\"}": Double(self.repeats)]
        // There is one venue; what follows its tally is of none.
        guard let tally = self.channel.snapshot().feeds.first else { return counts }
        for reason in FrameDropReason.allCases {
            let name = "arb1d_feed_frames_rejected_total\(venue),reason=\"\(reason.label)\"}"
            counts[name] = Double(tally.framesDropped(reason))
        }
        for kind in EventKind.allCases {
            for reason in RejectReason.allCases {
                let labels = "kind=\"\(kind.label)\",reason=\"\(reason.label)\""
                counts["arb1d_feed_events_rejected_total\(venue),\(labels)}"] = Double(tally.rejected(kind, reason))
            }
        }
        return counts
    }
}
