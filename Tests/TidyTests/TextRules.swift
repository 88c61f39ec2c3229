/// Rules over the text of a file, whatever its language.
enum TextRules {
    static let longestLine = 120
    static let longestFile = 400

    static func layout(of file: SourceFile) -> [Finding] {
        let mayUseTabs = file.path.hasSuffix("Makefile")
        let isSwift = file.path.hasSuffix(".swift")
        var findings: [Finding] = []
        for (index, line) in file.lines.enumerated() {
            if line.contains("\t"), !mayUseTabs { findings.append(file.finding(atLine: index, "holds a tab")) }
            if let last = line.last, " \t\r".contains(last) {
                findings.append(file.finding(atLine: index, "ends in white space"))
            }
            // A frame as the venue writes it stays in one piece.
            if isSwift, line.count > self.longestLine, !line.contains("#\"{") {
                findings.append(file.finding(atLine: index, "is \(line.count) columns wide"))
            }
        }
        if !file.text.isEmpty, file.text.utf8.last != UInt8(ascii: "\n") {
            findings.append(file.finding(atLine: file.lines.count - 1, "does not end its last line"))
        }
        return findings
    }

    static func size(of file: SourceFile) -> [Finding] {
        let lines = file.lines.last?.isEmpty == true ? file.lines.count - 1 : file.lines.count
        guard file.path.hasSuffix(".swift"), lines > self.longestFile else { return [] }
        return [file.finding(atLine: self.longestFile, "the file has \(lines) lines: it holds more than one idea")]
    }

    /// Paths that exist only where somebody built or wrote this.
    static func tracesOfMachines(in file: SourceFile) -> [Finding] {
        // Joined here, so that this file does not find itself.
        let traces = ["work", "root", "home/runner"].map { "/" + $0 + "/" }
        return file.lines.enumerated().flatMap { index, line in
            traces.filter { trace in self.names(trace, in: line) }.map {
                file.finding(atLine: index, "names a path of one machine: \($0)")
            }
        }
    }

    /// Whether an absolute path begins with `trace` here; in the middle of a relative path it is another matter.
    private static func names(_ trace: String, in line: String) -> Bool {
        let (bytes, wanted) = (Array(line.utf8), Array(trace.utf8))
        guard bytes.count >= wanted.count else { return false }
        return (0...bytes.count - wanted.count).contains { start in
            guard bytes[start..<start + wanted.count].elementsEqual(wanted) else { return false }
            guard start > 0, let before = Unicode.Scalar(UInt32(bytes[start - 1])) else { return true }
            return !before.properties.isAlphabetic && !"0123456789._-~}".unicodeScalars.contains(before)
        }
    }
}
