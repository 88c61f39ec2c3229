import Foundation
import TestSupport
import Testing

/// The whole daemon on a machine whose wall clock is set back by an hour, and later forward again.
@Suite("A wall clock that is set")
struct ClockStepTests {
    /// In seconds: what an age would come near, were it a difference of wall clock times.
    private static let anHour = 3_600.0

    @Test("back by an hour makes every leg stale until its next proof, is counted, and all goes on")
    func setBack() async throws {
        let workspace = try Workspace()
        let shift = try workspace.write("0", to: "shift")
        let exchange = try await Exchange(["--rate", "200"], in: workspace)
        let environment = ["LD_PRELOAD": try Self.buildShim(in: workspace), "WALL_CLOCK_SHIFT_FILE": shift]
        let daemon = try await Daemon(exchange.configuration, in: workspace, environment: environment)
        try await daemon.waitUntilReady()
        let before = try await Self.metrics(of: daemon, "points and spreads") {
            $0.sum("arb1d_points_total") > 100 && $0.family("arb1d_cross_spread_ratio").count > 100
        }
        #expect(before["arb1d_clock_steps_total"] == 0)

        _ = try workspace.write("-3600", to: "shift")
        let stepped = try await Self.metrics(of: daemon, "a counted step, and stale legs of every venue") { metrics in
            metrics["arb1d_clock_steps_total"] == 1
                && exchange.venues.allSatisfy { venue in
                    metrics["arb1d_legs_stale_total{venue=\"\(venue)\",reason=\"clock\"}"] ?? 0 > 0
                }
        }
        let points = stepped.sum("arb1d_points_total")
        let after = try await Self.metrics(of: daemon, "points and spreads afterwards") {
            $0.sum("arb1d_points_total") > points + 100 && $0.family("arb1d_cross_spread_ratio").count > 100
                && $0["arb1d_feed_last_frame_timestamp_seconds{venue=\"bybit\"}"].map { $0 < Self.now - 3_000 } == true
        }
        Self.expectSoundness(of: after, since: before, venues: exchange.venues)
        #expect(try await daemon.status("/livez") == 200)
        #expect(try await daemon.status("/readyz") == 200)

        _ = try workspace.write("0", to: "shift")
        _ = try await Self.metrics(of: daemon, "the second step") { $0["arb1d_clock_steps_total"] == 2 }
        #expect(daemon.program.output.contains("\"event\":\"clock_step\""))
    }

    /// Nothing that is a duration may know of the step.
    private static func expectSoundness(of after: Exposition, since before: Exposition, venues: [String]) {
        #expect(after.residual == 0)
        #expect(after.sum("arb1d_leg_age_seconds_count") > before.sum("arb1d_leg_age_seconds_count"))
        #expect(after.sum("arb1d_leg_age_seconds_sum") < Self.anHour * after.sum("arb1d_leg_age_seconds_count") / 10)
        let quotes = after.sum("arb1d_end_to_end_seconds_count")
        #expect(after.sum("arb1d_end_to_end_seconds_sum") < Self.anHour * quotes / 10)
        #expect(after.sum("arb1d_window_evicted_quotes_total") == before.sum("arb1d_window_evicted_quotes_total"))
        for venue in venues {
            let held = "arb1d_window_quotes{venue=\"\(venue)\"}"
            let span = "arb1d_window_span_seconds{venue=\"\(venue)\"}"
            #expect(after[held] ?? 0 > before[held] ?? .infinity, "\(venue): the windows grow")
            #expect((0..<Self.anHour / 2).contains(after[span] ?? -1), "\(venue)")
        }
    }

    private static var now: Double { Date().timeIntervalSince1970 }

    private static func metrics(
        of daemon: Daemon,
        _ what: String,
        _ isThere: (Exposition) -> Bool
    ) async throws -> Exposition {
        try await eventually(what) {
            let metrics = try await daemon.metrics()
            return isThere(metrics) ? metrics : nil
        }
    }

    /// Compiles what shifts the wall clock of a program that it is preloaded into.
    private static func buildShim(in workspace: Workspace) throws -> String {
        let source = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Clients/wall-clock.c").path
        let library = workspace.path("wall-clock.so")
        let compiler = Process()
        compiler.executableURL = URL(filePath: "/usr/bin/env")
        compiler.arguments = ["clang", "-shared", "-fPIC", "-Wall", "-Wextra", "-Werror", "-o", library, source]
        try compiler.run()
        compiler.waitUntilExit()
        guard compiler.terminationStatus == 0 else { throw NeverHappened(description: "wall-clock.so") }
        return library
    }
}

extension Exposition {
    /// Over all children of a family, named as printed.
    func sum(_ family: String) -> Double { self.family(family).values.reduce(0, +) }
}
