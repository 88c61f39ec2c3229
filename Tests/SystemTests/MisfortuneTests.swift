import Foundation
import TestSupport
import Testing

/// What goes wrong in real life, done to a real arb1d.
@Suite("In misfortune")
struct MisfortuneTests {
    private static let twoVenues =
        "venues: {binance: {rest: \"http://127.0.0.1:1\"}, bybit: {rest: \"http://127.0.0.1:1\"}}\n"

    @Test(
        "refuses a wrong configuration with status 78, naming key, line and remedy",
        arguments: [
            ("ready: {grace: soon}\n", "line 1, ready.grace: \"soon\" does not fit; write a duration"),
            ("redy: {grace: 1s}\n", "line 1, redy.grace: unknown key"),
            ("ready: [\n", "not readable as YAML"),
        ]
    )
    func wrongConfiguration(yaml: String, message: String) async throws {
        let workspace = try Workspace()
        let file = try workspace.write(yaml + Self.twoVenues, to: "arb1d.yaml")
        let program = try Program(Built.program("arb1d"), ["run", "--config", file], in: workspace)
        #expect(try await program.exitStatus() == 78)
        #expect(program.output.contains("arb1d: \(file): "), "\(program.output)")
        #expect(program.output.contains(message), "\(program.output)")
    }

    @Test("refuses a missing or unreadable configuration with status 78 and one line")
    func missingConfiguration() async throws {
        let workspace = try Workspace()
        for path in [workspace.path("absent.yaml"), workspace.url.path] {
            let program = try Program(Built.program("arb1d"), ["run", "--config", path], in: workspace)
            #expect(try await program.exitStatus() == 78)
            #expect(program.output.contains("\(path): (file): cannot be read: "), "\(program.output)")
            #expect(program.output.split(separator: "\n").count == 1)
        }
    }

    @Test("says which address is taken and what to do, with status 69")
    func portInUse() async throws {
        let workspace = try Workspace()
        let exchange = try await Exchange(["--venues", "binance,bybit"], in: workspace)
        let port = try #require(exchange.ports["control"])
        let file = try workspace.write("listen: 127.0.0.1:\(port)\n" + exchange.configuration, to: "arb1d.yaml")
        let program = try Program(Built.program("arb1d"), ["run", "--config", file], in: workspace)
        #expect(try await program.exitStatus() == 69)
        #expect(program.output.contains("cannot listen on 127.0.0.1:\(port): address already in use; stop"))
        #expect(program.output.split(separator: "\n").count == 1, "\(program.output)")
    }

    @Test("drains with status 0", arguments: [SIGTERM, SIGINT])
    func shutdown(signal: Int32) async throws {
        let workspace = try Workspace()
        let exchange = try await Exchange(["--rate", "200"], in: workspace)
        let daemon = try await Daemon(exchange.configuration, in: workspace)
        try await daemon.waitUntilReady()
        daemon.program.signal(signal)
        #expect(try await daemon.program.exitStatus(within: .seconds(180)) == 0)
        #expect(daemon.program.output.contains("\"event\":\"stopped\""))
    }

    @Test("drains with status 0 before any venue answered")
    func earlyShutdown() async throws {
        let workspace = try Workspace()
        let daemon = try await Daemon(Self.twoVenues, in: workspace)
        #expect(try await daemon.status("/startupz") == 200)
        #expect(try await daemon.status("/livez") == 200)
        let ready = try await HTTP.get(daemon.base + "/readyz?verbose")
        #expect(ready.status == 503)
        #expect(ready.body.contains("no live pair of venues"))
        daemon.program.signal(SIGTERM)
        #expect(try await daemon.program.exitStatus(within: .seconds(180)) == 0)
    }

