import Foundation
import Testing

/// One alert as it stands in the rules, read by its layout.
struct Alert: CustomTestStringConvertible {
    let name: String
    let text: String

    var testDescription: String { self.name }

    static func all() throws -> [Alert] {
        let parts = try Repository.text("deploy/prometheus/rules/alerts.yml").components(separatedBy: "- alert: ")
        return parts.dropFirst().map { part in
            Alert(name: String(part.prefix { !$0.isNewline }), text: part)
        }
    }

    /// The files that test the rules of alerts, each with its cases: the text before the first, and those.
    static func tests() throws -> [(name: String, head: String, cases: [String])] {
        try ["alerts", "alerts-slow"].map { name in
            let text = try Repository.text("deploy/prometheus/tests/\(name).yml")
            let parts = text.components(separatedBy: "\n  - name: ")
            return (name, parts[0], Array(parts.dropFirst()))
        }
    }

    /// The value of a key that stands on one line.
    func value(_ key: String) -> String? {
        self.text.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
            .first { $0.hasPrefix(key + ": ") }.map { String($0.dropFirst(key.count + 2)) }
    }
}

@Suite("Prometheus accepts", .enabled(if: Tool.promtool.isExpected, "promtool is not installed"))
struct PrometheusTests {
    @Test("the scrape configuration and the rules that it names")
    func configuration() throws {
        let verdict = try Tool.promtool.run(["check", "config", Repository.path("deploy/prometheus/prometheus.yml")])
        #expect(verdict.status == 0, "\(verdict.output)")
        #expect(verdict.output.contains("2 rule files found"))
    }

    @Test("the rules, with nothing to complain about")
    func rules() throws {
        let files = try Repository.files(in: "deploy/prometheus/rules", endingWith: ".yml")
        let verdict = try Tool.promtool.run(["check", "rules", "--lint-fatal"] + files.map(Repository.path))
        #expect(verdict.status == 0, "\(verdict.output)")
    }

    @Test("what the rules make of given series")
    func unitTests() throws {
        let files = try Repository.files(in: "deploy/prometheus/tests", endingWith: ".yml")
        #expect(files.count == 3)
        let verdict = try Tool.promtool.run(["test", "rules"] + files.map(Repository.path))
        #expect(verdict.status == 0, "\(verdict.output)")
    }

    @Test(
        "no rule that fires otherwise than its test says",
        arguments: [
            ("up{job=\"arb1d\"} == 0 or absent(up{job=\"arb1d\"})", "up{job=\"arb1d\"} == 0"),
            ("check=\"live_pairs\"} == 0", "check=~\".+\"} == 0"),
            ("check=~\"venue:.+\"", "check=~\".+\""),
            ("venue:arb1d_stale:ratio > 0.05", "venue:arb1d_stale:ratio > 0.03"),
            ("> 0.1", "> 0.05"),
            ("(arb1d_pairs) > 0", "(arb1d_pairs{state=\"fresh\"}) > 0"),
            ("{reason!=\"finished\"}", ""),
            ("max_over_time(arb1d_flow_residual[10m])", "arb1d_flow_residual"),
            ("{reason!=\"shutdown\"}", ""),
            ("increase(arb1d_webhook_dropped_total{reason!=\"shutdown\"}[15m])) > 0", "arb1d_up) > 0"),
            ("increase(arb1d_webhook_failures_total[5m])", "arb1d_webhook_failures_total"),
            ("and on (job, instance, receiver)", "or"),
            ("last_success_timestamp_seconds > 15 * 60", "last_success_timestamp_seconds > 10 * 60"),
            ("arb1d_circuit_breaker_state!=\"closed\"", "arb1d_circuit_breaker_state=\"open\""),
            ("arb1d_feed_audit_mismatches_total[1h])) > 3", "arb1d_feed_audit_mismatches_total[1h])) > 0"),
            ("arb1d_feed_rotation_failures_total[30m])) > 1", "arb1d_feed_rotation_failures_total[30m])) > 0"),
            ("for: 5m", "for: 3m"),
            ("vector(1)", "vector(1) > 1"),
        ]
    )
    func brokenRules(_ rule: String, _ broken: String) throws {
        let scratch = try Scratch()
        let folder = "deploy/prometheus"
        _ = try scratch.write(Repository.text("\(folder)/rules/recording.yml"), to: "rules/recording.yml")
        _ = try scratch.copy("\(folder)/rules/alerts.yml", to: "rules/alerts.yml", replacing: rule, with: broken)
        // Only what tests the alert that was spoilt: each rule has been evaluated for the others already.
        let spoilt = Set(try Alert.all().filter { $0.text.contains(rule) }.map(\.name))
        var tests: [String] = []
        for (name, head, cases) in try Alert.tests() {
            let wanted = cases.filter { text in
                spoilt.contains { text.contains("alertname: \($0)\n") || text.contains("alertname=\"\($0)\"") }
            }
            guard !wanted.isEmpty else { continue }
            let text = ([head] + wanted).joined(separator: "\n  - name: ") + "\n"
            tests.append(try scratch.write(text, to: "tests/\(name).yml"))
        }
        #expect(!tests.isEmpty)
        let verdict = try Tool.promtool.run(["test", "rules"] + tests)
        #expect(verdict.status == 1, "\(verdict.output)")
        #expect(verdict.output.contains("alertname"), "\(verdict.output)")
    }
}

@Suite("Each alert")
struct AlertTests {
    @Test("has a severity, a summary, a description and a dashboard", arguments: try Alert.all())
    func fields(_ alert: Alert) throws {
        let severity = try #require(alert.value("severity"))
        #expect(["page", "ticket", "none"].contains(severity))
        #expect(alert.value("summary")?.hasSuffix(".") == true)
        #expect(alert.value("description") != nil)
        let uid = try Board.load().text("uid")
        #expect(alert.value("dashboard")?.hasPrefix("/d/\(uid)") == true)
        #expect(alert.name == "Watchdog" || alert.value("for") != nil, "it leaves no slack")
    }

    @Test("has a runbook with meaning, impact, three queries and the way out", arguments: try Alert.all())
    func runbook(_ alert: Alert) throws {
        #expect(alert.value("runbook_url") == "docs/runbooks/\(alert.name).md")
        let page = try Repository.text("docs/runbooks/\(alert.name).md")
        #expect(page.hasPrefix("# \(alert.name)\n"))
        for heading in ["**Meaning.**", "**Impact", "**Ask**", "**The way out.**"] {
            #expect(page.contains(heading), "\(heading) is missing")
        }
        let block = try #require(page.firstMatch(of: /```promql\n([^`]*)```/))
        #expect(block.output.1.split(separator: "\n").count == 3)
    }

    @Test("is tested to fire", arguments: try Alert.all())
    func isTested(_ alert: Alert) throws {
        let tests = try Alert.tests().flatMap(\.cases).joined(separator: "\n")
        let cases = tests.components(separatedBy: "alertname: \(alert.name)\n").dropFirst()
        #expect(cases.contains { $0.split(separator: "\n").first?.hasSuffix("exp_alerts:") == true })
    }

    @Test("has its own runbook, and no runbook is left over")
    func noneIsLeftOver() throws {
        let pages = try Repository.files(in: "docs/runbooks", endingWith: ".md")
        #expect(try pages == Alert.all().map { "docs/runbooks/\($0.name).md" }.sorted())
    }
}
