import Core
import Foundation
import TestSupport
import Testing
import Venues

/// A small seeded generator (SplitMix64), so that a failure can be played again.
private struct Seeded: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        self.state &+= 0x9E37_79B9_7F4A_7C15
        var value = self.state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}

@Suite("Hostile frames")
struct FuzzTests {
    /// `ARB1D_SEED` plays a failure again.
    private static let seed: UInt64 =
        ProcessInfo.processInfo.environment["ARB1D_SEED"].flatMap { UInt64($0) } ?? .random(in: 0 ... .max)

    /// Frames of every kind that the adapters know, for machines without captures.
    private static let frames: [String] = [
        #"{"stream":"btcusdt@bookTicker","data":{"u":5,"s":"X","b":"1.50","B":"2.00","a":"1.60","A":"3.00"}}"#,
        #"{"e":"trade","E":9,"T":8,"s":"X","t":5,"p":"1.5","q":"2","X":"MARKET","m":false}"#,
        #"{"code":2,"msg":"Invalid \"request\"","id":"7"}"#,
        #"{"topic":"orderbook.1.X","ts":9,"type":"snapshot","data":{"s":"X","b":[["1","2"]],"a":[["3","4"]],"u":5},"cts":8}"#,
        #"{"topic":"publicTrade.X","type":"snapshot","data":[{"i":"9","T":7,"p":"1","v":"2","S":"Buy"},{"i":"a","T":8,"p":1,"v":2,"S":"Sell"}]}"#,
        #"{"success":true,"ret_msg":"subscribe","conn_id":"c","req_id":"12","op":"subscribe"}"#,
        #"{"time":1,"channel":"spot.book_ticker","event":"update","result":{"t":5,"u":7,"s":"X","b":"1","B":"2","a":"3","A":"4"}}"#,
        #"{"time":1,"channel":"spot.trades","event":"update","result":{"id":1,"create_time_ms":"5.25","side":"sell","currency_pair":"\u0058","amount":"1","price":"2"}}"#,
        #"{"error":{"code":2,"message":"n\u00f6"},"channel":"spot.trades","event":"subscribe","result":null,"id":4}"#,
    ]

    private static func corpus() throws -> [[UInt8]] {
        var corpus = Self.frames.map { Array($0.utf8) }
        guard Captures.directory != nil else { return corpus }
        for venue in ["binance", "bybit", "gateio"] {
            for path in try Captures.paths(in: venue) where path.hasSuffix(".log") && !path.contains("OBSOLETE") {
                corpus += try Captures.received(path).prefix(40).map(\.bytes)
            }
        }
        return corpus
    }

