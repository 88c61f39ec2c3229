import Foundation
import Testing
import WireLogs

@testable import Simulation

/// Recorded and documented frames of the real venues, kept outside the repository.
enum Captures {
    static let directory: String =
        ProcessInfo.processInfo.environment["ARB1D_CAPTURES"]
        ?? URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../shared/captures").standardized
        .path()

    /// Without them the tests that need them are skipped, but never in continuous integration.
    static let areExpected =
        FileManager.default.fileExists(atPath: directory + "/README.md")
        || ProcessInfo.processInfo.environment["CI"] != nil

    static func bytes(_ name: String) throws -> [UInt8] {
        Array(try Data(contentsOf: URL(filePath: directory + "/" + name)))
    }

    static func json(_ name: String) throws -> JSONValue {
        var bytes = try self.bytes(name)
        if name.hasSuffix(".gz") { bytes = try Gunzip.unpack(bytes) }
        return try JSONParser.parse(bytes)
    }

    /// All frames that a venue has been seen or documented to send, but those of its retired interfaces.
    static func frames(of folder: String) throws -> [JSONValue] {
        var frames: [JSONValue] = []
        for name in try FileManager.default.contentsOfDirectory(atPath: directory + "/" + folder).sorted()
        where name.hasSuffix(".log") && !name.contains("OBSOLETE") {
            let log = try WireLog(file: try self.bytes(folder + "/" + name))
            // The long recordings repeat themselves.
            for line in log.received.prefix(400) { frames.append(try JSONParser.parse(Array(log.bytes[line.frame]))) }
        }
        return frames
    }
}

extension JSONValue {
    /// Every key with the path that leads to it; elements of arrays share theirs.
    var keyPaths: Set<String> {
        switch self {
        case .object(let members):
            var paths: Set<String> = []
            for member in members {
                paths.insert(member.key)
                paths.formUnion(member.value.keyPaths.map { "\(member.key).\($0)" })
            }
            return paths
        case .array(let elements):
            return elements.reduce(into: []) { paths, element in paths.formUnion(element.keyPaths.map { "[].\($0)" }) }
        case .null, .bool, .number, .string: return []
        }
    }
}
