import Foundation

/// The recorded wire messages that the tests drive adapters with, outside this repository.
///
/// They are looked for in `$ARB1D_CAPTURES`, else in `shared/captures` beside the repository. Tests that need them are
/// skipped visibly where they are absent (`.enabled(if: Captures.areExpected)`), except on CI, where they must fail.
public enum Captures {
    /// One frame of a wire log.
    public struct Frame: Sendable {
        public enum Direction: Sendable { case received, sent }

        /// Nanoseconds since 1970; 0 where the source kept no time.
        public let receivedAt: Int64
        public let direction: Direction
        public let bytes: [UInt8]

        public var text: String { String(decoding: self.bytes, as: UTF8.self) }
    }

    public enum Failure: Error {
        /// The folder or the file is not there.
        case absent(String)
        case unreadable(String)
        /// History of an interface that the venue no longer speaks: no test may open it.
        case obsolete(String)
    }

    /// The folder of the captures, or `nil` where there is none.
    public static let directory: URL? = {
        let environment = ProcessInfo.processInfo.environment
        let candidate =
            environment["ARB1D_CAPTURES"].map { URL(fileURLWithPath: $0, isDirectory: true) }
            ?? Self.repositoryRoot?.deletingLastPathComponent().appendingPathComponent("shared/captures")
        guard let candidate, FileManager.default.fileExists(atPath: candidate.appendingPathComponent("README.md").path)
        else { return nil }
        return candidate
    }()

    /// Whether the tests with captures should run: they are here, or their absence is an error.
    public static let areExpected = Captures.directory != nil || ProcessInfo.processInfo.environment["CI"] != nil

    /// The frames of a wire log such as `binance/frames-docs.log` or `….log.gz`, both directions, comments left out.
    public static func frames(_ path: String) throws -> [Frame] {
        try self.data(path).split(separator: UInt8(ascii: "\n")).compactMap { line in
            let parts = line.split(separator: UInt8(ascii: " "), maxSplits: 2, omittingEmptySubsequences: false)
            guard parts.count == 3, let receivedAt = Int64(String(decoding: parts[0], as: UTF8.self)) else {
                throw Failure.unreadable(path)
            }
            switch parts[1].first {
            case UInt8(ascii: "<"): return Frame(receivedAt: receivedAt, direction: .received, bytes: Array(parts[2]))
            case UInt8(ascii: ">"): return Frame(receivedAt: receivedAt, direction: .sent, bytes: Array(parts[2]))
            default: return nil
            }
        }
    }

    /// The frames that the venue sent.
    public static func received(_ path: String) throws -> [Frame] {
        try self.frames(path).filter { $0.direction == .received }
    }

    /// A whole file, such as a REST body; `.gz` files come out decompressed.
    public static func data(_ path: String) throws -> Data {
        guard let directory = self.directory else { throw Failure.absent(path) }
        guard !path.contains("OBSOLETE") else { throw Failure.obsolete(path) }
        let file = directory.appendingPathComponent(path)
        guard let data = FileManager.default.contents(atPath: file.path) else { throw Failure.absent(path) }
        return path.hasSuffix(".gz") ? try self.decompressed(file) : data
    }

    /// The paths of all files of one folder, such as `binance`, relative to ``directory``, in order.
    public static func paths(in folder: String) throws -> [String] {
        guard let directory = self.directory else { throw Failure.absent(folder) }
        return try FileManager.default.contentsOfDirectory(atPath: directory.appendingPathComponent(folder).path)
            .map { folder + "/" + $0 }.sorted()
    }

    private static func decompressed(_ file: URL) throws -> Data {
        let (process, output) = (Process(), Pipe())
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["gzip", "-dc", file.path]
        process.standardOutput = output
        try process.run()
        let data = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Failure.unreadable(file.lastPathComponent) }
        return data
    }

    /// The nearest folder above this file that holds a `Package.swift`.
    private static let repositoryRoot: URL? = {
        var folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        while folder.path != "/" {
            if FileManager.default.fileExists(atPath: folder.appendingPathComponent("Package.swift").path) {
                return folder
            }
            folder.deleteLastPathComponent()
        }
        return nil
    }()
}
