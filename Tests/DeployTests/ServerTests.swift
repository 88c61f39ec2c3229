import Foundation
import Testing

@Suite("Alertmanager accepts", .enabled(if: Tool.amtool.isExpected, "amtool is not installed"))
struct AlertmanagerTests {
    private static let path = "deploy/alertmanager/alertmanager.yml"

    @Test("its configuration, with two receivers and three inhibitions")
    func configuration() throws {
        let verdict = try Tool.amtool.run(["check-config", Repository.path(Self.path)])
        #expect(verdict.status == 0, "\(verdict.output)")
        #expect(verdict.output.contains("3 inhibit rules"))
        #expect(verdict.output.contains("2 receivers"))
    }

    @Test(
        "an alert and brings it to its receiver",
        arguments: [
            ("alertname=Watchdog severity=none", "dead-mans-switch"),
            ("alertname=Arb1dDown severity=page", "operators"),
            ("alertname=Arb1dVenueDown severity=ticket", "operators"),
            ("alertname=Else", "operators"),
        ]
    )
    func routes(_ labels: String, _ receiver: String) throws {
        let arguments = ["config", "routes", "test", "--config.file", try Repository.path(Self.path)]
        let verdict = try Tool.amtool.run(arguments + labels.split(separator: " ").map(String.init))
        #expect(verdict.status == 0, "\(verdict.output)")
        #expect(verdict.output.split(separator: "\n").last.map(String.init) == receiver, "\(verdict.output)")
    }

    @Test("no receiver that is not defined")
    func canFail() throws {
        let scratch = try Scratch()
        let (known, unknown) = ("receiver: operators", "receiver: nobody")
        let broken = try scratch.copy(Self.path, to: "a.yml", replacing: known, with: unknown)
        #expect(try Tool.amtool.run(["check-config", broken]).status == 1)
    }

    @Test("no alert as a source or a target of an inhibition that no rule raises")
    func inhibitions() throws {
        let known = Set(try Alert.all().map(\.name))
        let named = try Repository.text(Self.path).matches(of: /\bArb1d\w+|\bWatchdog\b/).map { String($0.output) }
        #expect(!named.isEmpty && Set(named).subtracting(known) == [])
    }
}

@Suite("systemd accepts", .enabled(if: Tool.systemdAnalyze.isExpected, "systemd-analyze is not installed"))
struct UnitTests {
    private static let path = "deploy/systemd/arb1d.service"

    /// It looks for the program that the unit names, which is not installed here.
    private func verify(replacing old: String = "", with new: String = "") throws -> Tool.Verdict {
        let scratch = try Scratch()
        let installed = try Repository.text(Self.path).replacing("/usr/local/bin/arb1d", with: "/bin/true")
        if !old.isEmpty { try #require(installed.contains(old)) }
        let unit = old.isEmpty ? installed : installed.replacing(old, with: new)
        return try Tool.systemdAnalyze.run(["verify", scratch.write(unit, to: "arb1d.service")])
    }

    @Test("the unit without a word")
    func unit() throws {
        let verdict = try self.verify()
        #expect(verdict.status == 0)
        #expect(verdict.output.isEmpty, "\(verdict.output)")
    }

    @Test(
        "no unit with a mistake in silence",
        arguments: [("WatchdogSec=15", "WatchdogSec=soon"), ("UMask=", "Umask="), ("Type=notify", "Type=notice")]
    )
    func mistakes(_ right: String, _ wrong: String) throws {
        #expect(try !self.verify(replacing: right, with: wrong).output.isEmpty)
    }

    @Test("the unit as one that can do little harm")
    func exposure() throws {
        let options = ["security", "--offline=true", "--threshold=20", "--no-pager"]
        let verdict = try Tool.systemdAnalyze.run(options + [Repository.path(Self.path)])
        #expect(verdict.status == 0, "\(verdict.output)")
    }

    @Test("a watchdog and statuses that are not tried again")
    func contract() throws {
        let lines = Set(try Repository.text(Self.path).split(separator: "\n").map(String.init))
        let reload = #"ExecReload=/bin/sh -c "kill -HUP $$MAINPID""#
        let expected: Set = ["Type=notify", "NotifyAccess=main", "WatchdogSec=15", reload]
        #expect(expected.subtracting(lines) == [])
        let prevented = lines.first { $0.hasPrefix("RestartPreventExitStatus=") }
        #expect(prevented?.contains("78") == true)
    }
}
