import Foundation
import TestSupport

/// A running exchange-sim.
// Invariant: nothing stored changes after init, and the program itself is used by one task at a time.
final class Exchange: @unchecked Sendable {
    let program: Program
    /// By venue, and `control`.
    let ports: [String: Int]
    /// The authority of its certificates, when it was started with `--tls`.
    let caFile: String

    init(_ arguments: [String], in workspace: Workspace) async throws {
        let portsFile = workspace.path("ports-\(UUID().uuidString.prefix(8)).json")
        self.caFile = workspace.path("ca.pem")
        let program = try Program(
            Built.program("exchange-sim"),
            ["--ports-file", portsFile] + arguments,
            in: workspace
        )
        self.program = program
        self.ports = try await eventually("exchange-sim's ports") {
            if !program.isRunning { throw NeverHappened(description: program.output) }
            guard let data = FileManager.default.contents(atPath: portsFile) else { return nil }
            return try JSONSerialization.jsonObject(with: data) as? [String: Int]
        }
    }

    /// The venues served, without the control port.
    var venues: [String] { self.ports.keys.filter { $0 != "control" }.sorted() }

    func state() async throws -> [String: Any] { try await HTTP.object(self.control("/sim/state")) }

    func control(_ path: String) -> String { "http://127.0.0.1:\(self.ports["control"] ?? 0)\(path)" }

    /// What it says of one venue.
    func venue(_ name: String) async throws -> [String: Any] {
        let venues = try await self.state()["venues"] as? [String: Any]
        return venues?[name] as? [String: Any] ?? [:]
    }

    /// The `venues` section of a configuration that watches this exchange.
    var configuration: String {
        let lines = self.venues.map { venue in
            let port = self.ports[venue] ?? 0
            return "  \(venue): {rest: \"http://127.0.0.1:\(port)\", websocket: \"ws://127.0.0.1:\(port)\"}"
        }
        return "venues:\n" + lines.joined(separator: "\n") + "\n"
    }

    /// The `venues` section of a configuration that watches this exchange through TLS.
    ///
    /// - Parameters:
    ///   - caFile: The certificates to trust; nil leaves it to the system's.
    ///   - webSocketHost: Where WebSockets are opened; lists are always asked of `localhost`.
    /// - Returns: YAML.
    func configuration(tls caFile: String?, webSocketHost: String = "localhost") -> String {
        let trust = caFile.map { ", ca_file: \"\($0)\"" } ?? ""
        let lines = self.venues.map { venue in
            let port = self.ports[venue] ?? 0
            let (rest, webSocket) = ("https://localhost:\(port)", "wss://\(webSocketHost):\(port)")
            return "  \(venue): {rest: \"\(rest)\", websocket: \"\(webSocket)\"\(trust)}"
        }
        return "venues:\n" + lines.joined(separator: "\n") + "\n"
    }

    /// Closes all connections of a venue; nobody gets through to it until it is healed.
    func cut(_ venue: String) async throws { try await self.order("cut \(venue)") }

    func heal(_ venue: String) async throws { try await self.order("heal \(venue)") }

    /// Orders a fault as a scenario spells it: `stall bybit for=10s`.
    func order(_ line: String) async throws {
        let words = line.split(separator: " ")
        let query = words.dropFirst(2).map { "&\($0)" }.joined()
        try await self.tell("\(words.first ?? "")?venue=\(words.dropFirst().first ?? "")\(query)")
    }

    /// `freeze` or `resume`: all market data.
    func tell(_ words: String) async throws {
        let (status, body) = try await HTTP.send(self.control("/sim/" + words), method: "POST")
        guard status == 200 else { throw NeverHappened(description: "\(words) answered \(status): \(body)") }
    }
}
