import Foundation
import TestSupport
import Testing

@testable import arb1d

/// Recordings with a receive clock, of the venues that we speak.
@Suite("Replay of recordings", .enabled(if: Captures.areExpected, "the captures are not here"))
struct ReplayCaptureTests {
    private static let recordings = [
        ("binance", "binance/spot-4symbols-20211012.log"), ("binance", "binance/spot-btcusdt-20240808-30s.log"),
        ("binance-usdm", "binance/usdm-btcusdt-20240808-5s.log"),
        ("binance-usdm", "binance/coinm-btcusd_perp-20240808-5s.log"),
        ("binance", "cross-venue/binance-spot-btcusdt-20240808-quotes-trades.log.gz"),
        ("binance-usdm", "cross-venue/binance-usdm-btcusdt-20240808-quotes-trades.log.gz"),
        ("binance-usdm", "cross-venue/binance-coinm-btcusd_perp-20240808-quotes-trades.log.gz"),
        ("gateio", "gateio/spot-10symbols-20210422.log"),
    ]

    private static func source(_ venue: String, _ path: String) throws -> ReplayRun.Source {
        let directory = try #require(Captures.directory, "the captures are not here")
        return try ReplayBench.source(venue, directory.appending(path: path).path())
    }

    private static func expected() throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Captures.data("expected.json")) as? [String: Any])
    }

    @Test("the same bytes twice, the counts of an independent script, and a closed ledger", arguments: recordings)
    func single(venue: String, path: String) throws {
        let output = try ReplayBench.run([try Self.source(venue, path)])
        #expect(try ReplayBench.run([try Self.source(venue, path)]) == output)
        #expect(output.residuals.count == 6 && output.residuals.allSatisfy { $0.hasSuffix("} 0") })
        let figures = try #require(try Self.expected()[path] as? [String: Any])
        // What the script took for Gate's quotes were tickers, which the adapter does not speak.
        let kinds = venue == "gateio" ? [("trade", "trades")] : [("quote", "quotes"), ("trade", "trades")]
        for (kind, name) in kinds {
            let count = try #require(figures[name] as? Int)
            #expect(output.value("arb1d_feed_events_total{venue=\"\(venue)\",kind=\"\(kind)\"}") == String(count))
        }
        #expect(
            output.value("arb1d_feed_frames_total{venue=\"\(venue)\"}")
                == (figures["received"] as? Int).map(String.init)
        )
    }

    @Test("spot against USD-M gives the spreads of an independent script")
    func spreads() throws {
        let sources = [
            try Self.source(Self.recordings[4].0, Self.recordings[4].1),
            try Self.source("binance-usdm", Self.recordings[5].1),
        ]
        let output = try ReplayBench.run(sources)
        let cross = try #require(
            try Self.expected().first { $0.key.hasPrefix("cross BTCUSDT spot(A)") }?.value as? [String: Any]
        )
        let ways = [("sellA_buyB_pct", "binance", "binance-usdm"), ("sellB_buyA_pct", "binance-usdm", "binance")]
        for (name, sell, buy) in ways {
            let figures = try #require(cross[name] as? [String: Any])
            let pair = try output.pair("BTCUSDT", sell: sell, buy: buy)
            #expect(pair["count"] as? Int == cross["samples"] as? Int)
            for (theirs, ours) in [
                ("first", "first_ratio"), ("last", "last_ratio"), ("min", "least_ratio"), ("max", "greatest_ratio"),
                ("mean", "mean_ratio"),
            ] {
                let ratio = try #require(pair[ours] as? Double)
                // The script rounds its per cents to nine places.
                #expect((ratio * 1e11).rounded() / 1e9 == figures[theirs] as? Double, "\(name) \(theirs)")
            }
        }
        #expect(output.residuals.allSatisfy { $0.hasSuffix("} 0") })
    }
}
