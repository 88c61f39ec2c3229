import Foundation
import Testing

@testable import WireLogs

@Suite("Reading wire logs")
struct WireLogReaderTests {
    private struct Read: Equatable {
        let number: Int
        let time: Int64
        let frame: String

        init(_ number: Int, _ time: Int64, _ frame: String) {
            (self.number, self.time, self.frame) = (number, time, frame)
        }
    }

    /// All that a reader gives of a file with these bytes.
    private func read(_ bytes: [UInt8]) throws -> [Read] {
        let url = FileManager.default.temporaryDirectory.appending(path: "wire-\(UUID().uuidString).log")
        try Data(bytes).write(to: url)
        defer { try? FileManager.default.removeItem(at: url) }
        let reader = try WireLogReader(path: url.path())
        var lines: [Read] = []
        while let line = try reader.next() {
            lines.append(
                Read(line.number, line.receivedNanoseconds, String(decoding: reader.buffer[line.frame], as: UTF8.self))
            )
        }
        return lines
    }

    private func read(_ text: String) throws -> [Read] { try self.read(Array(text.utf8)) }

    /// What the reader says of a file that it refuses.
    private func refusal(_ bytes: [UInt8]) -> String? {
        do {
            _ = try self.read(bytes)
            return nil
        } catch let error as WireLogError {
            return "\(error.line.map { "line \($0): " } ?? "")\(error.problem)"
        } catch {
            return "\(error)"
        }
    }

    private func zipped(_ text: String) throws -> [UInt8] {
        let (process, input, output) = (Process(), Pipe(), Pipe())
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["gzip", "-c"]
        (process.standardInput, process.standardOutput) = (input, output)
        try process.run()
        input.fileHandleForWriting.write(Data(text.utf8))
        try input.fileHandleForWriting.close()
        return Array(try output.fileHandleForReading.readToEnd() ?? Data())
    }

    @Test("gives what the server sent, with the numbers of the lines, and skips the rest")
    func received() throws {
        let lines = try self.read("1 # note\n# by hand\n1 > {}\n\n2 < {\"a\": 1}\r\n3 #\n4 < []")
        #expect(lines == [Read(5, 2, "{\"a\": 1}"), Read(7, 4, "[]")])
        #expect(try self.read("").isEmpty)
    }

    @Test("a time that goes back, or is 0, counts as the last one; skipped lines have no time")
    func times() throws {
        let lines = try self.read("9 > a\n5 < a\n9 # b\n4 < b\n0 < c\n6 < d\n1 < e\n")
        #expect(lines.map(\.time) == [5, 5, 5, 6, 6])
    }

    @Test(
        "names the line of what it cannot read",
        arguments: [
            ("1 < a\nnonsense\n", "line 2: no line of a wire log"), ("1 <a b\n", "line 1: no line of a wire log"),
            ("1 ? a\n", "line 1: no line of a wire log"), (" < a\n", "line 1: no line of a wire log"),
            ("-1 < a\n", "line 1: no line of a wire log"),
            ("9223372036854775808 < a\n", "line 1: no line of a wire log"),
            ("# a\n0 < a\n", "line 2: no receive time, and no line before it has one"),
        ]
    )
    func refuses(text: String, expected: String) {
        #expect(self.refusal(Array(text.utf8)) == expected)
    }

    @Test("a line longer than any frame is refused, not gathered")
    func longLine() {
        let bytes = Array("1 < ".utf8) + [UInt8](repeating: 0x61, count: WireLogReader.maxLineBytes + 1)
        #expect(self.refusal(bytes) == "line 1: longer than \(WireLogReader.maxLineBytes) bytes")
    }

    @Test("gzip is told from its first bytes; members behind one another are one log")
    func compressed() throws {
        let members = try self.zipped("1 < a\n2 <") + self.zipped(" b\n") + [0, 0]
        #expect(try self.read(members) == [Read(1, 1, "a"), Read(2, 2, "b")])
        let long = (1...30_000).map { "\($0) < {\"u\":\($0)}\n" }.joined()
        #expect(try self.read(self.zipped(long)) == self.read(long))
    }

    @Test("damaged gzip data are refused")
    func damaged() throws {
        let whole = try self.zipped((1...30_000).map { "\($0) < {\"u\":\($0)}\n" }.joined())
        #expect(self.refusal(Array(whole.dropLast(9))) == "its gzip data end in the middle")
        var broken = whole
        for index in 1_000..<1_100 { broken[index] = 0xFF }
        #expect(self.refusal(broken) == "its gzip data are damaged")
        #expect(self.refusal(whole + [1, 2, 3]) == "its gzip data are damaged")
    }

    @Test("a file that is not there is refused by name")
    func absent() {
        #expect(throws: WireLogError.self) { _ = try WireLogReader(path: "/nonexistent/a.log") }
    }
}
