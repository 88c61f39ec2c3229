import Core
import TestSupport
import Testing
import Venues

/// Recordings of single frames, for which no script counted: what each must give, read off by hand.
@Suite("Single recorded frames", .enabled(if: Captures.areExpected, "the captures are not here"))
struct CapturedFrameTests {
    private func decoded<Adapter: VenueAdapter>(
        _ type: Adapter.Type,
        _ path: String,
        _ symbols: [String]
    ) throws -> Decoded {
        var (adapter, decoded) = (Adapter(symbols: table(symbols)), Decoded())
        for frame in try Captures.received(path) { decoded.feed(frame.bytes, to: &adapter) }
        return decoded
    }

    @Test("Binance: answers, notices of the end and events of the documentation")
    func binanceDocumentation() throws {
        let decoded = try self.decoded(
            BinanceAdapter.self,
            "binance/frames-docs.log",
            ["BNBUSDT", "BNBBTC", "BTCUSDT"]
        )
        #expect(decoded.controls.count { $0 == .shutdownAnnounced } == 2)
        #expect(decoded.controls.count { $0 == .notice } == 1)
        #expect(decoded.controls.filter { if case .acknowledged = $0 { true } else { false } }.count == 3)
        #expect(decoded.controls.filter { if case .refused = $0 { true } else { false } }.count == 5)
        #expect(decoded.quotes.map(line).first == "25.3519×31.21 25.3652×40.66 #400900217 @never")
        #expect(decoded.trades.map(line).first == "sell 0.001×100 #12345 @1672515782136")
        #expect((decoded.quotes.count, decoded.trades.count, decoded.unknownTypes) == (2, 2, 0))
    }

    @Test("Binance: recorded frames of all markets")
    func binanceAllMarkets() throws {
        let path = "binance/all-markets-cryptomsgparser-2021-2022.log"
        let symbols = ["BTCUSDT", "XMRUSD_PERP", "BALUSDT", "ETHUSD_PERP", "ETHUSDT"]
        let decoded = try self.decoded(BinanceUSDMAdapter.self, path, symbols)
        #expect(
            decoded.quotes.map(line) == [
                "29010.9×13.94302 29010.91×3.99953 #19575390521 @never",
                "172.74×86 172.81×25 #462118190224 @1653811915499",
                "6.718×16.2 6.719×3.7 #1553205153844 @1653812037547",
                "1776.25×10779 1776.26×37544 #462169572570 @1653817930434",
                "1778.54×15.164 1778.55×7.289 #1553413152520 @1653817855284",
            ]
        )
        #expect(decoded.trades.count == 2)
        #expect(decoded.rejects == [.unknownSymbol, .unknownSymbol, .unknownSymbol])
        #expect(decoded.unknownTypes == 32)
    }

    @Test("Bybit: a snapshot and a one-sided delta of 2023, and trades of two symbols")
    func bybitSpot2023() throws {
        let path = "bybit/v5-spot-tardis-20230405.log"
        let decoded = try self.decoded(BybitAdapter.self, path, ["BTCUSDT", "BTCUSDC"])
        #expect(
            decoded.quotes.map(line) == [
                "28165.07×0.175231 28165.08×0.996816 #20404754 @1680652806504",
                "28165.07×0.166754 28165.08×0.996816 #20404755 @1680652806615",
            ]
        )
        #expect(decoded.trades.count == 5)
        #expect(decoded.trades.first.map(line) == "sell 28165.38×0.041732 #2290000000050703789 @1680652847524")
        #expect(decoded.trades.last.map(line) == "buy 28528.98×0.00433 #2240000000041223438 @1680688979998")
        #expect(decoded.unknownTypes == 2)  // orderbook.50
    }

    @Test("Bybit: a delta of several levels sets the side that it names with a size")
    func bybitLinear() throws {
        let decoded = try self.decoded(BybitAdapter.self, "bybit/v5-linear-tardis.log", ["BTCUSDT"])
        #expect(
            decoded.quotes.map(line) == [
                "28552×0.047 28552.1×25.433 #7003305 @1680673820717",
                "28552×0.012 28552.1×25.433 #7003306 @1680673821137",
                "27991.7×0.777 27994.4×0.058 #1188472 @1682092584425",
            ]
        )
        #expect(decoded.rejects.count == 4)  // Trades of BTCUSD and LTCUSDT.
        #expect(decoded.unknownTypes == 7)
    }

    @Test("Bybit: live frames of 2025 and 2026 with the engine's time, refusals and a relay's other symbol")
    func bybitLive() throws {
        let path = "bybit/v5-frames-live-seen-2025-2026.log"
        let decoded = try self.decoded(BybitAdapter.self, path, ["BTCUSDT"])
        #expect(decoded.quotes.count == 5)
        #expect(decoded.quotes.first.map(line) == "106285.8×0.794865 106285.9×1.269905 #943951 @1748980103098")
        #expect(decoded.quotes.last.map(line) == "86635.4×33.169 86635.5×6.989 #14766676 @1790133763508")
        #expect(decoded.trades.count == 4)
        #expect(decoded.trades.allSatisfy { $0.id == 0 })  // UUIDs
        #expect(decoded.controls.count == 5)
        #expect(decoded.unknownTypes == 1)
    }

    @Test("Gate: recorded quotes and trades of five years", arguments: ["frames-live-seen-2026", "frames-docs"])
    func gate(file: String) throws {
        let symbols = ["BTC_USDT", "SOL_USD", "GT_USDT"]
        let decoded = try self.decoded(GateIoAdapter.self, "gateio/\(file).log", symbols)
        let live = file == "frames-live-seen-2026"
        #expect(
            decoded.quotes.map(line) == [
                live
                    ? "118.91×13.548 118.99×65.556 #48123156 @1790134391753"
                    : "19177.79×0.0003341504 19179.38×0.09 #48733182 @1606293275123"
            ]
        )
        #expect(
            decoded.trades.map(line) == [
                live
                    ? "sell 77474×0.000021 #217831625 @1788336082402+208000ns"
                    : "sell 0.4705×16.47 #309143071 @1606292218213+457800ns"
            ]
        )
        #expect(decoded.controls.contains(.pong))
        #expect(decoded.unknownTypes == (live ? 2 : 1))
    }
}
