import Chart
import Testing

@testable import arb1d

@Suite("The configuration of series")
struct SeriesConfigurationTests {
    private static let venues = "venues: {binance: {}, bybit: {}}\n"

    private func load(_ yaml: String, _ environment: [String: String] = [:]) throws -> Configuration {
        try Configuration.load(yaml: Self.venues + yaml, file: "arb1d.yaml", environment: environment)
    }

    @Test("exports all pairs while they fit into 50,000 series, when nothing is said")
    func defaults() throws {
        let expected = Configuration.SeriesChoice(
            limit: 50_000,
            pairs: .auto,
            always: [],
            libraries: 1_000,
            showsCreated: false
        )
        #expect(try self.load("").series == expected)
    }

    @Test(
        "says which pairs",
        arguments: [
            ("auto", Configuration.PairChoice.auto), ("all", .all), ("{top: 25}", .top(25)),
            ("[A:binance:bybit]", .list([ChartKey(symbol: "A", exchange1: "binance", exchange2: "bybit")])),
            ("[]", .list([])),
        ]
    )
    func pairs(text: String, choice: Configuration.PairChoice) throws {
        let always = "[B:bybit:binance]"
        let yaml = "metrics: {series_limit: 1000, pairs: \(text), always: \(always)}\n"
        let configuration = try self.load(yaml)
        #expect(configuration.series.pairs == choice)
        #expect(configuration.series.limit == 1_000)
        #expect(configuration.series.always.map(\.symbol) == ["B"])
        // What `config` prints reads back to the same.
        let printed = try Configuration.load(yaml: configuration.yaml, file: "arb1d.yaml", environment: [:])
        #expect(printed.series == configuration.series)
    }

    @Test("says how much room libraries have, and whether creation times are shown")
    func further() throws {
        let configuration = try self.load("metrics: {library_series: 0, created_timestamps: true}\n")
        #expect(configuration.series.libraries == 0 && configuration.series.showsCreated)
        let printed = try Configuration.load(yaml: configuration.yaml, file: "arb1d.yaml", environment: [:])
        #expect(printed.series == configuration.series)
        let environment = ["ARB1D_METRICS_LIBRARY_SERIES": "7", "ARB1D_METRICS_CREATED_TIMESTAMPS": "true"]
        let series = try self.load("", environment).series
        #expect(series.libraries == 7 && series.showsCreated)
    }

    @Test("takes the environment's word over the file's")
    func environment() throws {
        let environment = [
            "ARB1D_METRICS_PAIRS": "A:binance:bybit,B:bybit:binance", "ARB1D_METRICS_SERIES_LIMIT": "200",
        ]
        let series = try self.load("metrics: {pairs: all}\n", environment).series
        #expect(series.pairs == .list(["A:binance:bybit", "B:bybit:binance"].compactMap(ChartKey.init)))
        #expect(series.limit == 200)
        #expect(try self.load("", ["ARB1D_METRICS_PAIRS_TOP": "7"]).series.pairs == .top(7))
    }

    @Test(
        "names what is wrong, and the remedy",
        arguments: [
            ("pairs: every", "metrics.pairs: \"every\" is no pair; write auto, all, {top: 100}, or a list of"),
            ("pairs: [A:binance:kraken]", "metrics.pairs: \"kraken\" is not among the venues"),
            ("pairs: {top: 0}", "metrics.pairs.top: \"0\" does not fit; write a whole number from 1"),
            ("pairs: {best: 5}", "metrics.pairs.best: unknown key"),
            ("always: [A]", "metrics.always: \"A\" is no pair"),
            ("library_series: -1", "metrics.library_series: \"-1\" does not fit"),
            ("created_timestamps: 1", "metrics.created_timestamps: \"1\" does not fit; write true or false"),
            ("series_limit: 10", "metrics.series_limit: \"10\" does not fit"),
        ]
    )
    func problems(yaml: String, words: String) throws {
        let error = #expect(throws: ConfigurationError.self) { try self.load("metrics: {\(yaml)}\n") }
        #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
    }

    @Test("wants one of a number and a list")
    func both() throws {
        let error = #expect(throws: ConfigurationError.self) {
            try self.load("metrics: {pairs: {top: 5}}\n", ["ARB1D_METRICS_PAIRS": "all"])
        }
        #expect(error?.description.contains("metrics.pairs.top: given together with metrics.pairs") == true)
    }
}
