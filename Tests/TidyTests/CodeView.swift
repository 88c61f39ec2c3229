/// Swift text with everything that is not code blanked: comments, string contents, or all but comments.
///
/// Every blanked byte becomes a space and every line end stays, so lines and columns are those of the original.
/// Code inside an interpolation is code. Regex literals count as code: write them as `#/…/#` or keep quotes out.
struct CodeView {
    /// The lines with comments and string contents blanked.
    let codeLines: [String]
    /// The lines with everything but comments blanked.
    let commentLines: [String]

    init(_ text: String) {
        var lexer = Lexer(bytes: Array(text.utf8))
        lexer.readCode(untilParenthesisCloses: false)
        self.codeLines = Self.lines(lexer.code)
        self.commentLines = Self.lines(lexer.comments)
    }

    private static func lines(_ bytes: [UInt8]) -> [String] {
        bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map {
            String(decoding: $0, as: UTF8.self)
        }
    }
}

/// Walks the bytes once and sorts each into code or comment, or into neither.
private struct Lexer {
    let bytes: [UInt8]
    var code: [UInt8]
    var comments: [UInt8]
    private var position = 0

    init(bytes: [UInt8]) {
        self.bytes = bytes
        self.code = bytes.map { $0 == UInt8(ascii: "\n") ? $0 : UInt8(ascii: " ") }
        self.comments = self.code
    }

    /// Reads code to the end, or to the parenthesis that closes an interpolation.
    mutating func readCode(untilParenthesisCloses isInterpolation: Bool) {
        var depth = 0
        while self.position < self.bytes.count {
            if self.isNext("//") {
                self.readLineComment()
            } else if self.isNext("/*") {
                self.readBlockComment()
            } else if let hashes = self.hashesOfString() {
                self.readString(hashes: hashes)
            } else {
                let byte = self.bytes[self.position]
                if byte == UInt8(ascii: "(") { depth += 1 }
                if byte == UInt8(ascii: ")") {
                    if isInterpolation, depth == 0 { return }
                    depth -= 1
                }
                self.code[self.position] = byte
                self.position += 1
            }
        }
    }

    private func isNext(_ text: StaticString, at offset: Int = 0) -> Bool {
        let start = self.position + offset
        guard start + text.utf8CodeUnitCount <= self.bytes.count else { return false }
        return text.withUTF8Buffer { $0.elementsEqual(self.bytes[start..<start + $0.count]) }
    }

    private mutating func readLineComment() {
        while self.position < self.bytes.count, self.bytes[self.position] != UInt8(ascii: "\n") {
            self.comments[self.position] = self.bytes[self.position]
            self.position += 1
        }
    }

    /// Swift's block comments nest.
    private mutating func readBlockComment() {
        var depth = 0
        repeat {
            let step = self.isNext("/*") || self.isNext("*/") ? 2 : 1
            if self.isNext("/*") { depth += 1 } else if self.isNext("*/") { depth -= 1 }
            for index in self.position..<min(self.position + step, self.bytes.count) {
                self.comments[index] = self.bytes[index]
            }
            self.position += step
        } while depth > 0 && self.position < self.bytes.count
    }

    /// How many `#` open the string literal that starts here, or nothing when none starts.
    private func hashesOfString() -> Int? {
        var hashes = 0
        while self.isNext("#", at: hashes) { hashes += 1 }
        return self.isNext("\"", at: hashes) ? hashes : nil
    }

    /// Keeps the quotes as code, so that `"text"!` still shows its unwrap.
    private mutating func readString(hashes: Int) {
        self.position += hashes
        let quotes = self.isNext("\"\"\"") ? 3 : 1
        self.keep(quotes)
        while self.position < self.bytes.count {
            if self.isClosing(quotes: quotes, hashes: hashes) {
                self.keep(quotes)
                self.position += hashes
                return
            }
            if quotes == 1, self.bytes[self.position] == UInt8(ascii: "\n") { return }
            self.readStringByte(hashes: hashes)
        }
    }

    private mutating func readStringByte(hashes: Int) {
        guard self.isNext("\\"), self.hasHashes(hashes, at: 1) else {
            self.position += 1
            return
        }
        self.position += 1 + hashes
        if self.isNext("(") {
            self.keep(1)
            self.readCode(untilParenthesisCloses: true)
            self.keep(1)
        } else {
            self.position += 1
        }
    }

    private func isClosing(quotes: Int, hashes: Int) -> Bool {
        guard quotes == 3 ? self.isNext("\"\"\"") : self.isNext("\"") else { return false }
        return self.hasHashes(hashes, at: quotes)
    }

    private func hasHashes(_ count: Int, at offset: Int) -> Bool {
        (0..<count).allSatisfy { self.isNext("#", at: offset + $0) }
    }

    private mutating func keep(_ count: Int) {
        for index in self.position..<min(self.position + count, self.bytes.count) {
            self.code[index] = self.bytes[index]
        }
        self.position += count
    }
}
