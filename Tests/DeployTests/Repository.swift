import Foundation

/// The repository that holds this file.
enum Repository {
    struct NotFound: Error {}

    /// The folder of `Package.swift`; `ARB1D_ROOT` names another one.
    static func root() throws -> URL {
        if let named = ProcessInfo.processInfo.environment["ARB1D_ROOT"] {
            return URL(filePath: named, directoryHint: .isDirectory)
        }
        var folder = URL(filePath: #filePath).deletingLastPathComponent()
        while folder.path != "/" {
            if FileManager.default.fileExists(atPath: folder.appending(path: "Package.swift").path) { return folder }
            folder.deleteLastPathComponent()
        }
        throw NotFound()
    }

    static func path(_ name: String) throws -> String { try self.root().appending(path: name).path }

    static func text(_ name: String) throws -> String {
        try String(contentsOfFile: self.path(name), encoding: .utf8)
    }

    /// The paths of the files in a folder whose names end so, relative to the root and in order.
    static func files(in folder: String, endingWith suffix: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: self.path(folder))
            .filter { $0.hasSuffix(suffix) }.sorted().map { "\(folder)/\($0)" }
    }
}
