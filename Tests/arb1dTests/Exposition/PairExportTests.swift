import Chart
import Testing

@testable import arb1d

@Suite("The export of pairs")
struct PairExportTests {
    private static let perPair = [
        "arb1d_cross_spread_ratio", "arb1d_cross_spread_net_ratio", "arb1d_cross_spread_notional",
        "arb1d_band_upper_ratio", "arb1d_band_lower_ratio", "arb1d_band_width_ratio",
    ]
    private static let perInstrument = ["arb1d_top_of_book_bid", "arb1d_top_of_book_ask"]

    private func dropped(_ scrape: [String], _ family: String) -> Double? {
        let prefix = "arb1d_metrics_series_dropped_total{family=\"\(family)\"} "
        return scrape.first { $0.hasPrefix(prefix) }.flatMap { Double($0.dropFirst(prefix.count)) }
    }

    /// Every family of pairs shows the same pairs, and there is a top of book of their legs and of no others.
    private func expectWhole(_ scrape: [String], _ pairs: Set<String>) {
        for family in Self.perPair { #expect(ExportStage.pairs(scrape, family) == pairs, "\(family)") }
        let legs = Set(
            pairs.flatMap { pair in
                let words = pair.split(separator: " ")
                return words.dropFirst().map { "\($0) \(words[0])" }
            }
        )
        for family in Self.perInstrument { #expect(ExportStage.pairs(scrape, family) == legs, "\(family)") }
    }

    @Test("shows all pairs while they fit, also those that came since the last look")
    func all() {
        // 3 symbols are 6 pairs and 6 instruments: 48 series.
        let stage = ExportStage(symbols: 2, room: 48)
        self.expectWhole(stage.scrape(), ["S0 A B", "S0 B A", "S1 A B", "S1 B A"])
        stage.list(2..<3)
        let scrape = stage.scrape()
        self.expectWhole(scrape, ["S0 A B", "S0 B A", "S1 A B", "S1 B A", "S2 A B", "S2 B A"])
        for family in Self.perPair + Self.perInstrument { #expect(self.dropped(scrape, family) == 0) }
    }

    @Test("shows the best that fit where not all do, each of them whole, and counts what it leaves out")
    func best() {
        let stage = ExportStage(symbols: 10, room: 60)
        let scrape = stage.scrape()
        // Ten series a pair: six pairs have room, four of them for the best, two for those who are about to leave.
        self.expectWhole(scrape, ["S9 A B", "S8 A B", "S7 A B", "S6 A B"])
        for family in Self.perPair { #expect(self.dropped(scrape, family) == 16) }
        for family in Self.perInstrument { #expect(self.dropped(scrape, family) == 12) }
        let again = stage.scrape()
        #expect(self.dropped(again, "arb1d_cross_spread_ratio") == 32)
        // The headline tells of all of them.
        #expect(scrape.contains("arb1d_pairs{sell_venue=\"A\",buy_venue=\"B\",state=\"fresh\"} 10"))
        #expect(scrape.contains { $0.hasPrefix("arb1d_cross_spread_net_max_ratio{sell_venue=\"B\",buy_venue=\"A\"} ") })
    }

    @Test("never shows more series than there is room for, however the ranking turns", arguments: [7, 25, 60, 95])
    func room(room: Int) {
        let stage = ExportStage(symbols: 12, room: room)
        for turn in 0..<40 {
            for symbol in 0..<12 { stage.quote(symbol, net: Int64((symbol * 7 + turn * 5) % 12)) }
            stage.pass(seconds: 10)
            let scrape = stage.scrape()
            let series = scrape.count { line in
                (Self.perPair + Self.perInstrument).contains { line.hasPrefix($0 + "{") }
            }
            #expect(series <= room)
        }
    }

    @Test("top: N shows the N best, lets one go after five minutes, and does not miss the others")
    func top() {
        let stage = ExportStage(symbols: 10, Configuration.SeriesChoice(pairs: .top(2)))
        self.expectWhole(stage.scrape(), ["S9 A B", "S8 A B"])
        stage.quote(0, net: 50)
        stage.pass(seconds: 1)
        self.expectWhole(stage.scrape(), ["S9 A B", "S8 A B", "S0 A B"])
        stage.pass(seconds: 299)
        #expect(ExportStage.pairs(stage.scrape()).contains("S8 A B"))
        stage.pass(seconds: 1)
        let scrape = stage.scrape()
        self.expectWhole(scrape, ["S9 A B", "S0 A B"])
        #expect(self.dropped(scrape, "arb1d_cross_spread_ratio") == 0)
    }

    @Test("a list shows its pairs and those of always, and counts those that have no room")
    func list() {
        let keys = ["S0:A:B", "S1:B:A", "S5:A:B", "NONE:A:B"].compactMap(ChartKey.init)
        let always = ["S2:A:B", "S0:A:B"].compactMap(ChartKey.init)
        let choice = Configuration.SeriesChoice(pairs: .list(keys), always: always)
        self.expectWhole(
            ExportStage(symbols: 6, choice).scrape(),
            ["S0 A B", "S1 B A", "S2 A B", "S5 A B"]
        )
        let scrape = ExportStage(symbols: 6, choice, room: 20).scrape()
        self.expectWhole(scrape, ["S2 A B", "S0 A B"])
        #expect(self.dropped(scrape, "arb1d_band_upper_ratio") == 2)
    }

    @Test("a stale leg and a delisted symbol are gone in the next scrape, whole")
    func vanishing() {
        let stage = ExportStage(symbols: 3)
        stage.becomeStale(0)
        var scrape = stage.scrape()
        #expect(ExportStage.pairs(scrape) == ["S1 A B", "S1 B A", "S2 A B", "S2 B A"])
        for family in Self.perPair { #expect(!ExportStage.pairs(scrape, family).contains { $0.hasPrefix("S0 ") }) }
        #expect(ExportStage.pairs(scrape, "arb1d_top_of_book_bid").isDisjoint(with: ["A S0"]))
        stage.delist(1)
        scrape = stage.scrape()
        for family in Self.perPair { #expect(ExportStage.pairs(scrape, family) == ["S2 A B", "S2 B A"]) }
        #expect(ExportStage.pairs(scrape, "arb1d_top_of_book_bid").isDisjoint(with: ["A S1"]))
        stage.quote(0, net: 1)
        #expect(ExportStage.pairs(stage.scrape()).contains("S0 A B"))
    }

    @Test("what leaves the windows is counted by reason: for its age, and with its instrument")
    func windowExits() {
        func exits(_ scrape: [String], _ reason: String) -> Double {
            let prefix = "arb1d_window_evicted_quotes_total{venue=\"A\",reason=\"\(reason)\"} "
            return scrape.first { $0.hasPrefix(prefix) }.flatMap { Double($0.dropFirst(prefix.count)) } ?? -1
        }
        let stage = ExportStage(symbols: 1)
        stage.beat()
        #expect(exits(stage.scrape(), "age") == 0)
        for net in 0..<50 { stage.quote(0, net: Int64(net)) }
        stage.pass(seconds: 600)
        for net in 0..<50 { stage.quote(0, net: Int64(net)) }
        stage.beat()
        #expect(exits(stage.scrape(), "age") > 0)
        #expect(exits(stage.scrape(), "delisted") == 0)
        stage.delist(0)
        stage.beat()
        #expect(exits(stage.scrape(), "delisted") > 0)
    }

    @Test("exports the limit")
    func limit() {
        let stage = ExportStage(symbols: 1, Configuration.SeriesChoice(limit: 777))
        #expect(stage.scrape().contains("arb1d_metrics_series_limit 777"))
    }
}

@Suite("The budget of series")
struct SeriesBudgetTests {
    @Test("as many pairs as are said to fit do fit, and one more does not", arguments: [0, 5, 10, 49, 100, 1_234])
    func mostPairs(room: Int) {
        for instruments in [0, 1, 3, 10, 50, 500] {
            let budget = SeriesBudget(limit: room + 7, fixed: 7)
            let most = budget.mostPairs(instruments: instruments)
            #expect(budget.fits(pairs: most, instruments: min(2 * most, instruments)) || most == 0)
            #expect(!budget.fits(pairs: most + 1, instruments: min(2 * (most + 1), instruments)))
        }
    }

    @Test("has no room below what is always there")
    func none() { #expect(SeriesBudget(limit: 5, fixed: 7).room == 0) }
}
