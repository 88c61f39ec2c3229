import Foundation
import TestSupport
import Testing

/// The dashboard as decoded JSON.
struct Board {
    static let path = "deploy/grafana/dashboards/arb1d-overview.json"

    let object: [String: Any]

    static func load() throws -> Board {
        let json = try JSONSerialization.jsonObject(with: Data(Repository.text(self.path).utf8))
        return Board(object: try #require(json as? [String: Any]))
    }

    func text(_ key: String) throws -> String { try #require(self.object[key] as? String) }

    /// All panels, rows too.
    var panels: [[String: Any]] { Dashboard.panels(of: self.object) }

    var rows: [String] { self.panels.filter { $0["type"] as? String == "row" }.compactMap { $0["title"] as? String } }

    /// The panels that show something.
    var charts: [[String: Any]] { self.panels.filter { $0["type"] as? String != "row" } }

    var expressions: [(panel: String, text: String)] {
        self.charts.flatMap { chart in
            let targets = chart["targets"] as? [[String: Any]] ?? []
            return targets.map { (chart["title"] as? String ?? "", $0["expr"] as? String ?? "") }
        }
    }

    var variables: [String: [String: Any]] {
        let list = (self.object["templating"] as? [String: Any])?["list"] as? [[String: Any]] ?? []
        return Dictionary(list.map { ($0["name"] as? String ?? "", $0) }) { first, _ in first }
    }
}

@Suite("The dashboard")
struct DashboardTests {
    let board: Board

    init() throws { self.board = try Board.load() }

    @Test("goes from the general to the special")
    func rows() {
        let expected = [
            "Overview", "Feeds", "Spreads and bands", "Charts", "Alerts and webhooks", "Pipeline and flow", "Process",
        ]
        #expect(self.board.rows == expected)
    }

    @Test("has a fixed uid, and no number that only one Grafana knows")
    func identity() throws {
        #expect(try self.board.text("uid") == "arb1d-overview")
        #expect(self.board.object["id"] == nil)
    }

    @Test("asks whatever Prometheus is chosen")
    func dataSource() throws {
        #expect(self.board.variables["datasource"]?["type"] as? String == "datasource")
        for chart in self.board.charts {
            let targets = try #require(chart["targets"] as? [[String: Any]])
            for part in [chart] + targets {
                let source = part["datasource"] as? [String: Any]
                #expect(source?["uid"] as? String == "${datasource}", "\(chart["title"] ?? "")")
            }
        }
    }

    @Test("can be narrowed to a job, an instance, a venue and a symbol")
    func variables() {
        #expect(Set(self.board.variables.keys) == ["datasource", "job", "instance", "venue", "symbol"])
    }

    @Test("names each panel once, and gives it a unit and an explanation")
    func panels() throws {
        let titles = self.board.charts.compactMap { $0["title"] as? String }
        #expect(titles.count == self.board.charts.count && Set(titles).count == titles.count)
        for chart in self.board.charts {
            let defaults = (chart["fieldConfig"] as? [String: Any])?["defaults"] as? [String: Any]
            #expect(defaults?["unit"] as? String != nil, "\(chart["title"] ?? "")")
            #expect((chart["description"] as? String)?.hasSuffix(".") == true, "\(chart["title"] ?? "")")
        }
    }

    @Test("has unique numbers of panels, and unique letters of queries within one")
    func identifiers() throws {
        let numbers = self.board.panels.compactMap { $0["id"] as? Int }
        #expect(numbers.count == self.board.panels.count && Set(numbers).count == numbers.count)
        for chart in self.board.charts {
            let letters = (chart["targets"] as? [[String: Any]] ?? []).compactMap { $0["refId"] as? String }
            #expect(!letters.isEmpty && Set(letters).count == letters.count, "\(chart["title"] ?? "")")
        }
    }

    @Test("lays no panel over another, nor beyond the edge")
    func layout() throws {
        var taken: [Int: Set<Int>] = [:]
        for panel in self.board.panels {
            let place = try #require(panel["gridPos"] as? [String: Int])
            let (x, y) = (place["x"] ?? -1, place["y"] ?? -1)
            let (width, height) = (place["w"] ?? 0, place["h"] ?? 0)
            #expect(x >= 0 && y >= 0 && width > 0 && height > 0 && x + width <= 24, "\(panel["title"] ?? "")")
            for line in y..<y + height {
                let columns = Set(x..<x + width)
                #expect(taken[line, default: []].isDisjoint(with: columns), "\(panel["title"] ?? "")")
                taken[line, default: []].formUnion(columns)
            }
        }
    }

    @Test("tells jobs and instances apart in every selector")
    func selectors() {
        for (panel, text) in self.board.expressions {
            let names = text.matches(of: /\b(?:arb1d_|process_|scrape_)\w+|\bup\b/)
            for name in names where !text[..<name.range.lowerBound].hasSuffix("\"") {
                let rest = text[name.range.upperBound...]
                #expect(rest.hasPrefix(#"{job=~"$job", instance=~"$instance""#), "\(panel): \(text)")
            }
            #expect(!names.isEmpty, "\(panel): \(text)")
        }
    }

    @Test("shows counters and buckets by their rate only")
    func counters() {
        for (panel, text) in self.board.expressions {
            for counter in text.matches(of: /\b(?:arb1d|process)_\w+(?:_total|_bucket|_count|_sum)\b/) {
                let before = text[..<counter.range.lowerBound]
                #expect(before.hasSuffix("rate(") || before.hasSuffix("increase("), "\(panel): \(text)")
            }
        }
    }

    @Test("rates over the interval that Grafana finds fit, or over all that is shown")
    func intervals() {
        for (panel, text) in self.board.expressions {
            for window in text.matches(of: /\[([^\]]*)\]/) {
                #expect(["$__rate_interval", "$__range"].contains(String(window.output.1)), "\(panel): \(text)")
            }
        }
    }

    @Test("lists its queries with nothing left for Grafana to fill in")
    func listsQueries() throws {
        let queries = try Dashboard.expressions(of: Repository.path(Board.path))
        #expect(queries.count == self.board.expressions.count)
        #expect(queries.allSatisfy { !$0.expression.isEmpty && !$0.expression.contains("$") })
        #expect(queries.allSatisfy { !$0.panel.isEmpty })
    }

    @Test(
        "has its variables replaced, however they are spelt",
        arguments: [
            (#"a{venue=~"$venue"}"#, #"a{venue=~".*"}"#),
            (#"a{venue=~"${venue:regex}", job=~"${job}"}"#, #"a{venue=~".*", job=~".*"}"#),
            ("rate(a[$__rate_interval])", "rate(a[1m])"),
            ("increase(a[$__range]) + rate(a[${__interval}])", "increase(a[5m]) + rate(a[15s])"),
            ("a == 1", "a == 1"),
        ]
    )
    func replacesVariables(_ expression: String, _ expected: String) {
        #expect(Dashboard.replacingVariables(in: expression) == expected)
    }

    @Test("that is no dashboard is an error")
    func noDashboard() throws {
        let scratch = try Scratch()
        let list = try scratch.write("[1]", to: "list.json")
        #expect(throws: Dashboard.Failure.self) { try Dashboard.expressions(of: list) }
        #expect(throws: Dashboard.Failure.self) { try Dashboard.expressions(of: list + ".absent") }
    }
}
