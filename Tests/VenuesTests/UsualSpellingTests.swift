import Core
import TestSupport
import Testing

@testable import Venues

/// A frame in its venue's usual spelling is read another way than all others: both ways must say the same.
@Suite("Usual spelling")
struct UsualSpellingTests {
    /// One venue's two ways, each of the frame alone: its events, or `nil` where it is refused.
    struct Ways: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let frame: String
        let isUsual: @Sendable ([UInt8]) -> Bool
        let decode: @Sendable ([UInt8]) -> EventBuffer?
        let decodeAny: @Sendable ([UInt8]) -> EventBuffer?
    }

    private static let symbols = table(["BTCUSDT", "BTC_USDT"])
    private static let now = Timestamp(nanoseconds: 7)

    private static func events(_ body: (inout EventBuffer) throws(FrameError) -> Void) -> EventBuffer? {
        var events = EventBuffer()
        do throws(FrameError) { try body(&events) } catch { return nil }
        return events
    }

    private static func binance(_ name: String, _ market: MarketKind, _ frame: String) -> Ways {
        let decoder = BinanceDecoder(symbols: Self.symbols, market: market)
        return Ways(
            testDescription: name,
            frame: frame,
            isUsual: { decoder.usualQuote($0.span, Self.now) != nil },
            decode: { frame in
                Self.events { (events) throws(FrameError) in
                    try decoder.decode(frame.span, receivedAt: Self.now, into: &events)
                }
            },
            decodeAny: { frame in
                Self.events { (events) throws(FrameError) in
                    try decoder.decodeAny(frame.span, receivedAt: Self.now, into: &events)
                }
            }
        )
    }

    private static let gateIo = Ways(
        testDescription: "gateio",
        frame: #"{"time":1682689046,"time_ms":1682689046142,"channel":"spot.book_ticker","event":"update","#
            + #""result":{"t":1682689046131,"u":517377894,"s":"BTC_USDT","#
            + #""b":"0.010326","B":"0.001","a":"0.010366","A":"10"}}"#,
        isUsual: { GateIoAdapter(symbols: Self.symbols).usualQuote($0.span, Self.now) != nil },
        decode: { frame in
            var adapter = GateIoAdapter(symbols: Self.symbols)
            return Self.events { (events) throws(FrameError) in
                try adapter.decode(frame.span, receivedAt: Self.now, into: &events)
            }
        },
        decodeAny: { frame in
            let adapter = GateIoAdapter(symbols: Self.symbols)
            return Self.events { (events) throws(FrameError) in
                try adapter.decodeAny(frame.span, receivedAt: Self.now, into: &events)
            }
        }
    )

    private static let bybit = Ways(
        testDescription: "bybit",
        frame: #"{"topic":"orderbook.1.BTCUSDT","ts":1786639170499,"type":"snapshot","data":{"s":"BTCUSDT","#
            + #""b":[["63040.8","3.323"]],"a":[["63040.90","4.600"]],"u":31071061,"seq":763537012912},"#
            + #""cts":1786639170498}"#,
        isUsual: { BybitQuote(usual: $0.span) != nil },
        decode: { frame in
            var adapter = BybitAdapter(symbols: Self.symbols)
            return Self.events { (events) throws(FrameError) in
                try adapter.decode(frame.span, receivedAt: Self.now, into: &events)
            }
        },
        decodeAny: { frame in
            var adapter = BybitAdapter(symbols: Self.symbols)
            return Self.events { (events) throws(FrameError) in
                try adapter.decodeAny(frame.span, receivedAt: Self.now, into: &events)
            }
        }
    )

    static let ways: [Ways] = [
        Self.binance(
            "binance",
            .spot,
            #"{"stream":"btcusdt@bookTicker","data":{"u":50093245758,"s":"BTCUSDT","#
                + #""b":"61829.76000000","B":"3.88902000","a":"61829.77000000","A":"0.07145000"}}"#
        ),
        Self.binance(
            "binance-usdm",
            .perpetual,
            #"{"stream":"btcusdt@bookTicker","data":{"e":"bookTicker","u":5123108020541,"s":"BTCUSDT","b":"61807.90","#
                + #""B":"10.678","a":"61808.00","A":"0.831","T":1723161258671,"E":1723161258672}}"#
        ),
        Self.bybit, Self.gateIo,
    ]

    @Test(
        "a venue's quote is in its usual spelling, and means what the reader of all spellings makes of it",
        arguments: ways
    )
    func frames(ways: Ways) throws {
        let frame = Array(ways.frame.utf8)
        #expect(ways.isUsual(frame))
        #expect(ways.decode(frame)?.count == 1)
        #expect(ways.decode(frame) == ways.decodeAny(frame))
        // One blank more is as good a frame, and none of the usual spelling.
        let spaced = Array(ways.frame.replacing("},", with: "} ,").replacing("}}", with: "} }").utf8)
        #expect(!ways.isUsual(spaced))
        #expect(ways.decode(spaced) == ways.decode(frame))
    }

    @Test("other numbers, names and broken frames mean the same both ways", arguments: ways, Seeds.fresh(2))
    func changedFrames(ways: Ways, seed: UInt64) {
        var generator = SplitMix64(seed: seed)
        var usual = 0
        for _ in 0..<2_000 {
            let frame = Self.changed(Array(ways.frame.utf8), &generator)
            if ways.isUsual(frame) {
                usual += 1
                // Whoever takes such a frame need not check that it is UTF-8.
                #expect(frame.allSatisfy { $0 < 0x80 }, "ARB1D_SEED=\(seed)")
            }
            if ways.decode(frame) != ways.decodeAny(frame) {
                Issue.record("ARB1D_SEED=\(seed): \(String(decoding: frame, as: UTF8.self))")
            }
        }
        #expect(usual > 50)
    }

    /// One to three bytes changed, put in or taken out; more often than not where a digit stands.
    private static func changed(_ frame: [UInt8], _ generator: inout SplitMix64) -> [UInt8] {
        var frame = frame
        for _ in 0..<generator.int(1...3) {
            let digits = frame.indices.filter { frame[$0] &- UInt8(ascii: "0") < 10 }
            let index =
                generator.oneIn(4) ? generator.int(0...frame.count - 1) : digits.randomElement(using: &generator)
            guard let index else { continue }
            let bytes = Array(generator.oneIn(3) ? #".-+eE"\,:{}[] Aé"#.utf8 : "0123456789".utf8)
            let byte = bytes[generator.int(0...bytes.count - 1)]
            switch generator.int(0...3) {
            case 0: frame.insert(contentsOf: Array(repeating: byte, count: generator.oneIn(8) ? 20 : 1), at: index)
            case 1: frame.remove(at: index)
            default: frame[index] = byte
            }
        }
        return frame
    }

    @Test(
        "recorded quotes are in the usual spelling",
        .enabled(if: Captures.areExpected, "the captures are not here"),
        arguments: [
            ("binance", "binance/spot-btcusdt-20240808-30s.log", "@bookTicker"),
            ("binance", "binance/spot-4symbols-20211012.log", "@bookTicker"),
            ("binance-usdm", "binance/usdm-btcusdt-20240808-5s.log", "@bookTicker"),
            ("bybit", "bybit/v5-frames-live-seen-2025-2026.log", "orderbook.1."),
            ("gateio", "gateio/frames-live-seen-2026.log", "spot.book_ticker"),
        ]
    )
    func recordings(venue: String, path: String, mark: String) throws {
        let ways = try #require(Self.ways.first { $0.testDescription == venue })
        let quotes = try Captures.received(path).map(\.bytes).filter {
            let text = String(decoding: $0, as: UTF8.self)
            return text.contains(mark) && !text.contains("subscribe")
        }
        #expect(!quotes.isEmpty)
        for quote in quotes where !ways.isUsual(quote) {
            Issue.record("another spelling: \(String(decoding: quote, as: UTF8.self))")
        }
    }
}