    @Test("goes on with the others when venues are absent or talk garbage, naming each once in the log")
    func badVenues() async throws {
        let workspace = try Workspace()
        let exchange = try await Exchange(["--venues", "binance,bybit", "--rate", "200"], in: workspace)
        let garbage = try GarbageServer()
        let configuration =
            exchange.configuration
            + "  gateio: {rest: \"http://127.0.0.1:1\", websocket: \"ws://127.0.0.1:1\"}\n"
            + "  binance-usdm: {rest: \"http://127.0.0.1:\(garbage.port)\"}\n"
        let daemon = try await Daemon(configuration, in: workspace)
        try await daemon.waitUntilReady()
        let metrics = try await eventually("repeated failures of both") {
            let metrics = try await daemon.metrics()
            let failures = metrics.family("arb1d_rest_failures_total")
            let refused = failures.filter { $0.key.contains("gateio") }.values.reduce(0, +)
            let garbled = metrics.family("arb1d_rest_requests_total").filter { $0.key.contains("usdm") }.values
            return refused >= 2 && garbled.reduce(0, +) >= 2 ? metrics : nil
        }
        #expect(metrics.residual == 0)
        #expect(try await daemon.status("/readyz") == 200)
        for venue in ["gateio", "binance-usdm"] {
            let lines = daemon.program.output.split(separator: "\n").filter {
                $0.contains("\"discovery_failed\"") && $0.contains("\"venue\":\"\(venue)\"")
            }
            #expect(lines.count == 1, "\(venue): \(lines)")
            #expect(metrics["arb1d_health_check_status{check=\"venue:\(venue)\"}"] == 0)
        }
    }

    @Test("goes on with the others when a venue accepts connections and never answers")
    func silentVenue() async throws {
        let workspace = try Workspace()
        let exchange = try await Exchange(["--venues", "binance,bybit", "--rate", "200"], in: workspace)
        let silent = try SilentServer()
        let configuration = exchange.configuration + "  gateio: {rest: \"http://127.0.0.1:\(silent.port)\"}\n"
        let daemon = try await Daemon(configuration, in: workspace)
        try await daemon.waitUntilReady()
        let timeout = "arb1d_rest_failures_total{venue=\"gateio\",route=\"instruments\",reason=\"timeout\"}"
        try await eventually("a counted time-out", within: .seconds(180)) {
            try await daemon.metrics()[timeout] ?? 0 > 0 ? true : nil
        }
        #expect(try await daemon.status("/readyz") == 200)
        #expect(daemon.program.output.contains("\"reason\":\"instruments: timeout\""))
    }

    @Test("gives up a drain that takes longer than its deadline, with status 75")
    func drainDeadline() async throws {
        let workspace = try Workspace()
        let exchange = try await Exchange(["--venues", "binance,bybit", "--rate", "200"], in: workspace)
        let daemon = try await Daemon(exchange.configuration + "shutdown: {deadline: 200ms}\n", in: workspace)
        try await daemon.waitUntilReady()
        // Frozen venues do not answer our close frames, so closing takes its own two seconds.
        exchange.program.signal(SIGSTOP)
        daemon.program.signal(SIGTERM)
        #expect(try await daemon.program.exitStatus() == 75)
        #expect(daemon.program.output.contains("\"event\":\"drain_deadline\""))
    }

    @Test(
        "connects to its venues as an ordinary user",
        .enabled(if: getuid() == 0, "only root can become another user")
    )
    func ordinaryUser() async throws {
        let workspace = try Workspace()
        let exchange = try await Exchange(["--venues", "binance,bybit", "--rate", "200"], in: workspace)
        let file = try workspace.write("listen: 127.0.0.1:0\n" + exchange.configuration, to: "arb1d.yaml")
        // A copy, since the build folder may be readable to its owner only.
        let copy = workspace.path("arb1d-copy")
        try FileManager.default.copyItem(atPath: try Built.program("arb1d"), toPath: copy)
        let program = try Program(
            "/usr/bin/setpriv",
            ["--reuid", "65534", "--regid", "65534", "--clear-groups", copy, "run", "--config", file],
            in: workspace
        )
        try await eventually("both venues live") {
            if !program.isRunning { throw NeverHappened(description: program.output) }
            return program.output.matches(of: /"event":"venue_live"/).count == 2 ? true : nil
        }
    }

