import Testing

@testable import arb1d

@Suite("Commands")
struct CommandTests {
    private static let good = "venues: {binance: {}, bybit: {fee: 0.0005}}\nready: {grace: 3s}\n"

    @Test("check-config says that all is fine, with the digest that the daemon will export")
    func checkFine() throws {
        let file = try TemporaryFile(Self.good)
        let outcome = try Outcome.of(["check-config", "--config", file.path])
        #expect(outcome.status == 0)
        #expect(outcome.output == "\(file.path): fine, 2 venues, sha256 \(Digest.sha256(Self.good))\n")
        #expect(outcome.complaint.isEmpty)
    }

    @Test("check-config names every problem on a line of its own, the environment's too, with status 1")
    func checkProblems() throws {
        let file = try TemporaryFile(Self.good + "log: {level: loud}\nfoo: 1\n")
        let outcome = try Outcome.of(
            ["check-config", "--config", file.path],
            environment: ["ARB1D_READY_GRACE": "soon"]
        )
        #expect(outcome.status == ExitStatus.checkFailed)
        #expect(outcome.output.isEmpty)
        let lines = outcome.complaint.split(separator: "\n")
        #expect(lines.count == 3)
        #expect(lines.allSatisfy { $0.hasPrefix("arb1d: \(file.path): ") }, "\(lines)")
        for key in ["log.level", "foo", "ready.grace"] { #expect(lines.contains { $0.contains(key) }, "\(lines)") }
    }

    @Test("config prints the settings in force, which check-config accepts and config prints the same")
    func showConfig() throws {
        let file = try TemporaryFile(Self.good)
        let first = try Outcome.of(["config", "--config", file.path], environment: ["ARB1D_READY_GRACE": "4s"])
        #expect(first.status == 0)
        #expect(first.output.contains("4s"))
        #expect(first.output.contains("0.0005"))
        let printed = try TemporaryFile(first.output)
        #expect(try Outcome.of(["check-config", "--config", printed.path]).status == 0)
        #expect(try Outcome.of(["config", "--config", printed.path]).output == first.output)
    }

    @Test("config refuses a wrong configuration with the status of run")
    func showWrong() throws {
        let outcome = try Outcome.of(["config", "--config", "/nowhere/arb1d.yaml"])
        #expect(outcome.status == ExitStatus.configuration)
        #expect(outcome.output.isEmpty)
        #expect(outcome.complaint.hasPrefix("arb1d: /nowhere/arb1d.yaml: "))
        #expect(outcome.complaint.contains("No such file or directory"))
    }

    @Test("version prints one line, the same as --version", arguments: ["version", "--version"])
    func version(argument: String) throws {
        let outcome = try Outcome.of([argument])
        #expect(outcome.status == 0)
        #expect(outcome.output == "arb1d \(Build.version) (\(Build.configuration), swift \(Build.swift))\n")
    }

    @Test(
        "health prints the daemon's answer, and its status is that of the probe",
        arguments: [
            ([], "/readyz?verbose", "200 OK", Int32(0)),
            (["--probe", "livez"], "/livez?verbose", "503 Service Unavailable", ExitStatus.checkFailed),
        ]
    )
    func health(arguments: [String], target: String, status: String, exit: Int32) throws {
        let daemon = try OneAnswer(status: status, body: "[+] loop:0\nwhat it says\n")
        let outcome = try Outcome.of(["health", "--address", "127.0.0.1:\(daemon.port)"] + arguments)
        #expect(outcome.output == "[+] loop:0\nwhat it says\n")
        #expect(outcome.status == exit, "\(outcome.complaint)")
        #expect(daemon.request() == "GET \(target) HTTP/1.1")
    }

    @Test("health says that nobody answers, with status 1")
    func healthOfNobody() throws {
        let outcome = try Outcome.of(["health", "--address", "127.0.0.1:1"])
        #expect(outcome.status == ExitStatus.checkFailed)
        #expect(outcome.output.isEmpty)
        #expect(outcome.complaint.hasPrefix("arb1d: 127.0.0.1:1 does not answer: "))
    }
}