    private func mutated(_ frame: [UInt8], _ generator: inout Seeded) -> [UInt8] {
        var frame = frame
        for _ in 0..<Int.random(in: 1...4, using: &generator) {
            guard !frame.isEmpty else { break }
            let index = Int.random(in: 0..<frame.count, using: &generator)
            switch Int.random(in: 0..<6, using: &generator) {
            case 0: frame.removeSubrange(index...)
            case 1: frame[index] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
            case 2: frame[index] = .random(in: 0 ... .max, using: &generator)
            case 3: frame.remove(at: index)
            case 4:
                let bytes = Array(#"{}[]",:\u0e-.9"#.utf8)
                frame.insert(bytes[Int.random(in: 0..<bytes.count, using: &generator)], at: index)
            default:
                let end = Int.random(in: index...frame.count, using: &generator)
                frame.insert(contentsOf: frame[index..<end], at: Int.random(in: 0...frame.count, using: &generator))
            }
        }
        return frame
    }

    private func attack<Adapter: VenueAdapter>(_ type: Adapter.Type, _ corpus: [[UInt8]], rounds: Int) {
        var generator = Seeded(state: Self.seed)
        var adapter = Adapter(symbols: table(["X", "BTCUSDT", "BTC_USDT"]))
        var events = EventBuffer()
        for _ in 0..<rounds {
            let frame = self.mutated(corpus[Int.random(in: 0..<corpus.count, using: &generator)], &generator)
            events.removeAll(keepingCapacity: true)
            events.append(.control(.pong))  // What stood there before must stand there after.
            do throws(FrameError) {
                try adapter.decode(frame.span, receivedAt: Timestamp(nanoseconds: 1), into: &events)
                // Whatever we accept, an independent parser accepts as well.
                if !self.isJSON(frame) { Issue.record("accepted what is not JSON: \(self.shown(frame))") }
                self.expectInFrame(events, frame)
            } catch {
                if events != [.control(.pong)] { Issue.record("appended and threw: \(self.shown(frame))") }
            }
        }
    }

    /// Foundation keeps other limits on numbers and lone surrogates, so only frames without those are compared.
    private func isJSON(_ frame: [UInt8]) -> Bool {
        if frame.contains(UInt8(ascii: "\\")) || frame.contains(where: { $0 | 0x20 == UInt8(ascii: "e") }) {
            return true
        }
        return (try? JSONSerialization.jsonObject(with: Data(frame), options: .fragmentsAllowed)) != nil
    }

    private func expectInFrame(_ events: EventBuffer, _ frame: [UInt8]) {
        for case .control(.refused(_, let text)) in events where text.upperBound > frame.count {
            Issue.record("a text outside of its frame: \(self.shown(frame))")
        }
    }

    private func shown(_ frame: [UInt8]) -> String {
        "ARB1D_SEED=\(Self.seed) \(String(decoding: frame, as: UTF8.self))"
    }

    @Test("mutated frames never trap, and leave no event behind when they throw")
    func mutations() throws {
        print("fuzz: ARB1D_SEED=\(Self.seed)")
        let corpus = try Self.corpus()
        self.attack(BinanceAdapter.self, corpus, rounds: 15_000)
        self.attack(BinanceUSDMAdapter.self, corpus, rounds: 15_000)
        self.attack(BybitAdapter.self, corpus, rounds: 15_000)
        self.attack(GateIoAdapter.self, corpus, rounds: 15_000)
    }

    @Test("every truncation of a frame is malformed", arguments: Self.frames)
    func truncations(frame: String) {
        let bytes = Array(frame.utf8)
        for length in 0..<bytes.count {
            for adapter in VenueRegistry.all { self.expectMalformed(adapter, Array(bytes[..<length])) }
        }
    }

    private func expectMalformed<Adapter: VenueAdapter>(_ type: Adapter.Type, _ frame: [UInt8]) {
        var (adapter, decoded) = (Adapter(symbols: table(["X"])), Decoded())
        decoded.feed(frame, to: &adapter)
        #expect((decoded.malformed, decoded.events.count, decoded.unknownTypes) == (1, 0, 0))
    }

    @Test("mutated REST bodies never trap")
    func restBodies() {
        var generator = Seeded(state: Self.seed)
        let bodies = [
            #"{"symbols":[{"symbol":"X","status":"TRADING","baseAsset":"A","quoteAsset":"B","permissions":["SPOT"]}]}"#,
            #"{"retCode":0,"retMsg":"OK","result":{"list":[{"symbol":"X","bid1Price":"1","turnover24h":"5"}]}}"#,
            #"[{"id":"X","currency_pair":"X","base":"A","quote":"B","trade_status":"tradable","quote_volume":"1"}]"#,
        ].map { Array($0.utf8) }
        for _ in 0..<5_000 {
            let body = self.mutated(bodies[Int.random(in: 0..<bodies.count, using: &generator)], &generator)
            for adapter in VenueRegistry.all {
                _ = try? adapter.catalog.listing(body.span)
                _ = try? adapter.catalog.quoteVolumes(body.span)
                _ = try? adapter.catalog.serverTime(body.span)
                _ = try? adapter.catalog.bookTickers(body.span, symbols: table(["X"]), requestedAt: .never)
            }
        }
    }
}
