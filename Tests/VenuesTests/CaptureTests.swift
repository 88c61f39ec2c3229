import Core
import TestSupport
import Testing
import Venues

@Suite("Recorded sessions", .enabled(if: Captures.areExpected, "the captures are not here"))
struct CaptureTests {
    @Test(
        "Binance spot recordings decode to what an independent script found",
        arguments: [
            "binance/spot-4symbols-20211012.log", "binance/spot-btcusdt-20240808-30s.log",
            "cross-venue/binance-spot-btcusdt-20240808-quotes-trades.log.gz",
        ]
    )
    func binanceSpot(path: String) throws {
        let decoded = try expectAgreement(BinanceAdapter.self, with: path)
        #expect(decoded.quotes.allSatisfy { $0.exchangeTime == .never })
    }

    /// COIN-M speaks the same protocol: a symbol of its own table decodes by the same code.
    @Test(
        "Binance perpetual recordings decode to what an independent script found",
        arguments: [
            "binance/usdm-btcusdt-20240808-5s.log", "binance/coinm-btcusd_perp-20240808-5s.log",
            "cross-venue/binance-usdm-btcusdt-20240808-quotes-trades.log.gz",
            "cross-venue/binance-coinm-btcusd_perp-20240808-quotes-trades.log.gz",
        ]
    )
    func binancePerpetual(path: String) throws {
        let decoded = try expectAgreement(BinanceUSDMAdapter.self, with: path)
        #expect(decoded.controls.isEmpty)
        // The recorder's clock ran 1.2 s behind the venue's: the lag is negative, and stays so.
        #expect(decoded.quotes.allSatisfy { $0.receivedAt.nanoseconds(since: $0.exchangeTime) < 0 })
    }

    @Test("frames of the other streams in a Binance recording are counted and ignored")
    func binanceOtherStreams() throws {
        let decoded = try expectAgreement(BinanceAdapter.self, with: "binance/spot-btcusdt-20240808-30s.log")
        #expect(decoded.unknownTypes == 300)  // 299 depth updates and one partial book.
    }

    /// The answers count its `spot.tickers` frames as quotes. That channel has no sizes and no update number, and we do
    /// not subscribe to it: its frames must be ignored, and the trades must agree.
    @Test("the Gate recording decodes to the trades that an independent script found")
    func gateSpot() throws {
        let path = "gateio/spot-10symbols-20210422.log"
        let decoded = try expectAgreement(GateIoAdapter.self, with: path, comparesQuotes: false)
        #expect(decoded.quotes.isEmpty)
        let frames = try Captures.received(path)
        let updates = frames.count { $0.text.contains(#""event":"update""#) }
        let tickers = frames.count { $0.text.contains(#""channel":"spot.tickers","event":"update""#) }
        #expect(tickers == (try ExpectedCapture.load(path)).quotes)
        #expect(decoded.unknownTypes == updates - decoded.trades.count)
        #expect(decoded.controls.count == frames.count - updates)
        #expect(decoded.controls.allSatisfy { $0 == .acknowledged(request: nil) })
    }

    @Test(
        "every single frame that was quoted anywhere is well-formed to its adapter",
        arguments: ["binance", "bybit", "gateio"]
    )
    func singleFrames(venue: String) throws {
        let logs = try Captures.paths(in: venue).filter { $0.hasSuffix(".log") && !$0.contains("OBSOLETE") }
        #expect(!logs.isEmpty)
        let adapter = try #require(VenueRegistry.adapter(named: venue))
        for path in logs {
            let decoded = try Self.decodeAll(adapter, path)
            #expect(decoded.malformed == 0, "\(path)")
            #expect(decoded.events.count + decoded.unknownTypes > 0, "\(path)")
        }
    }

    private static func decodeAll<Adapter: VenueAdapter>(_ type: Adapter.Type, _ path: String) throws -> Decoded {
        var (adapter, decoded) = (Adapter(symbols: table(["BTCUSDT", "BTC_USDT"])), Decoded())
        for frame in try Captures.received(path) { decoded.feed(frame.bytes, to: &adapter) }
        return decoded
    }

    @Test("obsolete recordings exist, and cannot be opened")
    func obsoleteStayClosed() throws {
        let obsolete = try Captures.paths(in: "bybit").filter { $0.contains("OBSOLETE") }
        #expect(!obsolete.isEmpty)
        for path in obsolete { #expect(throws: Captures.Failure.self) { try Captures.data(path) } }
    }
}
