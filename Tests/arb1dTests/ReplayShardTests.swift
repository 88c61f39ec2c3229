import Core
import Foundation
import TestSupport
import Testing

@testable import arb1d

@Suite("Replay with several engines")
struct ReplayShardTests {
    private static let counts = [2, 4, 11]

    private func configuration(_ yaml: String, shards: Int) throws -> Configuration {
        try Configuration.load(
            yaml: "venues: {binance: {fee: 0}, bybit: {fee: 0.00001}}\n" + yaml,
            file: "arb1d.yaml",
            environment: ["ARB1D_ENGINE_SHARDS": String(shards)]
        )
    }

    /// The first line that is not the same, for people.
    private func difference(_ one: ReplayOutput, _ many: ReplayOutput) -> String? {
        for (left, right) in [(one.metrics, many.metrics), (one.pairs, many.pairs)] where left != right {
            let lines = [left, right].map { String(decoding: $0, as: UTF8.self).split(separator: "\n") }
            return zip(lines[0], lines[1]).first { $0 != $1 }.map { "\($0)" } ?? "in length"
        }
        return nil
    }

    @Test("prints the same bytes whatever their number, of a market that does everything", arguments: Seeds.fresh(2))
    func market(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let bench = try ReplayBench()
        let sources = try RecordedDay(&random).sources(bench)
        let yaml = """
            points: {every: \(random.oneIn(2) ? "0" : "100ms")}
            band: {min_points: 3, max_age: 20s}
            window: {span: 60s}
            opportunities: {enter: 0.0005, min_notional: 0, cross_market: true}
            """
        let one = try ReplayBench.run(sources, self.configuration(yaml, shards: 1))
        for shards in Self.counts {
            let many = try ReplayBench.run(sources, self.configuration(yaml, shards: shards))
            #expect(self.difference(one, many) == nil, "\(shards)")
        }
        // It does: not all of it in each recording, but most.
        let moved = [
            #"arb1d_points_total{sell_venue="binance",buy_venue="bybit"}"#,
            #"arb1d_opportunities_total{sell_venue="binance",buy_venue="bybit"}"#,
            #"arb1d_window_evicted_quotes_total{venue="binance",reason="age"}"#,
            #"arb1d_window_trades{venue="bybit"}"#, #"arb1d_legs_stale_total{venue="bybit",reason="subscription"}"#,
            #"arb1d_engine_times_raised_total{venue="binance",order="equal"}"#,
            #"arb1d_feed_quotes_flagged_total{venue="bybit",flag="repeat"}"#,
            #"arb1d_feed_frames_rejected_total{venue="binance",reason="malformed"}"#,
        ]
        for series in moved { #expect((one.value(series).flatMap(Double.init) ?? 0) > 0, "\(series)") }
        #expect(one.residuals.count == 6 && one.residuals.allSatisfy { $0.hasSuffix("} 0") })
    }

    @Test("has one budget for the windows of all, whatever their number", arguments: Seeds.fresh(1))
    func windowBudget(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let bench = try ReplayBench()
        let sources = try RecordedDay(&random).sources(bench)
        var outputs: [ReplayOutput] = []
        for shards in [1, 3] {
            var configuration = try self.configuration("", shards: shards)
            configuration.engine.windowMaxBytes = 10_000
            outputs.append(try ReplayBench.run(sources, configuration))
        }
        #expect(self.difference(outputs[0], outputs[1]) == nil)
        let bytes = ["binance", "binance-usdm", "bybit"].compactMap {
            outputs[0].value("arb1d_window_bytes{venue=\"\($0)\"}").flatMap(Int.init)
        }
        // As of the last heartbeat, behind which nothing came.
        #expect(bytes.count == 3 && bytes.reduce(0, +) <= 10_000 && bytes.reduce(0, +) > 5_000)
        let evicted = #"arb1d_window_evicted_quotes_total{venue="binance",reason="budget"}"#
        #expect((outputs[0].value(evicted).flatMap(Double.init) ?? 0) > 100)
        #expect(outputs[0].residuals.allSatisfy { $0.hasSuffix("} 0") })
    }

    @Test("prints the same bytes of recordings whatever their number", .enabled(if: Captures.areExpected))
    func recordings() throws {
        let directory = try #require(Captures.directory, "the captures are not here")
        let sources = try [
            ("binance", "binance/spot-btcusdt-20240808-30s.log"), ("gateio", "gateio/spot-10symbols-20210422.log"),
            ("binance-usdm", "binance/usdm-btcusdt-20240808-5s.log"),
        ].map { try ReplayBench.source($0, directory.appending(path: $1).path()) }
        // They are of different years: with little to expire, little of the silence between them is lived through.
        let short = "window: {span: 10s}\nband: {max_age: 5s}\nchart: {span: 5s}\n"
        let one = try ReplayBench.run(sources, self.configuration(short, shards: 1))
        for shards in [2, 4] {
            let many = try ReplayBench.run(sources, self.configuration(short, shards: shards))
            #expect(self.difference(one, many) == nil, "\(shards)")
        }
        #expect(!one.pairs.isEmpty && one.residuals.allSatisfy { $0.hasSuffix("} 0") })
    }
}

/// Some minutes of three venues with the same symbols: quotes, repeats, trades, and now and then what is broken.
private struct RecordedDay {
    private static let symbols = (0..<14).map { "S\($0)USDT" }
    private var lines: [String: [(Int64, String)]] = ["binance": [], "binance-usdm": [], "bybit": []]
    private var milliseconds: Int64 = 1_700_000_000_000
    private var number = 0
    /// What Bybit says again, by symbol.
    private var said: [String: String] = [:]

