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
        let number = FaultMatrix.rows.firstIndex { $0.name == row.name } ?? 0
        for (index, adapter) in VenueRegistry.all.enumerated() {
            guard let venue = SimulatedVenue(rawValue: adapter.profile.name) else { continue }
            // Each cell has dice of its own.
            let seed = Self.seed &+ UInt64(number * VenueRegistry.all.count + index)
            let step = Duration.milliseconds(row.seconds < 60 ? 20 : 50)
            let feed = try VirtualFeed(adapter, venue: venue, step: step, seed: seed)
            defer { feed.finish() }
            try Self.run(row, at: venue.rawValue, feed)
            #expect(feed.residual == 0, "\(venue.rawValue)")
            #expect(feed.missingFrames == 0, "\(venue.rawValue)")
        }
    }

    private static func run(_ row: FaultRow, at venue: String, _ feed: VirtualFeed) throws {
        let first = try #require(feed.passUntilWhole(limit: 5), "\(venue): never live")
        feed.pass(seconds: 12)
        try Self.prepare(row, at: venue, feed)
        let (before, downBefore) = (feed.samples, feed.downNanoseconds)
        for order in row.orders(at: venue) { try feed.network.order(order) }
        feed.pass(seconds: max(row.seconds, 0.1))
        let during = feed.samples
        try feed.network.order("heal \(venue)")
        for order in FaultRow.fill(row.undoing, venue) { try feed.network.order(order) }
        let seconds = feed.passUntilWhole(limit: row.bound)
        #expect(seconds != nil, "\(venue): not whole within \(row.bound) s")
        // What is over at once counts from then on.
        let down = Double(feed.downNanoseconds - downBefore) / 1e9
        if row.seconds == 0 { #expect(down <= row.bound, "\(venue): down for \(down) s") }
        if Self.isShown { print("\(row.name)|\(venue)|\(first)|\(seconds ?? -1)|\(down)") }
        feed.pass(seconds: 2)
        if let evidence = row.evidence(at: venue) {
            let rise = [during, feed.samples].map { evidence.count(of: venue, in: $0) }.max() ?? 0
            #expect(rise > evidence.count(of: venue, in: before), "\(venue): \(evidence.text)")
        }
    }

    private static func prepare(_ row: FaultRow, at venue: String, _ feed: VirtualFeed) throws {
        guard let (orders, shown) = row.before else { return }
        let before = shown.count(of: venue, in: feed.samples)
        for order in FaultRow.fill(orders, venue) { try feed.network.order(order) }
        feed.pass(seconds: 125)
        #expect(shown.count(of: venue, in: feed.samples) > before, "\(venue): \(shown.text)")
    }
}
