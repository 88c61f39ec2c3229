import Foundation
import Simulation
import TestSupport
import Testing
import Venues

@testable import Feed

/// Every misbehaviour at every venue, in virtual time: minutes of theirs in moments of ours.
@Suite("Venues that misbehave, in virtual time")
struct VirtualMatrixTests {
    /// Fixed, since the bounds are of the page; another one may be given.
    private static let seed = ProcessInfo.processInfo.environment["ARB1D_SEED"].flatMap { UInt64($0) } ?? 5
    private static let isShown = ProcessInfo.processInfo.environment["ARB1D_SHOW_RECOVERY"] != nil

    @Test("arb1d is whole again within the bound, and nothing is lost", arguments: FaultMatrix.rows)
    func row(_ row: FaultRow) throws {
        for adapter in VenueRegistry.all {
            guard let venue = SimulatedVenue(rawValue: adapter.profile.name) else { continue }
            let feed = try VirtualFeed(adapter, venue: venue, seed: Self.seed)
            let first = try #require(feed.passUntilWhole(limit: 5), "\(venue.rawValue): never live")
            feed.pass(seconds: 2)
            let (before, downBefore) = (feed.counts, feed.downNanoseconds)
            for order in row.orders(at: venue.rawValue, symbol: "BTCUSDT") { try feed.network.order(order) }
            feed.pass(seconds: max(row.seconds, 0.1))
            try feed.network.order("heal \(venue.rawValue)")
            let seconds = feed.passUntilWhole(limit: row.bound)
            #expect(seconds != nil, "\(venue.rawValue): not whole within \(row.bound) s")
            // What is over at once counts from then on.
            let down = Double(feed.downNanoseconds - downBefore) / 1e9
            if row.seconds == 0 { #expect(down <= row.bound, "\(venue.rawValue): down for \(down) s") }
            if Self.isShown { print("\(row.name)|\(venue.rawValue)|\(first)|\(seconds ?? -1)|\(down)") }
            feed.pass(seconds: 2)
            #expect(feed.residual == 0, "\(venue.rawValue)")
            #expect(feed.missingFrames == 0, "\(venue.rawValue)")
            if let evidence = row.evidence(at: venue.rawValue) {
                let rise =
                    evidence.count(of: venue.rawValue, in: feed.counts)
                    - evidence.count(of: venue.rawValue, in: before)
                #expect(rise > 0, "\(venue.rawValue): \(evidence.text)")
            }
        }
    }
}
