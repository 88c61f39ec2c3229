import Foundation
import TestSupport
import Testing

/// One real case of each misbehaviour: real sockets, TLS, the real daemon.
@Suite("Venues that misbehave, over real sockets")
struct FaultMatrixTests {
    /// A venue gets every fourth row, so that four of them misbehave at any time.
    private static func share(of venue: Int) -> [FaultRow] {
        FaultMatrix.rows.enumerated().filter { $0.offset % FaultMatrix.venues.count == venue }.map(\.element)
    }

    @Test("arb1d notices each, is whole again, and every frame is somewhere")
    func eachOnce() async throws {
        let workspace = try Workspace()
        let exchange = try await Exchange(["--rate", "200", "--symbols", "4", "--tls"], in: workspace)
        // Twice as often, the lists alone would use up what USD-M allows in a minute.
        let configuration =
            exchange.configuration(tls: exchange.caFile)
            .replacing("}", with: ", dead_after: 3s, audit_interval: 3s}") + "discovery: {interval: 4s}\n"
        let daemon = try await Daemon(configuration, in: workspace)
        try await daemon.waitUntilReady()
        try await eventually("all venues whole") {
            let metrics = try await daemon.metrics()
            return FaultMatrix.venues.allSatisfy(metrics.isWhole) ? true : nil
        }
        let watch = ResidualWatch()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (index, venue) in FaultMatrix.venues.enumerated() {
                group.addTask {
                    for row in Self.share(of: index) {
                        try await Self.run(row, at: venue, exchange, daemon, watch)
                    }
                }
            }
            try await group.waitForAll()
        }
        try await Closure.wait(exchange, daemon)
        #expect(await watch.worst == 0)
        #expect(await watch.scrapes > FaultMatrix.rows.count)
        for venue in exchange.venues {
            let rules = try await exchange.brokenRules(of: venue).subtracting(["lifetime"])
            #expect(rules.isEmpty, "\(venue): \(rules)")
        }
    }

    private static func run(
        _ row: FaultRow,
        at venue: String,
        _ exchange: Exchange,
        _ daemon: Daemon,
        _ watch: ResidualWatch
    ) async throws {
        if let (orders, shown) = row.before {
            let before = try await daemon.metrics()
            for order in FaultRow.fill(orders, venue) { try await exchange.order(order) }
            try await Self.awaitRise(of: shown, before, daemon, watch, "before \(venue) \(row.name)", at: venue)
        }
        let evidence = row.evidence(at: venue)
        let before = try await daemon.metrics()
        for order in row.orders(at: venue) { try await exchange.order(order) }
        let clock = ContinuousClock()
        let begin = clock.now
        // What it shows is waited for, and at least as long as it lasts.
        try await eventually("\(row.name) at \(venue)") {
            begin.duration(to: clock.now) >= .seconds(row.realSeconds) ? true : nil
        }
        if let evidence { try await Self.awaitRise(of: evidence, before, daemon, watch, row.name, at: venue) }
        try await exchange.heal(venue)
        for order in FaultRow.fill(row.undoing + row.hurrying, venue) { try await exchange.order(order) }
        let healed = clock.now
        try await eventually("\(venue) whole after it \(row.name)", within: .seconds(90)) { () -> Bool? in
            try await watch.look(at: daemon)
            return try await daemon.metrics().isWhole(venue) ? true : nil
        }
        let seconds = healed.duration(to: clock.now) / .seconds(1)
        print("  \(venue) \(row.name): whole after \(String(format: "%.1f", seconds)) s")
        if evidence == nil { try await Self.expectNoLoss(row, at: venue, before, daemon) }
    }

    private static func awaitRise(
        of evidence: FaultRow.Evidence,
        _ before: Exposition,
        _ daemon: Daemon,
        _ watch: ResidualWatch,
        _ what: String,
        at venue: String
    ) async throws {
        try await eventually("\(what) at \(venue): \(evidence.text)", within: .seconds(90)) { () -> Bool? in
            try await watch.look(at: daemon)
            let risen = try await evidence.count(of: venue, in: daemon.metrics().samples)
            return risen > evidence.count(of: venue, in: before.samples) ? true : nil
        }
    }

    /// What harms no connection must not cost one.
    private static func expectNoLoss(
        _ row: FaultRow,
        at venue: String,
        _ before: Exposition,
        _ daemon: Daemon
    ) async throws {
        let after = try await daemon.metrics()
        let family = "arb1d_feed_reconnects_total"
        #expect(after.sum(family, of: venue) == before.sum(family, of: venue), "\(venue): \(row.name)")
    }

    @Test("docs/faults.md is this table")
    func page() throws {
        let file = URL(filePath: try Repository.path("docs/faults.md"))
        if ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] != nil {
            try Data(FaultMatrix.page.utf8).write(to: file)
        }
        let page = try? String(contentsOf: file, encoding: .utf8)
        #expect(page == FaultMatrix.page, "run the tests with UPDATE_GOLDEN=1, and look at what changed")
    }

    @Test("a scenario plays by itself; a wrong one ends exchange-sim with status 65, naming line and remedy")
    func scenario() async throws {
        let workspace = try Workspace()
        let wrong = try workspace.write("at 1s heal all\nat 2s stal bybit\n", to: "wrong")
        let failing = try Program(Built.program("exchange-sim"), ["--scenario", wrong], in: workspace)
        #expect(try await failing.exitStatus() == 65)
        #expect(failing.output.contains("wrong, line 2: unknown fault \"stal\"; write one of"))
        let good = try workspace.write("at 100ms drop binance # once\n", to: "good")
        let exchange = try await Exchange(
            ["--venues", "binance,bybit", "--rate", "200", "--scenario", good],
            in: workspace
        )
        let daemon = try await Daemon(exchange.configuration, in: workspace)
        try await eventually("a reset connection") {
            try await daemon.metrics().sum("arb1d_feed_reconnects_total", of: "binance", "reason=\"reset\"") > 0
                ? true : nil
        }
    }
}

extension Exchange {
    /// The rules that clients of a venue broke.
    func brokenRules(of venue: String) async throws -> Set<String> {
        let violations = try await self.venue(venue)["violations"] as? [[String: Any]] ?? []
        return Set(violations.compactMap { $0["rule"] as? String })
    }
}
