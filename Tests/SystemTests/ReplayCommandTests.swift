import Foundation
import Testing

/// `arb1d replay` as a process: files, standard input, and exit statuses.
@Suite("The replay command")
struct ReplayCommandTests {
    private struct Outcome: Equatable {
        let status: Int32
        let output: String
        let errors: String
    }

    private static let quote =
        #"{"stream":"a@bookTicker","data":{"u":1,"s":"A","b":"1.5","B":"1","a":"1.6","A":"1"}}"#
    private static let log = "# by hand\n1700000000000000000 < \(quote)\n"
    private static let perpetual =
        #"{"e":"bookTicker","u":1,"s":"A","b":"1.7","B":"1","a":"1.8","A":"1","T":1,"E":1}"#
    private static let perpetualLog = "1700000001000000000 < \(perpetual)\n"

    private func replay(_ arguments: [String], input: String? = nil, in workspace: Workspace) throws -> Outcome {
        let (process, output, errors) = (Process(), Pipe(), workspace.path("errors"))
        process.executableURL = URL(filePath: try Built.program("arb1d"))
        process.arguments = ["replay"] + arguments
        let inputPath = try workspace.write(input ?? "", to: "input")
        process.standardInput = try FileHandle(forReadingFrom: URL(filePath: inputPath))
        process.standardOutput = output
        try Data().write(to: URL(filePath: errors))
        process.standardError = try FileHandle(forWritingTo: URL(filePath: errors))
        try process.run()
        let bytes = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return Outcome(
            status: process.terminationStatus,
            output: String(decoding: bytes, as: UTF8.self),
            errors: try String(contentsOfFile: errors, encoding: .utf8)
        )
    }

    @Test("a file, its gzip form and standard input give the same bytes")
    func inputs() throws {
        let workspace = try Workspace()
        let (spot, perpetual) = (
            try workspace.write(Self.log, to: "a.log"), try workspace.write(Self.perpetualLog, to: "b.log")
        )
        let plain = try self.replay(["binance=\(spot)", "binance-usdm=\(perpetual)", "--pairs"], in: workspace)
        #expect(plain.status == 0 && plain.errors.isEmpty)
        #expect(plain.output.split(separator: "\n").count == 2)
        #expect(
            plain.output.hasPrefix(#"{"symbol":"A","sell_venue":"binance","buy_venue":"binance-usdm","kind":"basis""#)
        )
        let gzip = Process()
        (gzip.executableURL, gzip.arguments) = (URL(filePath: "/usr/bin/env"), ["gzip", "-k", spot])
        try gzip.run()
        gzip.waitUntilExit()
        let zipped = try self.replay(["binance=\(spot).gz", "binance-usdm=\(perpetual)", "--pairs"], in: workspace)
        #expect(zipped == plain)
        let piped = try self.replay(
            ["binance=\(spot)", "binance-usdm=-", "--pairs"],
            input: Self.perpetualLog,
            in: workspace
        )
        #expect(piped == plain)
    }

    @Test("prints metrics where nothing is asked for, and metrics before pairs where both are")
    func flags() throws {
        let workspace = try Workspace()
        let path = try workspace.write(Self.log, to: "a.log")
        let usual = try self.replay(["binance=\(path)"], in: workspace)
        #expect(usual.output.hasPrefix("# HELP arb1d_"))
        #expect(try self.replay(["binance=\(path)", "--metrics"], in: workspace) == usual)
        let perpetual = try workspace.write(Self.perpetualLog, to: "b.log")
        let sources = ["binance=\(path)", "binance-usdm=\(perpetual)"]
        let metrics = try self.replay(sources + ["--metrics"], in: workspace).output
        let pairs = try self.replay(sources + ["--pairs"], in: workspace).output
        #expect(try self.replay(sources + ["--pairs", "--metrics"], in: workspace).output == metrics + pairs)
    }

    @Test("bad data, bad usage and a bad configuration have exit statuses and words of their own")
    func refusals() throws {
        let workspace = try Workspace()
        let good = try workspace.write(Self.log, to: "good.log")
        let bad = try workspace.write("1 < {}\nnonsense\n", to: "bad.log")
        let configuration = try workspace.write("venues: {binance: {fee: 7}}\n", to: "bad.yaml")
        let cases: [(arguments: [String], status: Int32, words: String)] = [
            (["binance=\(bad)"], 1, "\(bad): line 2: no line of a wire log; "),
            (["binance=/nonexistent.log"], 1, "/nonexistent.log: cannot be opened: "),
            ([], 64, "venue=file"), (["mtgox=\(good)"], 64, "unknown venue; write one of binance, "),
            (["binance"], 64, "write VENUE=FILE"), (["binance=-", "bybit=-"], 64, "Standard input"),
            (["binance=\(good)", "--until", "soon"], 64, "write nanoseconds since 1970"),
            (["binance=\(good)", "--config", configuration], 78, "venues.binance.fee"),
        ]
        for (arguments, status, words) in cases {
            let outcome = try self.replay(arguments, in: workspace)
            #expect(outcome.status == status && outcome.output.isEmpty, "\(arguments)")
            #expect(outcome.errors.contains(words), "\(arguments): \(outcome.errors)")
        }
    }
}
