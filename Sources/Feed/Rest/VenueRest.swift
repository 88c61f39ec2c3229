import Core
import Metrics
public import Venues

/// The REST interface of one venue: knows its addresses, and counts what it asks.
public struct VenueRest: Sendable {
    public let venue: String
    public let catalog: any VenueCatalog
    private let base: String
    private let caFile: String?
    private let client: RestClient
    private let metrics: FeedMetrics

    /// Creates the venue's metrics; `base` is scheme and host, without a trailing slash; `caFile` names the
    /// certificates to trust instead of the client's, in PEM.
    public init(
        venue: String,
        base: String,
        catalog: any VenueCatalog,
        caFile: String? = nil,
        client: RestClient,
        metrics: FeedMetrics
    ) {
        (self.venue, self.base, self.catalog, self.caFile) = (venue, base, catalog, caFile)
        (self.client, self.metrics) = (client, metrics)
        // Every known child exists from the start, so that `rate()` sees the first step.
        for route in RestRoute.allCases {
            for code in RouteCodeLabels.codes {
                _ = metrics.restRequests.counter(for: RouteCodeLabels(venue: venue, route: route.rawValue, code: code))
            }
            _ = metrics.restSeconds.histogram(for: RouteLabels(venue: venue, route: route.rawValue))
            for reason in RestError.labels {
                _ = metrics.restFailures.counter(
                    for: RouteReasonLabels(venue: venue, route: route.rawValue, reason: reason)
                )
            }
        }
    }

    public func get(_ route: RestRoute) async throws(RestError) -> RestResponse {
        let start = ContinuousClock.now
        do throws(RestError) {
            let response = try await self.client.send(self.request(route))
            self.count(route, .success(response), start)
            return response
        } catch {
            self.count(route, .failure(error), start)
            throw error
        }
    }

    /// Asks for a caller that is no task; `completion` is called once, on the REST thread.
    func get(_ route: RestRoute, completion: @escaping @Sendable (Result<RestResponse, RestError>) -> Void) {
        let start = ContinuousClock.now
        self.client.send(self.request(route)) { result in
            self.count(route, result, start)
            completion(result)
        }
    }

    private func request(_ route: RestRoute) -> RestRequest {
        RestRequest(self.base + self.catalog.path(route), caFile: self.caFile)
    }

    private func count(_ route: RestRoute, _ result: Result<RestResponse, RestError>, _ start: ContinuousClock.Instant)
    {
        let name = route.rawValue
        switch result {
        case .success(let response):
            let labels = RouteCodeLabels(venue: self.venue, route: name, status: response.status)
            self.metrics.restRequests.counter(for: labels).increment()
        case .failure(let error):
            self.metrics.restFailures.counter(
                for: RouteReasonLabels(venue: self.venue, route: name, reason: error.label)
            ).increment()
        }
        let seconds = Double((ContinuousClock.now - start).wholeNanoseconds) / 1e9
        self.metrics.restSeconds.histogram(for: RouteLabels(venue: self.venue, route: name)).observe(seconds)
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
        return min(.seconds(3600), max(usual, self.retryAfter ?? .zero))
    }
}
