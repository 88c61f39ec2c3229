import Core
import Metrics
import Synchronization
public import Venues

/// The REST interface of one venue: knows its addresses, keeps from it what it does not want, and counts what it asks.
public final class VenueRest: Sendable {
    public let venue: String
    public let catalog: any VenueCatalog
    private let base: String
    private let caFile: String?
    private let client: any RestTransport
    private let instruments: RestInstruments
    private let gate = Mutex((gate: RestGate(), generator: FeedGenerator()))
    private let clock: ReceiveClock

    /// Creates the venue's metrics; `base` is scheme and host, without a trailing slash; `caFile` names the
    /// certificates to trust instead of the client's, in PEM.
    public init(
        venue: String,
        base: String,
        catalog: any VenueCatalog,
        caFile: String? = nil,
        client: any RestTransport,
        clock: ReceiveClock,
        metrics: FeedMetrics
    ) {
        (self.venue, self.base, self.catalog, self.caFile) = (venue, base, catalog, caFile)
        (self.client, self.clock) = (client, clock)
        self.instruments = RestInstruments(metrics, venue: venue)
    }

    /// Asks for a task.
    ///
    /// - Throws: Also ``RestError/banned(for:)`` and ``RestError/circuitOpen(for:)``, without asking.
    public func get(_ route: RestRoute) async throws(RestError) -> RestResponse {
        let start = self.clock.monotonic
        if let refusal = self.refusal(of: route) { throw refusal }
        do throws(RestError) {
            let response = try await self.client.send(self.request(route, ""))
            self.count(route, .success(response), start)
            return response
        } catch {
            self.count(route, .failure(error), start)
            throw error
        }
    }

    /// Asks for a caller that is no task; `completion` is called once, on the REST thread or at once.
    func get(
        _ route: RestRoute,
        venueSymbol: String = "",
        completion: @escaping @Sendable (Result<RestResponse, RestError>) -> Void
    ) {
        let start = self.clock.monotonic
        if let refusal = self.refusal(of: route) { return completion(.failure(refusal)) }
        self.client.send(self.request(route, venueSymbol)) { result in
            self.count(route, result, start)
            completion(result)
        }
    }

    /// Whoever got an answer of status 200 says whether it made sense: one that did not is as bad as none.
    ///
    /// Until then the answer counts neither as a success nor as a failure of the route.
    func judged(_ route: RestRoute, isReadable: Bool) {
        self.settle(route, status: isReadable ? 200 : nil, patience: .zero)
    }

    private func request(_ route: RestRoute, _ venueSymbol: String) -> RestRequest {
        RestRequest(self.base + self.catalog.path(route, venueSymbol: venueSymbol), caFile: self.caFile)
    }

    private func refusal(of route: RestRoute) -> RestError? {
        let now = self.clock.monotonic
        let (refusal, move) = self.gate.withLock { $0.gate.admit(route, at: now) }
        self.instruments.show(move)
        if let refusal { self.instruments.failed(route, refusal) }
        return refusal
    }

    private func count(_ route: RestRoute, _ result: Result<RestResponse, RestError>, _ start: MonotonicInstant) {
        self.instruments.took(route, self.clock.monotonic.since(start))
        switch result {
        case .success(let response):
            self.instruments.answered(route, status: response.status)
            if let used = self.catalog.limitUsed(response.headers) { self.instruments.limitUsed.set(used) }
            if response.status != 200 { self.settle(route, status: response.status, patience: response.patience) }
        case .failure(let error):
            self.instruments.failed(route, error)
            switch error {
            case .cancelled, .shutDown:
                let now = self.clock.monotonic
                self.instruments.show(self.gate.withLock { $0.gate.withdrawn(route, at: now) })
            default:
                self.settle(route, status: nil, patience: .zero)
            }
        }
    }

    private func settle(_ route: RestRoute, status: Int?, patience: Duration) {
        let now = self.clock.monotonic
        let (move, bannedUntil) = self.gate.withLock { state in
            let move = state.gate.answered(route, status: status, patience: patience, at: now, using: &state.generator)
            return (move, state.gate.bannedUntil)
        }
        self.instruments.show(move)
        if let bannedUntil { self.instruments.bannedUntil.set(self.clock.wall(of: bannedUntil).seconds) }
    }
}

extension RestResponse {
    /// How long to leave the venue alone after this answer: what it asks for, else what its status is known to mean.
    ///
    /// 418 is a ban that grows, 403 a firewall that wants ten minutes of silence. At most an hour, whatever it asks.
    public var patience: Duration {
        let usual: Duration
        switch self.status {
        case 403: usual = .seconds(600)
        case 418: usual = .seconds(120)
        case 429: usual = .seconds(60)
        default: usual = .zero
        }
        // What the venue says itself is better than a rule, but a ban is no shorter for it.
        if self.status == 429, let asked = self.retryAfter { return min(.seconds(3600), max(.seconds(1), asked)) }
        return min(.seconds(3600), max(usual, self.retryAfter ?? .zero))
    }
}
