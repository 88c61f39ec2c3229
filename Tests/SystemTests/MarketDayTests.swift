import Foundation
import TestSupport
import Testing

/// The short form of `make day`.
@Suite("A day of the market")
struct MarketDayTests {
    @Test("memory does not grow from the first hour to the second, and the windows' count is that of a walk")
    func twoHours() async throws {
        let captures = try #require(Captures.directory, "the captures are not here")
        let workspace = try Workspace()
        let program = try Program(
            Built.program("market-day"),
            [captures.path, "30", "2", "1"],
            in: workspace,
            environment: ["LLVM_PROFILE_FILE": "/dev/null"]
        )
        #expect(try await program.exitStatus() == 0, "\(program.output)")
        #expect(program.output.contains("memory at hour 2 against hour 1: "), "\(program.output)")
    }
}
