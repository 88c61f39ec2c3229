import Foundation

/// A program by others that judges what we ship.
struct Tool: Sendable {
    struct Verdict {
        let status: Int32
        /// Both streams.
        let output: String
    }

    struct Missing: Error, CustomStringConvertible {
        let description: String
    }

    let name: String
    /// The Debian package that has it.
    let package: String

    static let promtool = Tool(name: "promtool", package: "prometheus")
    static let amtool = Tool(name: "amtool", package: "prometheus-alertmanager")
    static let systemdAnalyze = Tool(name: "systemd-analyze", package: "systemd")
    static let kubectl = Tool(name: "kubectl", package: "none of Debian 12")

    private var path: String? {
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin").split(separator: ":")
        return folders.map { "\($0)/\(self.name)" }.first(where: FileManager.default.isExecutableFile)
    }

    var isInstalled: Bool { self.path != nil }

    /// Whether its tests should run: it is here, or its absence is an error, as on CI.
    var isExpected: Bool { self.isInstalled || ProcessInfo.processInfo.environment["CI"] != nil }

    /// Runs it to its end, with the C locale.
    func run(_ arguments: [String]) throws -> Verdict {
        guard let path = self.path else {
            throw Missing(description: "\(self.name) is not installed: install the package \(self.package).")
        }
        let (process, output) = (Process(), Pipe())
        process.executableURL = URL(filePath: path)
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(["LC_ALL": "C"]) { _, new in new }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return Verdict(status: process.terminationStatus, output: text)
    }
}

/// A copy of files that a test may spoil; removed at the end.
final class Scratch {
    private let folder: URL

    init() throws {
        self.folder = FileManager.default.temporaryDirectory.appending(path: "arb1d-deploy-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: self.folder, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: self.folder) }

    func write(_ text: String, to name: String) throws -> String {
        let file = self.folder.appending(path: name)
        try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try text.write(to: file, atomically: true, encoding: .utf8)
        return file.path
    }

    /// Copies a file of the repository, with one text replaced by another.
    func copy(_ name: String, to copy: String, replacing old: String, with new: String) throws -> String {
        let text = try Repository.text(name)
        guard text.contains(old) else { throw Tool.Missing(description: "\(name) does not say: \(old)") }
        return try self.write(text.replacing(old, with: new), to: copy)
    }
}
