import Core
import Foundation
import Testing
import WireLogs

@testable import arb1d

@Suite("Replay")
struct ReplayTests {
    private typealias Bench = ReplayBench

    private static let golden = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden")

    /// Compares with a golden file, or writes it where `UPDATE_GOLDEN` is set.
    private func expectGolden(_ bytes: [UInt8], _ name: String) throws {
        let file = Self.golden.appending(path: name)
        if ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] != nil { try Data(bytes).write(to: file) }
        let (actual, expected) = (String(decoding: bytes, as: UTF8.self), try String(contentsOf: file, encoding: .utf8))
        let differing = zip(actual.split(separator: "\n"), expected.split(separator: "\n")).first { $0 != $1 }
        #expect(actual == expected, "\(name): first difference \(differing.map { "\($0)" } ?? "in length")")
    }

    private func goldenSources() throws -> [ReplayRun.Source] {
        try ["binance", "binance-usdm", "bybit", "gateio"].map {
            try Bench.source($0, Self.golden.appending(path: "\($0).log").path())
        }
    }

    @Test("four venues' frames, good and bad, give the golden metrics and pairs")
    func goldenResults() throws {
        let configuration = try Configuration.load(
            yaml: """
                venues: {binance: {fee: 0.00075}, bybit: {}}
                points: {every: 0}
                band: {min_points: 3}
                """,
            file: "arb1d.yaml",
            environment: [:]
        )
        let output = try Bench.run(self.goldenSources(), configuration)
        // What a chunk of a window costs is not for here.
        let lines = output.metricLines.filter { !$0.hasPrefix("arb1d_window_bytes{") }
        try self.expectGolden(Array((lines.joined(separator: "\n") + "\n").utf8), "replay.metrics")
        try self.expectGolden(output.pairs, "replay.pairs")
        try self.expectGolden(
            try Bench.run(self.goldenSources(), until: 1_700_000_016_000_000_000).pairs,
            "later.pairs"
        )
    }

    @Test("prints families and label sets in order, and nothing about the machine")
    func order() throws {
        let lines = try Bench.run(self.goldenSources()).metricLines
        let families = lines.filter { $0.hasPrefix("# TYPE ") }.map { $0.split(separator: " ")[2] }
        #expect(families == families.sorted() && Set(families).count == families.count)
        for machine in [
            "process_", "arb1d_build", "arb1d_config", "arb1d_http", "render", "arb1d_log", "pipeline", "end_to",
        ] {
            #expect(!families.contains { $0.contains(machine) })
        }
        for family in families where !lines.contains("# TYPE \(family) histogram") {
            let series = lines.filter { $0.hasPrefix(family + "{") }.map { Array($0.utf8.prefix { $0 != 0x7D }) }
            #expect(series.elementsEqual(series.sorted { $0.lexicographicallyPrecedes($1) }), "\(family)")
        }
    }

    @Test("lines merge by time; equal times come in the order of the arguments")
    func merge() throws {
        let bench = try ReplayBench()
        let first = try bench.log(
            "binance",
            [(1_000, Bench.quote("A", 1, "1.1", "1.2")), (3_000, Bench.quote("A", 3, "1.3", "1.4"))]
        )
        let second = try bench.log(
            "binance",
            [(1_000, Bench.quote("A", 2, "1.2", "1.3")), (2_000, Bench.quote("A", 4, "1.5", "1.6"))]
        )
        let output = try Bench.run([first, second])
        // 1, 2, 4, and then 3, which is out of order.
        #expect(
            output.value(#"arb1d_feed_events_rejected_total{venue="binance",kind="quote",reason="out_of_order"}"#)
                == "1"
        )
        let reversed = try Bench.run([second, first])
        // 2, then 1 out of order, 4, and 3 out of order.
        #expect(
            reversed.value(#"arb1d_feed_events_rejected_total{venue="binance",kind="quote",reason="out_of_order"}"#)
                == "2"
        )
        #expect(reversed.value(#"arb1d_feed_connections{venue="binance",state="live"}"#) == "2")
    }

    @Test("times that go back, of receipt or of the venue, are counted, and every quote is taken")
    func timesGoBack() throws {
        let bench = try ReplayBench()
        let lines = [(1_000, 50), (1_001, 60), (400, 40), (1_002, 70)].enumerated().map { number, times in
            let sides = #""b":"1.\#(number)","B":"1","a":"2","A":"1""#
            let frame = #"{"e":"bookTicker","u":\#(number + 1),"s":"A",\#(sides),"T":\#(times.1),"E":\#(times.1)}"#
            return (Int64(times.0), #"{"stream":"a@bookTicker","data":\#(frame)}"#)
        }
        let output = try Bench.run([try bench.log("binance-usdm", lines)])
        #expect(
            output.value(#"arb1d_feed_exchange_times_backward_total{venue="binance-usdm",kind="quote"}"#) == "1"
        )
        #expect(output.value(#"arb1d_engine_times_raised_total{venue="binance-usdm",order="equal"}"#) == "1")
        #expect(output.value(#"arb1d_window_quotes{venue="binance-usdm"}"#) == "4")
    }

    @Test("a hole in numbered trades is counted, and the leg is not known to stand until its next quote")
    func hole() throws {
        let bench = try ReplayBench()
        let trade = { (number: Int) in
            let facts = #""e":"trade","E":1,"s":"A","t":\#(number),"p":"1.5","q":"1","T":1,"m":false"#
            return #"{"stream":"a@trade","data":{\#(facts)}}"#
        }
        let quotes = [(1_000, Bench.quote("A", 1, "1", "2"))].map { (Int64($0), $1) }
        let trades = [(1_100, trade(7)), (1_200, trade(8)), (1_300, trade(10))].map { (Int64($0), $1) }
        let broken = try Bench.run([try bench.log("binance", quotes + trades)])
        #expect(broken.value(#"arb1d_feed_sequence_gaps_total{venue="binance",stream="trade"}"#) == "1")
        #expect(broken.value(#"arb1d_top_of_book_bid{venue="binance",symbol="A"}"#) == nil)
        let healed = try Bench.run([
            try bench.log("binance", quotes + trades + [(1_400, Bench.quote("A", 2, "1", "2"))])
        ])
        #expect(healed.value(#"arb1d_top_of_book_bid{venue="binance",symbol="A"}"#) == "1")
    }

    @Test("two recordings of a venue share its symbols, and a quote that both have counts once")
    func sameVenueTwice() throws {
        let bench = try ReplayBench()
        let quotes = (1...5).map { (Int64($0) * 1_000, Bench.quote("A", $0, "1.\($0)", "2.\($0)")) }
        let (one, other) = (try bench.log("binance", quotes), try bench.log("binance", quotes))
        let output = try Bench.run([one, other])
        #expect(output.value(#"arb1d_feed_events_total{venue="binance",kind="quote"}"#) == "10")
        #expect(
            output.value(#"arb1d_feed_events_rejected_total{venue="binance",kind="quote",reason="duplicate"}"#) == "5"
        )
        #expect(output.value(#"arb1d_feed_subscriptions{venue="binance",state="live"}"#) == "1")
        #expect(output.value(#"arb1d_top_of_book_bid{venue="binance",symbol="A"}"#) == "1.5")
    }

    @Test("until is inclusive, and the clock ends there")
    func until() throws {
        let bench = try ReplayBench()
        let log = try bench.log("binance", (1...5).map { (Int64($0) * 1_000, Bench.quote("A", $0, "1.\($0)", "2")) })
        let bid = #"arb1d_top_of_book_bid{venue="binance",symbol="A"}"#
        let beats = #"arb1d_heartbeats_total{shard="0",result="completed"}"#
        let cut = try Bench.run([log], until: 3_000_000_000)
        #expect(cut.value(bid) == "1.3" && cut.value(beats) == "3")
        #expect(try Bench.run([log], until: 2_999_999_999).value(bid) == "1.2")
        let late = try Bench.run([log], until: 9_500_000_000)
        #expect(late.value(bid) == "1.5" && late.value(beats) == "10")
        #expect(late.value(#"arb1d_window_span_seconds{venue="binance"}"#) == "8.5")
        let early = try Bench.run([log], until: 500_000_000)
        #expect(early.value(bid) == nil && early.value(beats) == "1")
    }

    @Test("an error names file and line, and one behind the end is never met")
    func errors() throws {
        let bench = try ReplayBench()
        let log = try bench.log("binance", text: "1 < \(Bench.quote("A", 1, "1", "2"))\n2 < {}\nnonsense\n")
        let error = #expect(throws: WireLogError.self) { try Bench.run([log]) }
        #expect(error?.line == 3 && error?.file == log.path)
        #expect(try Bench.run([log], until: 1).value(#"arb1d_feed_frames_total{venue="binance"}"#) == "1")
        let timeless = try bench.log("binance", text: "0 < \(Bench.quote("A", 1, "1", "2"))\n")
        #expect(#expect(throws: WireLogError.self) { try Bench.run([timeless]) }?.line == 1)
    }

    @Test("only the symbols of the configuration are learnt, and every frame is counted once")
    func wantedSymbols() throws {
        let bench = try ReplayBench()
        let log = try bench.log(
            "binance",
            [
                (1, Bench.quote("A", 1, "1", "2")), (2, Bench.quote("B", 1, "1", "2")),
                (3, Bench.quote("", 1, "1", "2")), (4, Bench.quote("C", 1, "1x", "2")), (5, "{"),
            ]
        )
        var configuration = Configuration.defaults
        configuration.symbols = ["A", "C"]
        let output = try Bench.run([log], configuration)
        #expect(output.value(#"arb1d_feed_frames_total{venue="binance"}"#) == "5")
        #expect(output.value(#"arb1d_feed_events_total{venue="binance",kind="quote"}"#) == "3")
        #expect(
            output.value(#"arb1d_feed_events_rejected_total{venue="binance",kind="quote",reason="unknown_symbol"}"#)
                == "2"
        )
        #expect(output.value(#"arb1d_feed_frames_rejected_total{venue="binance",reason="malformed"}"#) == "2")
        #expect(output.value(#"arb1d_top_of_book_bid{venue="binance",symbol="A"}"#) == "1")
        #expect(output.residuals.allSatisfy { $0.hasSuffix("} 0") } && !output.residuals.isEmpty)
    }

    @Test("an empty recording is no error, and gives no pair")
    func empty() throws {
        let bench = try ReplayBench()
        let output = try Bench.run([try bench.log("binance", text: "")])
        #expect(output.pairs.isEmpty)
        #expect(output.value(#"arb1d_heartbeats_total{shard="0",result="sent"}"#) == "0")
    }
}
