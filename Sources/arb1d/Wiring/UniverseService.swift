import Core
import Feed
import Logging
import Metrics
import ServiceLifecycle
import Synchronization
import Venues

/// Asks every venue what it lists, decides what to watch, and tells engines and feeds: at start, and at intervals.
///
/// A venue that does not answer keeps nobody waiting, and what is watched of it stays as it is. Its first failure is
/// logged, every one is counted, and it joins the others as soon as it answers.
final class UniverseService: Service {
    private let feeds: [VenueFeed]
    private let engines: Engines
    private let interval: Duration?
    private let health: DaemonHealth
    private let metrics: [DiscoveryMetrics]
    private let log: DiscoveryLog
    private let list: Mutex<WatchList>

    /// Of `list` the venues are those of `feeds`, in their order; `interval` lies between two questions to a venue, and
    /// without one what it lists first is all that there will be.
    init(
        list: WatchList,
        interval: Duration?,
        feeds: [VenueFeed],
        engines: Engines,
        health: DaemonHealth,
        metrics: [DiscoveryMetrics],
        logger: Logger
    ) {
        (self.feeds, self.engines, self.interval, self.health) = (feeds, engines, interval, health)
        (self.metrics, self.log) = (metrics, DiscoveryLog(logger: logger))
        self.list = Mutex(list)
    }

    func run() async throws {
        await cancelWhenGracefulShutdown {
            await self.health.listening.wait()
            await withTaskGroup(of: Void.self) { group in
                for index in self.feeds.indices { group.addTask { await self.follow(index) } }
            }
        }
        try await gracefulShutdown()
    }

    /// Asks one venue again and again.
    private func follow(_ index: Int) async {
        var generator = SystemRandomNumberGenerator()
        var pace = DiscoveryPace(interval: self.interval)
        while !Task.isCancelled {
            let wasFailing = pace.isFailing
            let pause: Duration?
            switch await self.ask(index) {
            case .accepted(let isInDoubt):
                if wasFailing { self.log.recovered(self.feeds[index].profile.name) }
                self.metrics[index].accepted.increment()
                pause = pace.accepted(isInDoubt: isInDoubt, using: &generator)
            case .failed(let reason, let patience):
                if Task.isCancelled { return }
                let failure = pace.failed(patience: patience, using: &generator)
                if failure.isFirst { self.log.failed(self.feeds[index].profile.name, reason) }
                pause = failure.pause
            }
            guard let pause else { return }
            try? await Task.sleep(for: pause)
        }
    }

    private enum Answer { case accepted(isInDoubt: Bool), failed(String, patience: Duration) }

    private func ask(_ index: Int) async -> Answer {
        let feed = self.feeds[index]
        let listing: VenueListing
        do throws(DiscoveryError) {
            listing = try await Discovery(rest: feed.rest).list()
        } catch {
            self.metrics[index].failed.increment()
            return .failed(error.reason, patience: error.patience)
        }
        switch self.take(listing, of: index) {
        case .implausible(let listed, let before):
            self.metrics[index].implausible.increment()
            // A venue under maintenance answers, and halts everything it lists.
            return .failed(
                listed == 0 ? "lists nothing that can be traded" : "lists \(listed), before \(before)",
                patience: .seconds(5)
            )
        case .accepted(let changes):
            DiscoveryMetrics.count(changes, of: index, in: self.metrics)
            let watching = self.list.withLock { $0.count(of: index) }
            self.log.changed(changes, listing.listing, of: feed.profile.name, watching: watching)
            feed.unwatch(changes.unwatch)
            for (feed, additions) in zip(self.feeds, changes.watch) where !additions.isEmpty {
                feed.watch(additions.map { ($0.instrument, $0.venueSymbol) })
            }
            return .accepted(isInDoubt: changes.missing > 0)
        }
    }

    private func take(_ listing: VenueListing, of index: Int) -> WatchList.Outcome {
        self.list.withLock { list in
            let outcome = list.take(listing, of: index)
            // Under the lock, so that the engines never get an older universe after a newer one.
            if case .accepted(let changes) = outcome, !changes.isEmpty { self.engines.extend(to: list.universe) }
            return outcome
        }
    }
}
