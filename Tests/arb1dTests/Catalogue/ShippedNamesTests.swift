import Foundation
import Metrics
import TestSupport
import Testing

@testable import arb1d

/// Dashboards, rules and pages name what there is.
@Suite("What is shipped names only metrics, labels and values that exist")
struct ShippedNamesTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
    /// What Prometheus and its scrape configuration add.
    private static let foreignLabels: Set = ["job", "instance", "le", "alertname", "severity"]

    private let families: [String: Catalogue.Family]

    init() throws {
        let catalogue = try ShowMetrics.catalogue(ShowMetrics.everything, file: "")
        self.families = Dictionary(uniqueKeysWithValues: catalogue.families.map { ($0.description.name, $0) })
    }

    private static func files(in folder: String, endingWith suffix: String) throws -> [URL] {
        try FileManager.default.contentsOfDirectory(
            at: self.root.appending(path: folder),
            includingPropertiesForKeys: nil
        )
        .filter { $0.lastPathComponent.hasSuffix(suffix) }.sorted { $0.path < $1.path }
    }

    private static func text(_ file: URL) throws -> String { try String(contentsOf: file, encoding: .utf8) }

    private func family(ofSample name: String) -> Catalogue.Family? {
        if let family = self.families[name] { return family }
        let suffixes = ["_bucket", "_sum", "_count"].filter(name.hasSuffix)
        let family = suffixes.first.flatMap { self.families[String(name.dropLast($0.count))] }
        return family?.description.kind == .histogram ? family : nil
    }

    /// What is wrong with an expression.
    private func complaints(_ text: String, recorded: Set<String>) -> [String] {
        let names = PromQLNames(text)
        var complaints = names.recorded.subtracting(recorded).map { "\($0) is recorded by no rule" }
        var labels = Self.foreignLabels.union(names.made)
        for selector in names.selectors {
            guard let family = self.family(ofSample: selector.name) else {
                complaints.append("\(selector.name) does not exist")
                continue
            }
            labels.formUnion(family.labels)
            complaints += self.complaints(selector, family)
        }
        // A recorded series has the labels that its own rule left it.
        if names.recorded.isEmpty {
            complaints += names.grouped.subtracting(labels).map { "no metric here has the label \($0)" }
        }
        return complaints
    }

    private func complaints(_ selector: PromQLNames.Selector, _ family: Catalogue.Family) -> [String] {
        selector.matchers.flatMap { matcher -> [String] in
            if Self.foreignLabels.contains(matcher.label) { return [] }
            guard family.labels.contains(matcher.label) else {
                return ["\(selector.name) has no label \(matcher.label)"]
            }
            guard let known = family.values[matcher.label], !matcher.value.contains("$") else { return [] }
            let isPattern = matcher.operation.hasSuffix("~")
            let values = isPattern ? matcher.value.split(separator: "|").map(String.init) : [matcher.value]
            return values.filter { !known.contains($0) && $0.allSatisfy { $0.isLetter || $0 == "_" } }
                .map { "\(selector.name) has no \(matcher.label) \($0)" }
        }
    }

    private var recorded: Set<String> {
        get throws {
            let texts = try Self.files(in: "deploy/prometheus/rules", endingWith: ".yml").map(Self.text)
            return Set(texts.joined().matches(of: /- record: (\S+)/).map { String($0.output.1) })
        }
    }

    @Test("in every rule")
    func rules() throws {
        let recorded = try self.recorded
        var count = 0
        for file in try Self.files(in: "deploy/prometheus/rules", endingWith: ".yml") {
            for rule in try Self.text(file).components(separatedBy: "\n      - ").dropFirst() {
                let lines = rule.split(separator: "\n").filter { !$0.trimmingPrefix(/\s+/).hasPrefix("#") }
                let expression = lines.joined(separator: "\n")
                #expect(self.complaints(expression, recorded: recorded).isEmpty, "\(lines.first ?? "")")
                count += 1
            }
        }
        #expect(count > 10)
    }

    @Test("in every panel and variable of a dashboard")
    func dashboards() throws {
        let recorded = try self.recorded
        for file in try Self.files(in: "deploy/grafana/dashboards", endingWith: ".json") {
            let queries = try Dashboard.expressions(of: file.path)
            #expect(queries.count > 20)
            for (panel, expression) in queries {
                #expect(self.complaints(expression, recorded: recorded).isEmpty, "\(file.lastPathComponent): \(panel)")
            }
            let variables = try Self.text(file).matches(of: /label_values\(([^"]*)\)/).map { String($0.output.1) }
            for variable in variables where variable.contains("arb1d_") {
                let parts = variable.components(separatedBy: ", ")
                let family = self.family(ofSample: String(parts[0].prefix { $0 != "{" }))
                #expect(family != nil, "\(variable)")
                let label = parts.last ?? ""
                let exists = family?.labels.contains(label) == true || Self.foreignLabels.contains(label)
                #expect(exists, "\(variable)")
            }
        }
    }

    @Test("in the tests of the rules, whose series are made up")
    func ruleTests() throws {
        for file in try Self.files(in: "deploy/prometheus/tests", endingWith: ".yml") {
            let series = try Self.text(file).matches(of: /series: '?(\S[^'\n]*)'?/).map { String($0.output.1) }
            #expect(!series.isEmpty)
            for each in series {
                #expect(
                    try self.complaints(each, recorded: self.recorded).isEmpty,
                    "\(file.lastPathComponent): \(each)"
                )
            }
        }
    }

    @Test("on every page")
    func pages() throws {
        let files = try Self.files(in: "docs", endingWith: ".md") + Self.files(in: "docs/runbooks", endingWith: ".md")
        let pages = files + [Self.root.appending(path: "README.md"), Self.root.appending(path: "deploy/README.md")]
        for file in pages {
            for selector in try PromQLNames(Self.text(file)).selectors {
                // A page may speak of all families that begin so.
                if selector.name.hasSuffix("_") { continue }
                #expect(self.family(ofSample: selector.name) != nil, "\(file.lastPathComponent): \(selector.name)")
                guard let family = self.family(ofSample: selector.name) else { continue }
                #expect(self.complaints(selector, family).isEmpty, "\(file.lastPathComponent)")
            }
        }
    }

    @Test("and in the design, which names every family that there is")
    func design() throws {
        let text = try Self.text(Self.root.appending(path: "ARCHITECTURE.md"))
        let words = Set(text.matches(of: /`(_?\w+)`/).map { String($0.output.1) })
        for name in self.families.keys where !name.hasPrefix("process_") {
            // Families of one stem share it: `arb1d_channel_depth`, `_capacity`.
            let isNamed = words.contains(name) || words.contains { $0.hasPrefix("_") && name.hasSuffix($0) }
            #expect(isNamed, "\(name)")
        }
    }

    @Test(
        "and a wrong one is found",
        arguments: [
            ("rate(arb1d_feed_frame_total[5m])", "arb1d_feed_frame_total does not exist"),
            ("arb1d_feed_frames_total_bucket", "arb1d_feed_frames_total_bucket does not exist"),
            ("arb1d_pairs{status=\"stale\"}", "arb1d_pairs has no label status"),
            ("arb1d_pairs{state=~\"fresh|old\"}", "arb1d_pairs has no state old"),
            ("sum by (venue) (arb1d_pairs)", "no metric here has the label venue"),
            ("venue:arb1d_none:ratio > 1", "venue:arb1d_none:ratio is recorded by no rule"),
        ]
    )
    func wrong(expression: String, complaint: String) {
        #expect(self.complaints(expression, recorded: []) == [complaint])
    }

    @Test(
        "and a right one is not",
        arguments: [
            "sum by (job, instance, venue) (rate(arb1d_end_to_end_seconds_bucket{le=\"0.02\"}[5m]))",
            "label_replace(arb1d_health_check_status == 0, \"venue\", \"$1\", \"check\", \"venue:(.+)\")",
            "arb1d_flow_dropped_total{stage=\"webhook\",reason!=\"shutdown\"}",
        ]
    )
    func right(expression: String) { #expect(self.complaints(expression, recorded: []).isEmpty) }
}
