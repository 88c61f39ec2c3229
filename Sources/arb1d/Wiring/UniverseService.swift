import Core
import Feed
import Logging
import ServiceLifecycle
import Synchronization
import Venues

/// Asks every venue what it lists, decides what to watch, and tells engine and feeds: again whenever another answers.
///
/// A venue that does not answer keeps nobody waiting. Its first failure is logged, every one is counted, and it joins
/// the others as soon as it answers.
final class UniverseService: Service {
    private struct State {
        var universe: Universe
        var listings: [VenueListing?]
        var watched: [Set<String>]
    }

    private let feeds: [VenueFeed]
    private let planner: UniversePlanner
    private let engine: EngineThread
    private let health: DaemonHealth
    private let logger: Logger
    private let state: Mutex<State>

    init(
        universe: Universe,
        feeds: [VenueFeed],
        planner: UniversePlanner,
        engine: EngineThread,
        health: DaemonHealth,
        logger: Logger
    ) {
        (self.feeds, self.planner, self.engine, self.health) = (feeds, planner, engine, health)
        self.logger = logger
        self.state = Mutex(
            State(
                universe: universe,
                listings: feeds.map { _ in nil },
                watched: feeds.map { _ in [] }
            )
        )
    }

    func run() async throws {
        await cancelWhenGracefulShutdown {
            await self.health.listening.wait()
            await withTaskGroup(of: Void.self) { group in
                for index in self.feeds.indices { group.addTask { await self.discover(index) } }
            }
        }
        try await gracefulShutdown()
    }

    /// Asks one venue until it answers.
    private func discover(_ index: Int) async {
        let feed = self.feeds[index]
        var generator = SystemRandomNumberGenerator()
        var failures = 0
        while !Task.isCancelled {
            let (reason, patience): (String, Duration)
            do throws(DiscoveryError) {
                let listing = try await Discovery(rest: feed.rest).list()
                if !listing.listing.instruments.isEmpty { return self.grow(with: listing, of: index) }
                // A venue under maintenance answers, and halts everything it lists.
                (reason, patience) = ("lists nothing that can be traded", .seconds(5))
            } catch {
                (reason, patience) = (error.reason, error.patience)
            }
            failures += 1
            if Task.isCancelled { return }
            if failures == 1 { self.logFailure(of: feed, reason) }
            let ceiling = min(10_000, 500 << min(failures, 5))
            let jitter = Duration.milliseconds(Int.random(in: ceiling / 2...ceiling, using: &generator))
            try? await Task.sleep(for: max(jitter, patience))
        }
    }

    private func logFailure(of feed: VenueFeed, _ reason: String) {
        self.logger.warning(
            "venue does not say what it lists, asking again",
            metadata: ["event": "discovery_failed", "venue": "\(feed.profile.name)", "reason": "\(reason)"]
        )
    }

    private func grow(with listing: VenueListing, of index: Int) {
        let additions = self.state.withLock { state in
            state.listings[index] = listing
            let additions = self.add(to: &state)
            // Under the lock, so that the engine never gets an older universe after a newer one.
            self.engine.extend(to: state.universe)
            return additions
        }
        self.logger.info(
            "venue lists its instruments",
            metadata: [
                "event": "venue_discovered", "venue": "\(self.feeds[index].profile.name)",
                "listed": "\(listing.listing.instruments.count)", "left_out": "\(listing.listing.leftOut)",
                "watching": "\(self.state.withLock { $0.universe.listedCount })",
            ]
        )
        for (feed, instruments) in zip(self.feeds, additions) where !instruments.isEmpty { feed.watch(instruments) }
    }

    private func add(to state: inout State) -> [[(InstrumentIndex, String)]] {
        let plan = self.planner.plan(state.listings, watched: state.watched)
        var additions: [[(InstrumentIndex, String)]] = []
        for (position, chosen) in plan.enumerated() {
            var added: [(InstrumentIndex, String)] = []
            for listed in chosen {
                state.watched[position].insert(listed.symbol)
                let instrument = state.universe.add(
                    venue: VenueIndex(position),
                    symbol: listed.symbol,
                    venueSymbol: listed.venueSymbol
                )
                if let instrument { added.append((instrument, listed.venueSymbol)) }
            }
            additions.append(added)
        }
        return additions
    }
}
