import Foundation
import TestSupport

extension Exposition {
    /// The value of a family for a venue, summed over all children that have these label pairs as well.
    func sum(_ family: String, of venue: String, _ labels: String = "") -> Double {
        FaultRow.Evidence(family, labels).count(of: venue, in: self.samples)
    }

    /// Whether every connection of a venue is live, and every one of its instruments has a quote that counts.
    func isWhole(_ venue: String) -> Bool {
        let connections = self.sum("arb1d_feed_connections", of: venue)
        let live = ["live", "resyncing", "rotating"].reduce(0) {
            $0 + self.sum("arb1d_feed_connections", of: venue, "state=\"\($1)\"")
        }
        let waiting = ["requested", "acknowledged", "refused", "stale"].reduce(0) {
            $0 + self.sum("arb1d_feed_subscriptions", of: venue, "state=\"\($1)\"")
        }
        let health = self["arb1d_health_check_status{check=\"venue:\(venue)\"}"]
        return connections > 0 && live == connections && waiting == 0 && health == 1
            && self.sum("arb1d_feed_subscriptions", of: venue) > 0
    }
}

/// What the sim says it sent and cut, beside what arb1d says it received.
struct Closure: CustomStringConvertible {
    /// By venue: frames that are in neither account, and those that the sim itself cannot place.
    private(set) var residuals: [String: (missing: Int, misplaced: Int)] = [:]

    var isExact: Bool { self.residuals.values.allSatisfy { $0.missing == 0 && $0.misplaced == 0 } }
    var description: String {
        self.residuals.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }.joined(separator: ", ")
    }

    /// Stops the market until nothing is in flight, compares, and lets it go on.
    static func wait(_ exchange: Exchange, _ daemon: Daemon) async throws {
        try await exchange.tell("freeze")
        var last = Closure()
        do {
            try await eventually("closed accounts", within: .seconds(60)) {
                last = try await Closure(exchange, daemon)
                return last.isExact ? true : nil
            }
        } catch {
            throw NeverHappened(description: "accounts do not close: \(last)")
        }
        try await exchange.tell("resume")
    }

    private init() {}

    private init(_ exchange: Exchange, _ daemon: Daemon) async throws {
        let state = try await exchange.state()["venues"] as? [String: Any] ?? [:]
        let metrics = try await daemon.metrics()
        for venue in exchange.venues {
            let account = state[venue] as? [String: Any] ?? [:]
            func count(_ name: String) -> Int { account["frames_" + name] as? Int ?? -1 }
            let received = Int(metrics["arb1d_feed_frames_total{venue=\"\(venue)\"}"] ?? -1)
            self.residuals[venue] = (
                missing: count("sent") - count("cut_off") - received,
                misplaced: count("made") + count("added") + count("doubled")
                    - count("sent") - count("withheld") - count("held")
            )
        }
    }
}

/// Scrapes again and again while something happens, and remembers whether anything was ever lost or doubled.
actor ResidualWatch {
    private(set) var scrapes = 0
    private(set) var worst = 0.0

    func look(at daemon: Daemon) async throws {
        let residual = try await daemon.metrics().residual
        self.scrapes += 1
        self.worst = residual.isNaN ? .infinity : max(self.worst, residual)
    }
}
