/// The simulated venues judge the adapters, so they must not be the adapters' own code.
enum CopyRules {
    /// So many lines of code in a row, equal but for white space, are a copy.
    static let run = 8

    static func copies(from original: [SourceFile], in others: [SourceFile]) -> [Finding] {
        let known = Set(original.flatMap { self.runs(of: $0).map(\.text) })
        return others.flatMap { file in
            self.runs(of: file).first { known.contains($0.text) }.map {
                [file.finding(atLine: $0.line, "repeats \(self.run) lines that another module has too")]
            } ?? []
        }
    }

    /// Lines of nothing but brackets say nothing and are left out.
    private static func runs(of file: SourceFile) -> [(line: Int, text: String)] {
        let lines = file.view.codeLines.enumerated().compactMap { index, line -> (Int, String)? in
            let text = line.filter { !$0.isWhitespace }
            return text.contains { $0.isLetter } ? (index, text) : nil
        }
        guard lines.count >= self.run else { return [] }
        return (0...lines.count - self.run).map { start in
            (lines[start].0, lines[start..<start + self.run].map(\.1).joined(separator: "\n"))
        }
    }
}