    @Test("keeps the old configuration when the new one is wrong, and takes over what a good one may change")
    func reload() async throws {
        let workspace = try Workspace()
        let exchange = try await Exchange(["--venues", "binance,bybit", "--rate", "200"], in: workspace)
        let daemon = try await Daemon(exchange.configuration, in: workspace)
        try await daemon.waitUntilReady()
        let gauge = "arb1d_config_last_reload_successful"
        #expect(try await daemon.metrics()[gauge] == 1)
        _ = try workspace.write("ready: {grace: soon}\n" + exchange.configuration, to: "arb1d.yaml")
        daemon.program.signal(SIGHUP)
        try await eventually("a failed reload") { try await daemon.metrics()[gauge] == 0 ? true : nil }
        #expect(try await daemon.status("/readyz") == 200)
        _ = try workspace.write(
            "listen: 127.0.0.1:0\nlog: {level: error}\n" + exchange.configuration,
            to: "arb1d.yaml"
        )
        daemon.program.signal(SIGHUP)
        try await eventually("a good reload") { try await daemon.metrics()[gauge] == 1 ? true : nil }
        #expect(daemon.program.output.contains("\"event\":\"reload_failed\""))
        _ = try workspace.write(
            "listen: 127.0.0.1:0\nlog: {level: error}\nchart: {max_clients: 7}\n" + exchange.configuration,
            to: "arb1d.yaml"
        )
        daemon.program.signal(SIGHUP)
        try await eventually("what only a restart brings into force") {
            try await daemon.metrics()["arb1d_config_restart_needed"] == 1 ? true : nil
        }
    }

    @Test("stops claiming spreads when all venues freeze, and has them again when they come back")
    func frozenVenues() async throws {
        let workspace = try Workspace()
        let exchange = try await Exchange(["--rate", "200"], in: workspace)
        let configuration = exchange.configuration.replacing("}", with: ", dead_after: 3s}") + "ready: {grace: 2s}\n"
        let daemon = try await Daemon(configuration, in: workspace)
        try await daemon.waitUntilReady()
        exchange.program.signal(SIGSTOP)
        try await eventually("no readiness") { try await daemon.status("/readyz") == 503 ? true : nil }
        #expect(try await daemon.status("/livez") == 200)
        let frozen = try await daemon.metrics()
        #expect(frozen.family("arb1d_cross_spread_ratio").isEmpty)
        #expect(frozen.family("arb1d_top_of_book_bid").isEmpty)
        #expect(frozen.residual == 0)
        let stale = frozen.family("arb1d_pairs").filter { $0.key.contains("\"stale\"") }.values.reduce(0, +)
        #expect(stale > 0)
        exchange.program.signal(SIGCONT)
        try await daemon.waitUntilReady(within: .seconds(180))
        let back = try await eventually("spreads again") {
            let metrics = try await daemon.metrics()
            return metrics.family("arb1d_cross_spread_ratio").count > 100 ? metrics : nil
        }
        #expect(back.residual == 0)
        let lost = back.family("arb1d_feed_reconnects_total").values.reduce(0, +)
        #expect(lost > 0)
    }
}

/// Takes connections and never says a word.
final class SilentServer {
    let port: Int
    private let listener: Int32

    init() throws { (self.listener, self.port) = try Listener.open() }

    deinit { close(self.listener) }
}

/// A listening socket on a free port of loopback.
enum Listener {
    /// Opens one on `port`, or on one that was free a moment ago.
    static func open(port: Int? = nil) throws -> (descriptor: Int32, port: Int) {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        let port = try port ?? FreePort.find()
        var yes: Int32 = 1
        setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        address.sin_port = UInt16(port).bigEndian
        let bound = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
        guard bound, listen(listener, 16) == 0 else { throw NeverHappened(description: "a listening socket") }
        return (listener, port)
    }
}

/// Answers every HTTP request with something that is no JSON.
final class GarbageServer {
    let port: Int
    private let listener: Int32
    private let thread: Thread

    init() throws {
        let (listener, port) = try Listener.open()
        (self.listener, self.port) = (listener, port)
        self.thread = Thread {
            let answer = Array("HTTP/1.1 200 OK\r\nContent-Length: 9\r\nConnection: close\r\n\r\n{\"symbols".utf8)
            while true {
                let client = accept(listener, nil, nil)
                guard client >= 0 else { return }
                var request = [UInt8](repeating: 0, count: 4_096)
                _ = read(client, &request, request.count)
                _ = answer.withUnsafeBytes { write(client, $0.baseAddress, $0.count) }
                close(client)
            }
        }
        self.thread.start()
    }

    deinit {
        shutdown(self.listener, Int32(SHUT_RDWR))
        close(self.listener)
    }
}
