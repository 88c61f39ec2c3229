public import Venues

/// What a venue lists, and what was traded there in the last 24 hours.
public struct VenueListing: Sendable {
    public let listing: Listing
    /// In the quote asset, by venue symbol.
    public let volumes: [String: Double]

    public init(listing: Listing, volumes: [String: Double]) { (self.listing, self.volumes) = (listing, volumes) }
}
