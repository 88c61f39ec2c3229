import Foundation
import TestSupport

/// A running program with its output in files. It is killed when the test lets go of it.
final class Program {
    private let process = Process()
    private let outputPath: String
    let name: String

    /// Starts `executable`.
    ///
    /// - Throws: When it cannot be started.
    init(
        _ executable: String,
        _ arguments: [String],
        in workspace: Workspace,
        environment: [String: String] = [:]
    ) throws {
        self.name = URL(filePath: executable).lastPathComponent
        self.outputPath = workspace.path("\(self.name)-\(UUID().uuidString.prefix(8)).log")
        _ = FileManager.default.createFile(atPath: self.outputPath, contents: nil)
        let output = try FileHandle(forWritingTo: URL(filePath: self.outputPath))
        self.process.executableURL = URL(filePath: executable)
        self.process.arguments = arguments
        self.process.currentDirectoryURL = workspace.url
        var inherited = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("ARB1D_") }
        inherited["SWIFT_BACKTRACE"] = "enable=no"
        self.process.environment = inherited.merging(environment) { _, new in new }
        self.process.standardOutput = output
        self.process.standardError = output
        self.process.standardInput = FileHandle.nullDevice
        try self.process.run()
        try output.close()
    }

    deinit {
        guard self.process.isRunning else { return }
        kill(self.process.processIdentifier, SIGCONT)
        kill(self.process.processIdentifier, SIGKILL)
        self.process.waitUntilExit()
    }

    /// What it printed so far, both streams.
    var output: String { (try? String(contentsOfFile: self.outputPath, encoding: .utf8)) ?? "" }

    var isRunning: Bool { self.process.isRunning }

    func signal(_ number: Int32) { kill(self.process.processIdentifier, number) }

    /// Waits for its end.
    ///
    /// - Returns: The exit status, or the negative number of the signal that ended it.
    func exitStatus(within limit: Duration = .seconds(180)) async throws -> Int32 {
        try await eventually("the end of \(self.name)", within: limit) { self.process.isRunning ? nil : true }
        let status = self.process.terminationStatus
        return self.process.terminationReason == .uncaughtSignal ? -status : status
    }
}
