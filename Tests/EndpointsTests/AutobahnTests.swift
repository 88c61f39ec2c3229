import TestSupport
import Testing

@testable import Endpoints

@Suite("Autobahn cases of the server", .enabled(if: Kosoku.isExpected, "kosoku is not installed"))
struct AutobahnTests {
    /// Groups of cases that send binary messages, and how many each has.
    private static let binary = ["1.2": 8, "9.2": 6, "9.4": 9, "9.6": 6, "9.8": 6]

    /// Cases that we do not pass, each with its reason.
    static let explained: [String: String] = .init(
        uniqueKeysWithValues: Self.binary.flatMap { group, count in
            (1...count).map { ("\(group).\($0)", "binary messages are refused with code 1003: we take text") }
        }
    )

    @Test("each case is passed or explained")
    func server() async throws {
        var limits = WebSocketLimits()
        limits.maxMessageBytes = 17 << 20
        limits.maxQueuedBytes = 64 << 20
        limits.maxMessageBurst = 1_000_000
        let (verdicts, _) = try await RunningServer.with(TestService(), limits: limits) { server in
            try await Kosoku.run("fuzzingclient", "127.0.0.1:\(server.port)/ws")
        }
        print("The WebSocket server by the Autobahn cases:\n\(Kosoku.table(verdicts))")
        #expect(verdicts.count >= 247)
        for verdict in verdicts where !verdict.isGood && Self.explained[verdict.name] == nil {
            Issue.record("\(verdict.name): \(verdict.behavior), closing: \(verdict.closing)")
        }
        for name in Self.explained.keys where verdicts.contains(where: { $0.name == name && $0.isGood }) {
            Issue.record("\(name) is passed and needs no explanation")
        }
    }
}
