public import Venues

/// Why a venue could not be asked what it lists: ask again later.
public enum DiscoveryError: Error, Equatable, Sendable {
    case unreachable(RestRoute, RestError)
    /// `patience`: how long to leave the venue alone at least.
    case status(RestRoute, Int, patience: Duration)
    case unreadable(RestRoute, CatalogError)

    /// A short word for logs and health checks: of our own, never the venue's.
    public var reason: String {
        switch self {
        case .unreachable(let route, let error): "\(route.rawValue): \(error.label)"
        case .status(let route, let status, _): "\(route.rawValue): status \(status)"
        case .unreadable(let route, .malformed(let at)): "\(route.rawValue): malformed at byte \(at)"
        case .unreadable(let route, .refused): "\(route.rawValue): refused"
        }
    }

    /// How long to leave the venue alone at least.
    public var patience: Duration {
        switch self {
        case .status(_, _, let patience): patience
        case .unreachable(_, let error): error.patience
        case .unreadable: .zero
        }
    }
}

/// Asks one venue what it lists.
public struct Discovery: Sendable {
    private let rest: VenueRest

    public init(rest: VenueRest) { self.rest = rest }

    /// Asks for instruments and volumes, one after the other.
    public func list() async throws(DiscoveryError) -> VenueListing {
        let listing = try await self.ask(.instruments) { catalog, body throws(CatalogError) in
            try catalog.listing(body.span)
        }
        let volumes = try await self.ask(.volume) { catalog, body throws(CatalogError) in
            try catalog.quoteVolumes(body.span)
        }
        return VenueListing(listing: listing, volumes: volumes)
    }

    private func ask<Answer>(
        _ route: RestRoute,
        read: (any VenueCatalog, [UInt8]) throws(CatalogError) -> Answer
    ) async throws(DiscoveryError) -> Answer {
        let response: RestResponse
        do throws(RestError) {
            response = try await self.rest.get(route)
        } catch {
            throw .unreachable(route, error)
        }
        guard response.status == 200 else { throw .status(route, response.status, patience: response.patience) }
        do throws(CatalogError) {
            let answer = try read(self.rest.catalog, response.body)
            self.rest.judged(route, isReadable: true)
            return answer
        } catch {
            self.rest.judged(route, isReadable: false)
            throw .unreadable(route, error)
        }
    }
}
