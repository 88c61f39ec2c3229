import Foundation
import TestSupport
import Testing

/// One feed loop with many connections: what a small limit of streams a connection brings about.
@Suite("Fifty connections")
struct FiftyConnectionsTests {
    private static let venues = ["binance", "gateio"]
    private static let connections = 50

    @Test("are all live on one loop, are all replaced once, and no frame is lost")
    func fifty() async throws {
        try await Self.withDaemon(connections: Self.venues.count, settings: "") { _, daemon in
            _ = try await Self.show("\(Self.venues.count) connections", daemon, for: .seconds(8))
        }
        try await Self.withDaemon(connections: Self.connections, settings: ", streams_per_connection: 2") {
            exchange,
            daemon in
            // So long that none is taken for one that is cut off again and again.
            let before = try await Self.show("\(Self.connections) connections", daemon, for: .seconds(11))
            try await exchange.order("announce all after=60s")
            let after = try await Self.show("\(Self.connections) connections, each replaced", daemon, for: .seconds(8))
            {
                $0.total("arb1d_feed_rotations_total") >= Double(Self.connections)
            }
            #expect(after.total("arb1d_feed_rotations_total") == Double(Self.connections))
            #expect(after.total("arb1d_feed_rotation_failures_total") == 0)
            #expect(after.total("arb1d_feed_rotation_duplicates_total") > 0, "nothing overlapped")
            #expect(after.total("arb1d_feed_reconnects_total") == 0, "one was lost")
            #expect(after.total("arb1d_legs_stale_total") == before.total("arb1d_legs_stale_total"))
            try await Self.awaitLive(Self.connections, exchange, daemon)
            try await Closure.wait(exchange, daemon)
            #expect(try await daemon.metrics().residual == 0)
            for venue in exchange.venues {
                let state = try await exchange.venue(venue)
                #expect(state["connections_opened"] as? Int == Self.connections / Self.venues.count * 2)
                #expect(try await exchange.brokenRules(of: venue).isEmpty, "\(venue)")
            }
        }
    }

    /// A market of 25 symbols, and a daemon that watches it on so many connections.
    private static func withDaemon(
        connections: Int,
        settings: String,
        _ body: (Exchange, Daemon) async throws -> Void
    ) async throws {
        let workspace = try Workspace()
        let exchange = try await Exchange(
            ["--venues", Self.venues.joined(separator: ","), "--symbols", "25", "--rate", "500"],
            in: workspace
        )
        let daemon = try await Daemon(exchange.configuration.replacing("}", with: settings + "}"), in: workspace)
        try await Self.awaitLive(connections, exchange, daemon)
        try await body(exchange, daemon)
    }

    private static func awaitLive(_ count: Int, _ exchange: Exchange, _ daemon: Daemon) async throws {
        try await eventually("\(count) live connections, and no other") {
            let metrics = try await daemon.metrics()
            let isWhole = exchange.venues.allSatisfy(metrics.isWhole)
            return isWhole && metrics.total("arb1d_feed_connections") == Double(count) ? true : nil
        }
    }

    /// Prints how long quotes took from their arrival to their gauges meanwhile, and how late the loop was.
    private static func show(
        _ what: String,
        _ daemon: Daemon,
        for duration: Duration,
        until isDone: (Exposition) -> Bool = { _ in true }
    ) async throws -> Exposition {
        let begin = try await daemon.metrics()
        let clock = ContinuousClock()
        let start = clock.now
        let end = try await eventually(what) { () -> Exposition? in
            guard start.duration(to: clock.now) >= duration else { return nil }
            let metrics = try await daemon.metrics()
            return isDone(metrics) ? metrics : nil
        }
        let quotes = LatencyFigures("arb1d_end_to_end_seconds", from: begin, to: end)
        let loop = LatencyFigures("arb1d_loop_delay_seconds", labels: "loop=\"feed\"", from: begin, to: end)
        print("  \(what): end to end \(quotes); delay of the feed loop \(loop)")
        #expect(quotes.count > 0 && loop.count > 0)
        return end
    }
}

/// The quantiles of a histogram over a stretch of time, by its classic buckets: each is an upper bound.
struct LatencyFigures: CustomStringConvertible {
    let count: Double
    private let buckets: [(bound: Double, count: Double)]

    init(_ family: String, labels: String = "", from begin: Exposition, to end: Exposition) {
        var counts: [Double: Double] = [:]
        for (name, value) in end.family(family + "_bucket") where labels.isEmpty || name.contains(labels) {
            guard let bound = name.firstMatch(of: /le="([^"]+)"/).map({ Double($0.1) ?? .infinity }) else { continue }
            counts[bound, default: 0] += value - (begin[name] ?? 0)
        }
        self.buckets = counts.sorted { $0.key < $1.key }.map { (bound: $0.key, count: $0.value) }
        self.count = self.buckets.last?.count ?? 0
    }

    /// The bound of the bucket that holds the quantile, in seconds.
    func atMost(_ quantile: Double) -> Double {
        self.buckets.first { $0.count >= quantile * self.count }?.bound ?? .infinity
    }

    var description: String {
        let texts = [0.5, 0.99].map { "p\(Int($0 * 100)) <= \(String(format: "%g", self.atMost($0) * 1e6)) us" }
        return texts.joined(separator: ", ") + " (\(Int(self.count)))"
    }
}

extension Exposition {
    /// The sum of all children of a family.
    func total(_ family: String) -> Double { self.family(family).values.reduce(0, +) }
}
