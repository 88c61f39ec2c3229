import Foundation

/// The repository that holds this file, read from disk.
enum Repository {
    struct NotFound: Error {}

    /// The folder of `Package.swift`; `ARB1D_ROOT` names another one.
    static func root() throws -> URL {
        if let named = ProcessInfo.processInfo.environment["ARB1D_ROOT"] {
            return URL(fileURLWithPath: named, isDirectory: true)
        }
        var folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        while folder.path != "/" {
            if FileManager.default.fileExists(atPath: folder.appendingPathComponent("Package.swift").path) {
                return folder
            }
            folder.deleteLastPathComponent()
        }
        throw NotFound()
    }

    /// Read once: every rule looks at all of it.
    private static let read = Result { try Self.readTextFiles() }

    /// Everything that people wrote: sources, scripts, documents, configuration.
    static func textFiles() throws -> [SourceFile] { try self.read.get() }

    static func swiftFiles() throws -> [SourceFile] {
        try self.textFiles().filter { $0.path.hasSuffix(".swift") }
    }

    private static func readTextFiles() throws -> [SourceFile] {
        let places = try FileManager.default.contentsOfDirectory(atPath: self.root().path)
            .filter { !$0.hasPrefix(".build") && ![".git", ".run", "Package.resolved"].contains($0) }
        let suffixes = [
            ".swift", ".h", ".c", ".sh", ".md", ".yaml", ".yml", ".json", ".modulemap", ".service", "/run", "Makefile",
        ]
        return try self.files(in: places) { path in suffixes.contains { path.hasSuffix($0) } }
    }

    private static func files(in places: [String], where isWanted: (String) -> Bool) throws -> [SourceFile] {
        let root = try self.root()
        var files: [SourceFile] = []
        for place in places.sorted() {
            // Enumerating a symbolic link gives nothing, so it is followed first.
            let resolved = root.appendingPathComponent(place).resolvingSymlinksInPath()
            var paths = [""]
            if let below = FileManager.default.enumerator(atPath: resolved.path) {
                // Packages of their own, such as the benchmarks, build below their folder.
                paths += below.compactMap { $0 as? String }.filter { !$0.contains(".build") }.sorted()
            }
            for path in paths {
                let url = path.isEmpty ? resolved : resolved.appendingPathComponent(path)
                let name = path.isEmpty ? place : "\(place)/\(path)"
                guard isWanted(name), let text = try? String(contentsOf: url, encoding: .utf8) else { continue }
                files.append(SourceFile(path: name, text: text))
            }
        }
        return files
    }
}
