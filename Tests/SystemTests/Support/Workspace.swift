import Foundation
import TestSupport

/// A folder of its own for one test, under the system's temporary folder; removed at the end.
final class Workspace {
    let url: URL

    init() throws {
        self.url = FileManager.default.temporaryDirectory.appending(path: "arb1d-test-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: self.url, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: self.url) }

    func path(_ name: String) -> String { self.url.appending(path: name).path }

    func write(_ text: String, to name: String) throws -> String {
        let path = self.path(name)
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        return path
    }
}

/// Where the built programs are: beside the test bundle.
enum Built {
    static func program(_ name: String) throws -> String {
        let executable = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        let path = URL(filePath: executable).deletingLastPathComponent().appending(path: name).path
        guard FileManager.default.isExecutableFile(atPath: path) else {
            throw NeverHappened(description: "\(path) is not built")
        }
        return path
    }
}