    init(_ random: inout SplitMix64) {
        for _ in 0..<1_500 {
            switch random.int(0...99) {
            case 0...39: break  // Several at one instant.
            case 40...97: self.milliseconds += Int64(random.int(1...200))
            case 98: self.milliseconds += Int64(random.int(2_000...9_000))
            default: self.milliseconds += Int64(random.int(10_000...40_000))
            }
            let venue = ["binance", "binance-usdm", "bybit"][random.int(0...2)]
            let frame = self.frame(of: venue, &random)
            self.lines[venue]?.append((self.milliseconds, frame))
        }
    }

    func sources(_ bench: ReplayBench) throws -> [ReplayRun.Source] {
        try self.lines.sorted { $0.key < $1.key }.map { try bench.log($0.key, $0.value) }
    }

    private mutating func frame(of venue: String, _ random: inout SplitMix64) -> String {
        self.number += 1
        let symbol = Self.symbols[random.int(0...Self.symbols.count - 1)]
        if random.oneIn(40) { return "{" }
        if venue == "bybit", random.oneIn(5), let said = self.said[symbol] { return said }
        let bid = 100_000 + random.int(-60...60) * (random.oneIn(40) ? 500 : 1)
        let (low, high) = (Self.price(bid), Self.price(bid + random.int(-1...40)))
        let size = "\(random.int(1...9))"
        if venue == "bybit" {
            if random.oneIn(8) {
                let facts = #""i":"\#(self.number)","T":1,"p":"\#(low)","v":"\#(size)","S":"Buy","BT":false"#
                let data = #"[{\#(facts),"s":"\#(symbol)"}]"#
                return #"{"topic":"publicTrade.\#(symbol)","ts":1,"type":"snapshot","data":\#(data)}"#
            }
            let sides = #""b":[["\#(low)","\#(size)"]],"a":[["\#(high)","1"]]"#
            let data = #"{"s":"\#(symbol)",\#(sides),"u":\#(self.number),"seq":\#(self.number)}"#
            let frame = #"{"topic":"orderbook.1.\#(symbol)","ts":1,"type":"snapshot","data":\#(data),"cts":1}"#
            self.said[symbol] = frame
            return frame
        }
        let facts = #""u":\#(self.number),"s":"\#(symbol)","b":"\#(low)","B":"\#(size)","a":"\#(high)","A":"1""#
        let usual = venue == "binance" ? facts : #""e":"bookTicker","T":1,"E":1,"# + facts
        return #"{"stream":"x@bookTicker","data":{\#(usual)}}"#
    }

    private static func price(_ cents: Int) -> String { "\(cents / 100).\(cents % 100 < 10 ? "0" : "")\(cents % 100)" }
}
