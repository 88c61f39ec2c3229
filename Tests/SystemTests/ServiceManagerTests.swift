import Foundation
import TestSupport
import Testing

/// What a service manager hears of a real arb1d, through libsystemd and a real socket.
@Suite("To the service manager")
struct ServiceManagerTests {
    @Test("says READY, STATUS, WATCHDOG and STOPPING, in this order")
    func order() async throws {
        let workspace = try Workspace()
        let socket = try NoticeSocket(in: workspace)
        let exchange = try await Exchange(["--venues", "binance,bybit", "--rate", "200"], in: workspace)
        let daemon = try await Daemon(
            exchange.configuration,
            in: workspace,
            environment: socket.environment(watchdog: .seconds(2))
        )
        try await daemon.waitUntilReady()
        try await socket.wait(for: "STATUS=2 of 2 venues live")
        try await socket.wait(for: "WATCHDOG=1")
        try await socket.wait(for: "WATCHDOG=1")
        daemon.program.signal(SIGHUP)
        try await socket.wait(for: "RELOADING=1")
        #expect(socket.lines.contains { $0.hasPrefix("MONOTONIC_USEC=") })
        #expect(try await daemon.metrics()["arb1d_service_notices_total{result=\"failed\"}"] == 0)
        #expect(try #require(try await daemon.metrics()["arb1d_service_notices_total{result=\"sent\"}"]) > 3)
        daemon.program.signal(SIGTERM)
        // Read on until it comes: the socket holds ten notices, and a full one would lose it.
        try await socket.wait(for: "STOPPING=1")
        #expect(try await daemon.program.exitStatus() == 0)
        socket.read()
        let first = ["READY=1", "STATUS=", "WATCHDOG=1", "RELOADING=1", "STOPPING=1"].map { prefix in
            socket.lines.firstIndex { $0.hasPrefix(prefix) }
        }
        let order = try first.map { try #require($0) }
        #expect(order == order.sorted(), "\(socket.lines)")
        let stopping = try #require(socket.lines.lastIndex(of: "STOPPING=1"))
        #expect(!socket.lines[stopping...].contains("READY=1"))
    }

    @Test("a stuck engine stops the watchdog and fails the liveness probe, and nothing else does")
    func wedge() async throws {
        let workspace = try Workspace()
        let socket = try NoticeSocket(in: workspace)
        let exchange = try await Exchange(["--venues", "binance,bybit", "--rate", "200"], in: workspace)
        let daemon = try await Daemon(
            exchange.configuration + "liveness: {timeout: 3s}\nshutdown: {deadline: 2s}\n",
            in: workspace,
            environment: socket.environment(watchdog: .seconds(2))
        )
        try await daemon.waitUntilReady()
        try await socket.wait(for: "WATCHDOG=1")
        daemon.program.signal(SIGUSR2)  // The hook that only debug builds have.
        try await eventually("a failing probe") { try await daemon.status("/livez") == 503 ? true : nil }
        socket.read()
        #expect(try await daemon.status("/readyz") == 503)
        let verbose = try await HTTP.get(daemon.base + "/livez?verbose").body
        #expect(verbose.contains("no heartbeat and no batch for "), "\(verbose)")
        // Twice the watchdog's timeout of silence.
        let silence = ContinuousClock.now + .seconds(4)
        try await eventually("four more seconds") { ContinuousClock.now > silence ? true : nil }
        #expect(!socket.read().contains("WATCHDOG=1"))
        daemon.program.signal(SIGTERM)
        #expect(try await daemon.program.exitStatus() == 75, "what is stuck cannot drain")
    }

    @Test("overload drops quotes, is counted, and leaves watchdog and liveness alone")
    func overload() async throws {
        let workspace = try Workspace()
        let socket = try NoticeSocket(in: workspace)
        let exchange = try await Exchange(["--rate", "20000"], in: workspace)
        let daemon = try await Daemon(
            exchange.configuration + "channel: {capacity: 1000}\nliveness: {timeout: 3s}\n",
            in: workspace,
            environment: socket.environment(watchdog: .seconds(2))
        )
        try await eventually("drops") {
            let drops = try await daemon.metrics().family("arb1d_channel_dropped_total")
                .filter { $0.key.contains("channel=\"raw\"") && $0.key.contains("displaced") }
            return drops.values.reduce(0, +) > 10_000 ? true : nil
        }
        socket.read()
        try await socket.wait(for: "WATCHDOG=1")
        #expect(try await daemon.status("/livez") == 200)
        try await socket.wait(for: "WATCHDOG=1")
        #expect(try await daemon.metrics().residual == 0)
    }

    @Test("a notify socket that is not there is counted and changes nothing")
    func absent() async throws {
        let workspace = try Workspace()
        let exchange = try await Exchange(["--venues", "binance,bybit", "--rate", "200"], in: workspace)
        let daemon = try await Daemon(
            exchange.configuration,
            in: workspace,
            environment: ["NOTIFY_SOCKET": workspace.path("nobody")]
        )
        try await daemon.waitUntilReady()
        let failed = try #require(try await daemon.metrics()["arb1d_service_notices_total{result=\"failed\"}"])
        #expect(failed > 0)
        daemon.program.signal(SIGTERM)
        #expect(try await daemon.program.exitStatus() == 0)
    }
}
