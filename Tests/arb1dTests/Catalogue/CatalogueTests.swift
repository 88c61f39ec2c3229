import Foundation
import Metrics
import Testing

@testable import arb1d

@Suite("The catalogue of metrics")
struct CatalogueTests {
    private static let page = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appending(path: "docs/metrics.md")
    private static let twoVenues = "venues: {binance: {}, bybit: {}}\n"

    private func catalogue(_ yaml: String) throws -> Catalogue {
        try ShowMetrics.catalogue(
            Configuration.load(yaml: Self.twoVenues + yaml, file: "arb1d.yaml", environment: [:]),
            file: "arb1d.yaml"
        )
    }

    @Test("docs/metrics.md is what `arb1d metrics` prints")
    func page() throws {
        let outcome = try Outcome.of(["metrics"])
        #expect(outcome.status == 0, "\(outcome.complaint)")
        if ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] != nil {
            try Data(outcome.output.utf8).write(to: Self.page)
        }
        let expected = try String(contentsOf: Self.page, encoding: .utf8)
        let differing = zip(outcome.output.split(separator: "\n"), expected.split(separator: "\n")).first { $0 != $1 }
        #expect(outcome.output == expected, "UPDATE_GOLDEN=1 writes it; \(differing.map { "\($0)" } ?? "its length")")
    }

    @Test("--format json says the same for programs")
    func json() throws {
        let outcome = try Outcome.of(["metrics", "--format", "json"])
        let json = try JSONSerialization.jsonObject(with: Data(outcome.output.utf8))
        let families = try #require((json as? [String: Any])?["families"] as? [[String: Any]])
        let catalogue = try ShowMetrics.catalogue(ShowMetrics.everything, file: "")
        #expect(families.compactMap { $0["name"] as? String } == catalogue.families.map(\.description.name))
        let spreads = families.first { $0["name"] as? String == "arb1d_cross_spread_ratio" }
        #expect(spreads?["type"] as? String == "gauge" && spreads?["unit"] as? String == "ratio")
        let pairs = try #require(families.first { $0["name"] as? String == "arb1d_pairs" })
        let labels = try #require(pairs["labels"] as? [[String: Any]])
        #expect(labels.compactMap { $0["name"] as? String } == ["sell_venue", "buy_venue", "state"])
        #expect((labels[2]["values"] as? [String])?.contains("stale") == true)
        #expect(labels[0]["values"] == nil)
        #expect((json as? [String: Any])?["library_series"] as? Int == 1_000)
        let total = families.compactMap { $0["maximum_series"] as? Int }.reduce(1_000, +)
        #expect((json as? [String: Any])?["maximum_series"] as? Int == total)
    }

    @Test("every family has a help text, a name with its unit last, and labels that are known")
    func style() throws {
        let known: Set = [
            "venue", "symbol", "sell_venue", "buy_venue", "stage", "channel", "shard", "state", "reason", "kind",
            "flag", "order", "stream", "change", "route", "method", "code", "to", "side", "result", "loop", "family",
            "format",
            "level", "check", "alert", "receiver", "certificate",
        ]
        let facts: Set = ["arb1d_build_info", "arb1d_config_info", "arb1d_shard_info"]
        for family in try ShowMetrics.catalogue(ShowMetrics.everything, file: "").families {
            let (name, description) = (family.description.name, family.description)
            #expect(description.help.hasSuffix("."), "\(name): \(description.help)")
            #expect(facts.contains(name) || known.isSuperset(of: description.labels), "\(name)")
            if description.kind == .histogram { #expect(family.unit != nil, "\(name)") }
        }
    }

    @Test("the worst case is what discovery.max_instruments and the choice of pairs let there be")
    func maxima() throws {
        func exported(_ yaml: String) throws -> (pairs: Int, instruments: Int, total: Int) {
            let catalogue = try self.catalogue(yaml)
            return (catalogue.maxima.exportedPairs, catalogue.maxima.exportedInstruments, catalogue.maximum)
        }
        let few = try exported("discovery: {max_instruments: 10}\n")
        #expect(few.pairs == 20 && few.instruments == 20)
        // One more instrument a venue: six series for each of its two pairs, two for each of its two tops of book.
        #expect(try exported("discovery: {max_instruments: 11}\n").total == few.total + 2 * 6 + 2 * 2)
        #expect(try exported("discovery: {max_instruments: 10, symbols: [A, B]}\n").pairs == 4)
        let top = try exported("metrics: {pairs: {top: 10}}\n")
        #expect(top.pairs == 15 && top.instruments == 30)
        let listed = try exported("metrics: {pairs: [A:binance:bybit], always: [B:binance:bybit, A:binance:bybit]}\n")
        #expect(listed.pairs == 2 && listed.instruments == 4)
        let full = try exported("discovery: {max_instruments: 100000}\n")
        #expect(full.total <= 50_000 && full.total > 49_980)
    }

    @Test("all pairs that cannot fit are an error of check-config, and so are a list and a limit that are too small")
    func problems() throws {
        func problems(_ yaml: String) throws -> [String] {
            let configuration = try Configuration.load(
                yaml: Self.twoVenues + yaml,
                file: "arb1d.yaml",
                environment: [:]
            )
            return try ShowMetrics.catalogue(configuration, file: "").problems(configuration).map(\.description)
        }
        #expect(try problems("metrics: {pairs: all}\n").isEmpty)
        #expect(try problems("discovery: {max_instruments: 100000}\n").isEmpty)
        let all = try problems("metrics: {pairs: all}\ndiscovery: {max_instruments: 100000}\n")
        #expect(all.first?.hasPrefix("metrics.pairs: asks for up to 200000 pairs, and ") == true, "\(all)")
        let fixed = try self.catalogue("").maxima.budget.fixed
        let list = try problems("metrics: {series_limit: \(fixed + 15), pairs: [A:binance:bybit, B:binance:bybit]}\n")
        #expect(
            list.first?.contains("asks for up to 2 pairs, and metrics.series_limit has room for 1") == true,
            "\(list)"
        )
        let none = try problems("metrics: {series_limit: 100}\n")
        #expect(none.first?.hasPrefix("metrics.series_limit: 100 is less than the \(fixed) series") == true, "\(none)")
    }

    @Test("creation times are series of counters and histograms, and so take room when they are asked for")
    func created() throws {
        let (without, with) = (try self.catalogue(""), try self.catalogue("metrics: {created_timestamps: true}\n"))
        for (before, after) in zip(without.families, with.families) {
            let added = after.maximum - before.maximum
            switch before.description.kind {
            case .counter: #expect(added == before.maximum, "\(before.description.name)")
            case .histogram: #expect(added > 0 && added * 10 < before.maximum, "\(before.description.name)")
            case .gauge, .info, .stateset: #expect(added == 0, "\(before.description.name)")
            }
        }
        #expect(with.maxima.budget.fixed > without.maxima.budget.fixed)
    }

    @Test("the metrics of libraries have their room before those of pairs")
    func libraries() throws {
        let (none, some) = (try self.catalogue("metrics: {library_series: 0}\n"), try self.catalogue(""))
        #expect(some.maxima.budget.fixed == none.maxima.budget.fixed + 1_000)
        #expect(some.budget.contains(/metrics of libraries at most +1000\n/))
    }

    @Test("check-config and run refuse what does not fit, and --budget shows why")
    func commands() throws {
        let file = try TemporaryFile(Self.twoVenues + "metrics: {pairs: all, series_limit: 5000}\n")
        let check = try Outcome.of(["check-config", "--config", file.path])
        #expect(check.status == ExitStatus.checkFailed)
        #expect(check.complaint.hasPrefix("arb1d: \(file.path): metrics.pairs: asks for up to 2000 pairs"))
        let run = try Outcome.of(["run", "--config", file.path])
        #expect(run.status == ExitStatus.configuration)
        #expect(run.complaint == check.complaint)
        let budget = try Outcome.of(["metrics", "--budget", "--config", file.path])
        #expect(budget.status == ExitStatus.checkFailed)
        #expect(budget.output.contains("metrics.series_limit"))
        let good = try TemporaryFile(Self.twoVenues + "metrics: {pairs: {top: 5}}\n")
        let fits = try Outcome.of(["metrics", "--budget", "--config", good.path])
        #expect(fits.status == 0, "\(fits.complaint)")
        let figures = fits.output.split(separator: "\n").compactMap {
            $0.split(separator: " ").last.flatMap { Int($0) }
        }
        #expect(figures.count > 50)
        let total = fits.output.firstMatch(of: /series at most +(\d+)/).flatMap { Int($0.output.1) }
        #expect(figures.dropLast(6).reduce(0, +) == total)
    }
}
