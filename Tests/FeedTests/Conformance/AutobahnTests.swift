import NIOCore
import NIOPosix
import TestSupport
import Testing

@testable import Feed

@Suite("Autobahn cases of the client", .enabled(if: Kosoku.isExpected, "kosoku is not installed"))
struct AutobahnTests {
    /// Cases that we do not pass, each with its reason.
    static let explained: [String: String] = [:]

    @Test("each case is passed or explained")
    func client() async throws {
        let verdicts = try await Kosoku.run("fuzzingserver", "127.0.0.1:0") { line in
            let server = try #require(line.firstMatch(of: /ws:\/\/[0-9.:]+/).map { String($0.output) }, "\(line)")
            let loop = MultiThreadedEventLoopGroup.singleton.next()
            let count = try await self.count(server, on: loop)
            for number in 1...count {
                do {
                    _ = try await EchoConnection.run("\(server)/runCase?case=\(number)&agent=arb1d", on: loop)
                } catch {
                    Issue.record("the case with number \(number) did not end: \(error)")
                }
            }
            _ = try await EchoConnection.run("\(server)/updateReports?agent=arb1d", on: loop)
        }
        print("The WebSocket client by the Autobahn cases:\n\(Kosoku.table(verdicts))")
        #expect(verdicts.count >= 247)
        for verdict in verdicts where !verdict.isGood && Self.explained[verdict.name] == nil {
            Issue.record("\(verdict.name): \(verdict.behavior), closing: \(verdict.closing)")
        }
        for name in Self.explained.keys where verdicts.contains(where: { $0.name == name && $0.isGood }) {
            Issue.record("\(name) is passed and needs no explanation")
        }
    }

    /// How many cases there are.
    ///
    /// The server says it and hangs up: should both come with its agreement, the words may be lost.
    private func count(_ server: String, on loop: any EventLoop) async throws -> Int {
        for _ in 0..<20 {
            if let count = Int(try await EchoConnection.run("\(server)/getCaseCount", on: loop)) { return count }
        }
        throw NeverHappened(description: "the number of cases")
    }
}
