import Foundation
import TestSupport
import Testing

/// arb1d for a long time: every connection replaced every 20 s, and venues that misbehave at random.
///
/// Thirty seconds of that among all tests; `make soak` makes it ten minutes, `make soak HOURS=24` a day.
@Suite("In the long run")
struct SoakTests {
    private static let seconds = ProcessInfo.processInfo.environment["ARB1D_SOAK_SECONDS"].flatMap(Int.init) ?? 30
    /// How long a connection may live, in seconds: less where there is less time.
    private static let age = SoakTests.seconds < 120 ? 6 : 20
    private static let isShown = ProcessInfo.processInfo.environment["ARB1D_SOAK_SECONDS"] != nil

    @Test(
        "nothing is lost, doubled or leaked, and every symbol is there in the end",
        arguments: Seeds.fresh(1)
    )
    func soak(seed: UInt64) async throws {
        let workspace = try Workspace()
        let exchange = try await Exchange(["--rate", "200", "--tls", "--seed", "\(seed % 1_000_000)"], in: workspace)
        let configuration = exchange.configuration(tls: exchange.caFile)
            .replacing("}", with: ", dead_after: 5s, max_connection_age: \(Self.age)s}")
        let daemon = try await Daemon(configuration, in: workspace)
        try await daemon.waitUntilReady()
        try await Self.awaitWhole(exchange, daemon)
        let before = try await daemon.metrics()
        var run = SoakRun(exchange, daemon, seed: seed)
        try await exchange.order("max-age all after=\(Self.age)s")
        try await run.last(seconds: Self.seconds, isShown: Self.isShown)
        try await exchange.order("heal all")
        try await Self.awaitWhole(exchange, daemon)
        try await Closure.wait(exchange, daemon)
        let after = try await daemon.metrics()
        #expect(run.worstResidual == 0)
        #expect(run.scrapes > 2, "hardly ever looked")
        for venue in exchange.venues {
            let watched = before.sum("arb1d_feed_subscriptions", of: venue)
            #expect(after.sum("arb1d_feed_subscriptions", of: venue) == watched, "\(venue) lost a symbol")
            #expect(try await exchange.brokenRules(of: venue).subtracting(["lifetime"]).isEmpty, "\(venue)")
        }
        #expect(after.family("arb1d_feed_rotations_total").values.reduce(0, +) > 0)
        let (memory, descriptors) = (after.ownBytes - before.ownBytes, after.descriptors - before.descriptors)
        #expect(memory < 48e6, "grew by \(memory / 1e6) MB beside its windows")
        #expect(descriptors <= 8, "\(descriptors) more descriptors")
    }

    private static func awaitWhole(_ exchange: Exchange, _ daemon: Daemon) async throws {
        try await eventually("all venues whole") {
            let metrics = try await daemon.metrics()
            return exchange.venues.allSatisfy(metrics.isWhole) ? true : nil
        }
    }
}

/// The random part of a soak: orders by the clock, a scrape several times a second.
struct SoakRun {
    private let exchange: Exchange
    private let daemon: Daemon
    private var mix: FaultMix
    private var orders = 0
    private(set) var scrapes = 0
    private(set) var worstResidual = 0.0

    init(_ exchange: Exchange, _ daemon: Daemon, seed: UInt64) {
        (self.exchange, self.daemon) = (exchange, daemon)
        self.mix = FaultMix(seed: seed)
    }

    mutating func last(seconds: Int, isShown: Bool) async throws {
        let clock = ContinuousClock()
        let begin = clock.now
        var (nextOrder, nextLine) = (begin, begin)
        try await eventually("the end of the soak", within: .seconds(seconds * 2 + 180)) {
            let now = clock.now
            if now >= nextOrder {
                nextOrder = now + .milliseconds(self.mix.pause())
                try await self.exchange.order(self.mix.order(venues: self.exchange.venues))
                self.orders += 1
            }
            let metrics = try await self.daemon.metrics()
            let residual = metrics.residual
            self.worstResidual = residual.isNaN ? .infinity : max(self.worstResidual, residual)
            self.scrapes += 1
            if isShown, now >= nextLine {
                nextLine = now + .seconds(30)
                print(self.line(begin.duration(to: now), metrics))
            }
            return begin.duration(to: now) >= .seconds(seconds) ? true : nil
        }
    }

    private func line(_ elapsed: Duration, _ metrics: Exposition) -> String {
        let sums = [
            ("frames", "arb1d_feed_frames_total"), ("reconnects", "arb1d_feed_reconnects_total"),
            ("rotations", "arb1d_feed_rotations_total"),
        ].map { name, family in "\(name) \(Int(metrics.family(family).values.reduce(0, +)))" }
        let whole = self.exchange.venues.filter(metrics.isWhole).count
        return "  soak \(elapsed.components.seconds) s: \(self.orders) faults, \(sums.joined(separator: ", ")), "
            + "\(whole) of \(self.exchange.venues.count) venues whole, "
            + "\(Int(metrics["process_resident_memory_bytes"] ?? 0) / 1_000_000) MB, "
            + "\(Int(metrics.descriptors)) descriptors, residual \(metrics.residual)"
    }
}

extension Exposition {
    /// Resident bytes without those that windows are meant to hold.
    var ownBytes: Double {
        (self["process_resident_memory_bytes"] ?? 0) - self.family("arb1d_window_bytes").values.reduce(0, +)
    }

    var descriptors: Double { self["process_open_fds"] ?? 0 }
}
