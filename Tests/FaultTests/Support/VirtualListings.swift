import Core
import Metrics
import Synchronization
import Venues

@testable import Feed

/// What the venue lists, asked for every minute, beside a venue that lists for ever what the first answer had.
final class VirtualListings {
    private static let interval = Duration.seconds(60)

    /// What the last answer said, until it is taken in; it waits for nobody, so the lock is for the compiler.
    private final class Mailbox: Sendable {
        let result = Mutex<Result<VenueListing, DiscoveryError>?>(nil)
    }

    private let catalog: any VenueCatalog
    private let metrics: [DiscoveryMetrics]
    private let mailbox = Mailbox()
    private var list: WatchList
    private var pace = DiscoveryPace(interval: VirtualListings.interval)
    private var generator: FeedGenerator
    private var dueAt: MonotonicInstant?
    private var isFirst = true

    init(_ adapter: any VenueAdapter.Type, registry: Registry, seed: UInt64) {
        self.catalog = adapter.catalog
        self.metrics = DiscoveryMetrics.register(in: registry, venues: [adapter.profile.name, "other"])
        self.generator = FeedGenerator(seed: seed)
        let venues = [adapter.profile.name, "other"].map {
            VenueEntry(name: $0, isPerpetual: false, fee: 0, repeatStaleAfter: nil)
        }
        let planner = UniversePlanner(quoteAssets: [], minQuoteVolume: 0, maxInstrumentsPerVenue: 100)
        self.list = WatchList(universe: Universe(venues: venues), planner: planner)
        self.dueAt = MonotonicInstant(nanoseconds: 0)
    }

    func askIfDue(_ feed: VenueFeed, at now: MonotonicInstant) {
        if let result = self.mailbox.result.withLock({ $0.take() }) { self.take(result, feed, at: now) }
        guard let dueAt = self.dueAt, dueAt <= now else { return }
        self.dueAt = nil
        let (mailbox, catalog, rest) = (self.mailbox, self.catalog, feed.rest)
        rest.get(.instruments) { result in
            let listing = Self.listing(result, catalog, rest)
            mailbox.result.withLock { $0 = listing }
        }
    }

    private static func listing(
        _ result: Result<RestResponse, RestError>,
        _ catalog: any VenueCatalog,
        _ rest: VenueRest
    ) -> Result<VenueListing, DiscoveryError> {
        switch result {
        case .failure(let error): return .failure(.unreachable(.instruments, error))
        case .success(let response) where response.status != 200:
            return .failure(.status(.instruments, response.status, patience: response.patience))
        case .success(let response):
            do throws(CatalogError) {
                let listing = try catalog.listing(response.body.span)
                rest.judged(.instruments, isReadable: true)
                return .success(VenueListing(listing: listing, volumes: [:]))
            } catch {
                rest.judged(.instruments, isReadable: false)
                return .failure(.unreadable(.instruments, error))
            }
        }
    }

    private func take(_ result: Result<VenueListing, DiscoveryError>, _ feed: VenueFeed, at now: MonotonicInstant) {
        guard case .success(let listing) = result else {
            self.metrics[0].failed.increment()
            return self.fail(result, at: now)
        }
        if self.isFirst { _ = self.list.take(listing, of: 1) }
        self.isFirst = false
        guard case .accepted(let changes) = self.list.take(listing, of: 0) else {
            self.metrics[0].implausible.increment()
            return self.fail(result, at: now)
        }
        self.metrics[0].accepted.increment()
        DiscoveryMetrics.count(changes, of: 0, in: self.metrics)
        feed.unwatch(changes.unwatch)
        feed.watch(changes.watch[0].map { ($0.instrument, $0.venueSymbol) })
        let pause = self.pace.accepted(isInDoubt: changes.missing > 0, using: &self.generator)
        self.dueAt = pause.map { now.advanced(by: $0) }
    }

    private func fail(_ result: Result<VenueListing, DiscoveryError>, at now: MonotonicInstant) {
        var patience = Duration.zero
        if case .failure(let error) = result { patience = error.patience }
        self.dueAt = now.advanced(by: self.pace.failed(patience: patience, using: &self.generator).pause)
    }
}
