/// One text file of the repository.
struct SourceFile {
    /// The path from the repository's root, such as `Sources/Core/Market/Quote.swift`.
    let path: String
    let text: String
    let lines: [String]
    /// What of it is Swift code, and what is comment; without lines when the file is not Swift.
    let view: CodeView

    init(path: String, text: String) {
        self.path = path
        self.text = text
        // By bytes: as characters, a line end of two bytes is not a line end.
        self.lines = text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map {
            String(decoding: $0, as: UTF8.self)
        }
        self.view = CodeView(path.hasSuffix(".swift") ? text : "")
    }

    /// The first two folders, such as `Sources/Core`: the module.
    var module: String {
        self.path.split(separator: "/").prefix(2).joined(separator: "/")
    }
}

/// One place where a rule does not hold.
struct Finding: Equatable, CustomStringConvertible {
    let path: String
    /// Counted from 1.
    let line: Int
    let message: String

    var description: String { "\(self.path):\(self.line): \(self.message)" }
}

extension SourceFile {
    func finding(atLine index: Int, _ message: String) -> Finding {
        Finding(path: self.path, line: index + 1, message: message)
    }
}
