import Foundation

/// Which families of metrics the tests have seen move: with a sample other than 0, which is where all begin.
///
/// Whoever reads an exposition tells it here. `make test` compares what came together with the catalogue, so that no
/// family is exported that nothing ever moves.
public enum MovedFamilies {
    private static let told = Told()

    /// - Parameter exposition: In the text format, or OpenMetrics.
    public static func note(_ exposition: String) {
        var (family, isMoved) = ("", false)
        for line in exposition.split(separator: "\n") {
            if line.hasPrefix("# TYPE ") {
                let words = line.split(separator: " ")
                (family, isMoved) = (words.count > 2 ? String(words[2]) : "", false)
            } else if !isMoved, !line.hasPrefix("#"), self.value(of: line) != 0 {
                isMoved = true
                self.told.note(family)
            }
        }
    }

    /// A test read this value of a series, which may be one of a histogram's; `nil` for one that was not there.
    public static func note(series: String, value: Double?) {
        guard let value, value != 0 else { return }
        let name = String(series.prefix { $0 != "{" })
        let suffix = ["_bucket", "_count", "_sum"].first(where: name.hasSuffix) ?? ""
        self.told.note(String(name.dropLast(suffix.count)))
    }

    /// What stands behind the labels; an exemplar is behind that.
    private static func value(of line: Substring) -> Double {
        let rest = line.lastIndex(of: "}").map { line[line.index(after: $0)...] } ?? line.drop { $0 != " " }
        return rest.split(separator: " ").first.flatMap { Double($0) } ?? 0
    }

    /// A file of this process in the folder that `make test` reads; without the folder nothing is written.
    // Invariant: `families` is read and written under `lock`.
    private final class Told: @unchecked Sendable {
        private let lock = NSLock()
        private var families: Set<String> = []
        private let file: FileHandle?

        init() {
            var folder = URL(filePath: #filePath)
            for _ in 0..<3 { folder.deleteLastPathComponent() }
            folder.append(path: ".run/moved")
            let path = folder.appending(path: "\(ProcessInfo.processInfo.processIdentifier)").path
            let exists = FileManager.default.createFile(atPath: path, contents: nil)
            self.file = exists ? FileHandle(forWritingAtPath: path) : nil
        }

        func note(_ family: String) {
            self.lock.withLock {
                guard self.families.insert(family).inserted else { return }
                try? self.file?.write(contentsOf: Data((family + "\n").utf8))
            }
        }
    }
}
