import Foundation

/// The Autobahn cases, which judge an implementation of WebSocket from the other end of a connection.
///
/// `scripts/conformance.sh setup` installs the program that has them. Tests that need it are skipped visibly where it
/// is absent, except on CI, where they must fail.
public enum Kosoku {
    /// Only where nobody builds in a hurry: `make conformance` sets it.
    public static let isThorough = ProcessInfo.processInfo.environment["ARB1D_CONFORMANCE"] != nil

    public static let isExpected = Kosoku.program != nil || ProcessInfo.processInfo.environment["CI"] != nil

    /// Compression, which we do not offer, and unless asked for long messages, which take minutes.
    private static let excluded = ["12.*", "13.*"] + (Kosoku.isThorough ? [] : ["9.*"])

    /// What became of one case.
    public struct Verdict: Sendable {
        public let name: String
        /// `OK`, `NON-STRICT`, `INFORMATIONAL` or what is wrong.
        public let behavior: String
        /// The same of how the connection ended.
        public let closing: String

        /// The case's number up to the first point.
        public var group: Int { Int(self.name.prefix { $0 != "." }) ?? 0 }
        public var isGood: Bool { [self.behavior, self.closing].allSatisfy { Self.good.contains($0) } }

        private static let good: Set = ["OK", "NON-STRICT", "INFORMATIONAL", "UNIMPLEMENTED"]
    }

    /// Runs it in one of its modes to its end, or while `body` runs.
    ///
    /// - Parameters:
    ///   - mode: `fuzzingserver` or `fuzzingclient`.
    ///   - address: Where to listen, or whom to judge.
    ///   - body: What to do once it printed its first line, which comes in; `nil` waits for its end.
    /// - Returns: What became of every case, in the order of their numbers.
    /// - Throws: When it is not installed or does not report, and what `body` throws.
    public static func run(
        _ mode: String,
        _ address: String,
        while body: (@Sendable (String) async throws -> Void)? = nil
    ) async throws -> [Verdict] {
        guard let program = self.program else {
            throw NeverHappened(description: "kosoku is not installed: scripts/conformance.sh setup")
        }
        let reports = FileManager.default.temporaryDirectory.appending(path: "arb1d-autobahn-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: reports) }
        try FileManager.default.createDirectory(at: reports, withIntermediateDirectories: true)
        let log = reports.appending(path: "log")
        _ = FileManager.default.createFile(atPath: log.path, contents: nil)
        let (process, output) = (Process(), try FileHandle(forWritingTo: log))
        process.executableURL = URL(filePath: program)
        process.arguments = ["-m", mode, "-o", reports.path] + self.excluded.flatMap { ["-x", $0] } + [address]
        process.environment = ProcessInfo.processInfo.environment.merging(["PYTHONUNBUFFERED": "1"]) { _, new in new }
        process.standardOutput = output
        process.standardError = output
        process.standardInput = FileHandle.nullDevice
        try process.run()
        // It does not heed SIGTERM.
        defer { if process.isRunning { kill(process.processIdentifier, SIGKILL) } }
        @Sendable func printed() -> String { (try? String(contentsOf: log, encoding: .utf8)) ?? "" }
        if let body {
            let line = try await eventually("the address of kosoku") {
                printed().split(separator: "\n", omittingEmptySubsequences: false).dropLast().first.map(String.init)
            }
            try await body(line)
        } else {
            try await eventually("the end of kosoku", within: .seconds(900)) { process.isRunning ? nil : true }
        }
        return try await eventually("the report of kosoku", within: .seconds(30)) {
            try self.verdicts(reports.appending(path: "index.json"))
        }
    }

    /// The cases as a table, one line a group.
    public static func table(_ verdicts: [Verdict]) -> String {
        let groups = Dictionary(grouping: verdicts, by: \.group).sorted { $0.key < $1.key }
        let kinds = ["OK", "NON-STRICT", "INFORMATIONAL"]
        let rows = groups.map { group, cases in
            let counts = kinds.map { kind in cases.count { $0.isGood && $0.behavior == kind } }
            return [group, cases.count] + counts + [cases.count - counts.reduce(0, +)]
        }
        let titles = ["group", "cases", "OK", "non-strict", "informational", "other"]
        let lines = [titles] + rows.map { $0.map(String.init) }
        return lines.map { line in
            line.map { String(repeating: " ", count: max(0, 14 - $0.count)) + $0 }.joined()
        }.joined(separator: "\n")
    }

    private static func verdicts(_ index: URL) throws -> [Verdict]? {
        guard let data = FileManager.default.contents(atPath: index.path) else { return nil }
        let agents = try JSONSerialization.jsonObject(with: data) as? [String: [String: [String: Any]]]
        guard let cases = agents?.values.first else { return nil }
        return cases.map { name, entry in
            Verdict(
                name: name,
                behavior: entry["behavior"] as? String ?? "no verdict",
                closing: entry["behaviorClose"] as? String ?? "no verdict"
            )
        }.sorted { $0.name.compare($1.name, options: .numeric) == .orderedAscending }
    }

    /// In the repository's own folder for what scripts leave behind, or on the path.
    private static let program: String? = {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
        let folders = [root.appending(path: ".run/conformance/bin").path] + path.split(separator: ":").map(String.init)
        return folders.map { $0 + "/kosoku" }.first(where: FileManager.default.isExecutableFile)
    }()
}
