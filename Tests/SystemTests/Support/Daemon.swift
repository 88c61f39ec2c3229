import Foundation
import TestSupport

/// A running arb1d on a free port.
// Invariant: nothing stored changes after init, and the program itself is used by one task at a time.
final class Daemon: @unchecked Sendable {
    let program: Program
    let base: String

    init(_ configuration: String, in workspace: Workspace, environment: [String: String] = [:]) async throws {
        let file = try workspace.write("listen: 127.0.0.1:0\n" + configuration, to: "arb1d.yaml")
        let program = try Program(
            Built.program("arb1d"),
            ["run", "--config", file],
            in: workspace,
            environment: environment
        )
        self.program = program
        self.base = try await eventually("arb1d's address") {
            if !program.isRunning { throw NeverHappened(description: program.output) }
            return program.output.firstMatch(of: /http:\/\/127\.0\.0\.1:[0-9]+/).map { String($0.output) }
        }
    }

    func status(_ path: String) async throws -> Int { try await HTTP.get(self.base + path).status }

    func metrics() async throws -> Exposition { try await Exposition.of(self.base) }

    func waitUntilReady(within limit: Duration = .seconds(180)) async throws {
        try await eventually("readiness", within: limit) { try await self.status("/readyz") == 200 ? true : nil }
    }
}
