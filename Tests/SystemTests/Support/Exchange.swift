import Foundation
import TestSupport

/// A running exchange-sim.
final class Exchange {
    let program: Program
    /// By venue, and `control`.
    let ports: [String: Int]

    init(_ arguments: [String], in workspace: Workspace) async throws {
        let portsFile = workspace.path("ports-\(UUID().uuidString.prefix(8)).json")
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
}
