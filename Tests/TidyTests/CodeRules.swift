/// Rules over one Swift file's code.
enum CodeRules {
    /// `value!`, `try!`, `as!` and types like `Int!`: each can end the process on a bad day.
    static func forcedUnwraps(in file: SourceFile) -> [Finding] {
        self.findings(in: file) { bytes in
            bytes.indices.contains { index in
                guard bytes[index] == UInt8(ascii: "!"), index > 0 else { return false }
                let isComparison = index + 1 < bytes.count && bytes[index + 1] == UInt8(ascii: "=")
                return !isComparison && self.endsOperand(bytes[index - 1])
            } ? "forces an optional, a cast or a try" : nil
        }
    }

    /// Waiting makes a test slow and fickle: advance a manual clock, or poll for the condition.
    ///
    /// `Tests/TestSupport` may hold one sleep, in its polling helper: see ``sleepsOfSupport(in:)``.
    static func sleeps(in file: SourceFile) -> [Finding] {
        guard file.path.hasPrefix("Tests/"), file.module != "Tests/TestSupport" else { return [] }
        return self.allSleeps(in: file)
    }

    /// All sleeps of the test support but the first.
    static func sleepsOfSupport(in files: [SourceFile]) -> [Finding] {
        Array(files.filter { $0.module == "Tests/TestSupport" }.flatMap(self.allSleeps).dropFirst())
    }

    private static func allSleeps(in file: SourceFile) -> [Finding] {
        self.findings(in: file) { bytes in
            for name in ["sleep", "usleep", "nanosleep", "clock_nanosleep"] where self.calls(name, in: bytes) {
                return "sleeps"
            }
            return nil
        }
    }

    /// `@unchecked Sendable` and `nonisolated(unsafe)` without an `// Invariant:` comment just above.
    static func bareUncheckedClaims(in file: SourceFile) -> [Finding] {
        let view = file.view
        return view.codeLines.indices.filter { index in
            let words = view.codeLines[index].filter { $0 != " " }
            guard words.contains("@uncheckedSendable") || words.contains("nonisolated(unsafe)") else { return false }
            return !self.hasInvariant(above: index, in: view)
        }.map { file.finding(atLine: $0, "claims safety without an // Invariant: comment above") }
    }

    /// Climbs over the comments and attributes that stand on the claim.
    private static func hasInvariant(above index: Int, in view: CodeView) -> Bool {
        var line = index
        while line >= 0 {
            if view.commentLines[line].contains("Invariant:") { return true }
            line -= 1
            guard line >= 0 else { return false }
            let code = view.codeLines[line].drop { $0 == " " }
            let isComment = code.isEmpty && view.commentLines[line].contains { $0 != " " }
            guard isComment || code.hasPrefix("@") else { return false }
        }
        return false
    }

    /// XCTest cases would run unseen: the runner is told to run Swift Testing only.
    static func otherTestLibraries(in file: SourceFile) -> [Finding] {
        ImportRules.imports(in: file).filter { $0.module == "XCTest" }.map {
            file.finding(atLine: $0.line, "imports XCTest: write it with Testing")
        }
    }

    private static func findings(in file: SourceFile, _ judge: ([UInt8]) -> String?) -> [Finding] {
        file.view.codeLines.enumerated().compactMap { index, line in
            judge(Array(line.utf8)).map { file.finding(atLine: index, $0) }
        }
    }

    /// Whether an operand can end with this byte, so that a `!` after it is a postfix.
    private static func endsOperand(_ byte: UInt8) -> Bool {
        self.isWord(byte) || ")]}\"`?>".utf8.contains(byte)
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), 0x80...: true
        default: false
        }
    }

    /// Whether `name` stands in the line as a whole word with a parenthesis after it.
    private static func calls(_ name: String, in bytes: [UInt8]) -> Bool {
        let wanted = Array(name.utf8) + [UInt8(ascii: "(")]
        guard bytes.count >= wanted.count else { return false }
        return (0...bytes.count - wanted.count).contains { start in
            guard bytes[start..<start + wanted.count].elementsEqual(wanted) else { return false }
            return start == 0 || !self.isWord(bytes[start - 1])
        }
    }
}
