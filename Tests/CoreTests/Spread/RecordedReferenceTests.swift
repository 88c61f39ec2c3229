import Foundation
import TestSupport
import Testing

@testable import Core

/// Spot against USD-M as it was recorded: engine and reference agree to the last bit, in both directions.
@Suite(
    "Spread engine against its reference on recordings",
    .enabled(if: Captures.areExpected, "the captures are not here")
)
struct RecordedReferenceTests {
    /// The reference sorts all points of a band at every point, so it gets fewer quotes where each makes one.
    private static let slots = (settings: settings(every: 100 * millisecond), quotes: 12_000)
    private static let everyQuote = (settings: settings(every: 0), quotes: 1_500)
    private static let bySell = (settings: settings(every: 0, bySellOnly: true, maxAge: 2 * second), quotes: 2_000)

    private static func settings(
        every: Int64,
        bySellOnly: Bool = false,
        maxAge: Int64? = nil
    ) -> ReferenceEngine.Settings {
        ReferenceEngine.Settings(
            every: every,
            bySellOnly: bySellOnly,
            maxAge: maxAge,
            bandPoints: 200,
            bandMaxAge: 900 * second,
            minPoints: 50,
            upper: 97,
            lower: 3
        )
    }

    @Test("with a point in each slot")
    func defaults() throws { try self.compare(Self.slots.settings, quotes: Self.slots.quotes) }

    @Test("with a point at every quote")
    func everyQuote() throws { try self.compare(Self.everyQuote.settings, quotes: Self.everyQuote.quotes) }

    @Test("with the points and the tolerance of the predecessor")
    func bySell() throws { try self.compare(Self.bySell.settings, quotes: Self.bySell.quotes) }

    private func compare(_ settings: ReferenceEngine.Settings, quotes: Int) throws {
        let recorded = try RecordedQuotes.crossVenue()
        // From where both venues have begun to speak.
        let start = try #require(recorded.firstIndex { $0.instrument == 1 })
        var random = SplitMix64(seed: 1)
        var run = try EngineRun(recorded: settings, &random)
        for begin in stride(from: start, to: start + quotes, by: 100) {
            let part = recorded[begin..<min(begin + 100, start + quotes)]
            run.apply(part.map { run.script.follow($0.quote, of: $0.instrument, at: $0.receivedAt) })
            guard (begin - start) % 500 == 0 else { continue }
            let differences = run.differences()
            #expect(differences.isEmpty)
            if !differences.isEmpty { return }
        }
        #expect(run.differences().isEmpty)
        #expect(run.differentPoints(&random).isEmpty)
        #expect(run.sum("points") > 100)
        #expect(run.reference.pairs.allSatisfy { $0.band != nil }, "both directions have a band")
    }
}

/// Recorded book tickers, read with the system's JSON and no line of ours.
private struct RecordedQuotes {
    struct Quote {
        let instrument: Int
        let receivedAt: Timestamp
        let quote: ScriptedQuote
    }

    private struct Frame: Decodable {
        struct Ticker: Decodable {
            let u: UInt64
            let b, B, a, A: String
        }
        let stream: String
        let data: Ticker
    }

    /// Both venues' quotes in the order of receive time; spot is instrument 0.
    static func crossVenue() throws -> [Quote] {
        let files = ["spot", "usdm"].map { "cross-venue/binance-\($0)-btcusdt-20240808-quotes-trades.log.gz" }
        let quotes = try files.enumerated().flatMap { instrument, file in try self.read(file, instrument) }
        return quotes.sorted { ($0.receivedAt, $0.instrument) < ($1.receivedAt, $1.instrument) }
    }

    /// As many as the longest comparison may need.
    private static func read(_ file: String, _ instrument: Int) throws -> [Quote] {
        let decoder = JSONDecoder()
        let marker = Array("@bookTicker".utf8)
        return try Captures.received(file).filter { $0.bytes.prefix(64).contains(marker) }.prefix(12_000).map { frame in
            let ticker = try decoder.decode(Frame.self, from: Data(frame.bytes)).data
            let prices = self.whole([ticker.b, ticker.a])
            let sizes = self.whole([ticker.B, ticker.A])
            let quote = ScriptedQuote(
                bid: prices.values[0],
                ask: prices.values[1],
                places: prices.places,
                bidSize: sizes.values[0],
                askSize: sizes.values[1],
                sizePlaces: sizes.places,
                sequence: ticker.u
            )
            return Quote(instrument: instrument, receivedAt: Timestamp(nanoseconds: frame.receivedAt), quote: quote)
        }
    }

    /// Decimals as whole units of the smallest of their places.
    private static func whole(_ texts: [String]) -> (values: [Int64], places: Int) {
        let parts = texts.map { $0.split(separator: ".", omittingEmptySubsequences: false).map(String.init) }
        let places = parts.map { $0.count > 1 ? $0[1].count : 0 }.max() ?? 0
        let values = parts.map { part in
            let fraction = part.count > 1 ? part[1] : ""
            return Int64(part[0] + fraction + String(repeating: "0", count: places - fraction.count)) ?? .min
        }
        return (values, places)
    }
}
