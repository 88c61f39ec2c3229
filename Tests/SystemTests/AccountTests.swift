import Foundation
import TestSupport
import Testing

/// The ledger seen from outside: what the venues say they sent is what the daemon says it received.
@Suite("The account with the venues")
struct AccountTests {
    @Test(
        "closes after cuts and heals of every venue: frames sent = frames received + frames cut off",
        arguments: [false, true]
    )
    func closes(tls: Bool) async throws {
        let workspace = try Workspace()
        let exchange = try await Exchange(["--rate", "400"] + (tls ? ["--tls"] : []), in: workspace)
        let configuration = tls ? exchange.configuration(tls: exchange.caFile) : exchange.configuration
        let daemon = try await Daemon(configuration, in: workspace)
        try await daemon.waitUntilReady()
        for _ in 0..<2 {
            for venue in exchange.venues {
                let opened = try await exchange.count("connections_opened", of: venue)
                try await exchange.cut(venue)
                try await exchange.heal(venue)
                try await eventually("\(venue) again") {
                    try await exchange.count("connections_opened", of: venue) > opened ? true : nil
                }
            }
        }
        try await exchange.tell("freeze")
        for venue in exchange.venues { try await Self.expectClosure(of: venue, exchange, daemon) }
        #expect(try await daemon.metrics().residual == 0)
    }

    /// Everything that is in flight has arrived once the account closes; one that never does names its last figures.
    private static func expectClosure(of venue: String, _ exchange: Exchange, _ daemon: Daemon) async throws {
        var last = ""
        do {
            try await eventually("a closed account of \(venue)", within: .seconds(60)) {
                let sent = try await exchange.count("frames_sent", of: venue)
                let received = try await daemon.metrics()["arb1d_feed_frames_total{venue=\"\(venue)\"}"] ?? 0
                let cutOff = try await exchange.count("frames_cut_off", of: venue)
                last = "\(sent) sent, \(Int(received)) received, \(cutOff) cut off"
                return sent > 100 && sent == Int(received) + cutOff ? true : nil
            }
        } catch {
            Issue.record("\(venue): \(last)")
        }
    }
}

extension Exchange {
    /// A number that it says of a venue.
    fileprivate func count(_ name: String, of venue: String) async throws -> Int {
        try #require(try await self.venue(venue)[name] as? Int, "\(venue) has no \(name)")
    }
}
