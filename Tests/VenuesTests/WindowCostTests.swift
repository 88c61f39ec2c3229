import Core
import Foundation
import TestSupport
import Testing
import Venues

/// What the windows cost for recorded quotes and trades, all storage and its index counted.
@Suite("Windows of recorded markets", .enabled(if: Captures.areExpected, "the captures are not here"))
struct WindowCostTests {
    static let recordings = [
        "binance/spot-4symbols-20211012.log",
        "binance/spot-btcusdt-20240808-30s.log",
        "binance/usdm-btcusdt-20240808-5s.log",
        "binance/coinm-btcusd_perp-20240808-5s.log",
        "cross-venue/binance-spot-btcusdt-20240808-quotes-trades.log.gz",
        "cross-venue/binance-usdm-btcusdt-20240808-quotes-trades.log.gz",
        "cross-venue/binance-coinm-btcusd_perp-20240808-quotes-trades.log.gz",
    ]

    @Test("a quote costs at most 8 bytes, at recorded rates and at 4 a second", arguments: Self.recordings)
    func quotes(path: String) throws {
        let recording = try Recording(path)
        let elements = recording.decoded.quotes.map { quote in
            Recording.Element(quote.instrument, quote.receivedAt) { .quote(quote.later(by: $0)) }
        }
        for (rate, elements) in [("recorded", elements), ("4/s", elements.thinned(to: 250_000_000))] {
            let cost = try recording.cost(of: elements)
            print("  \(path), \(rate): \(String(format: "%.2f", cost)) bytes a quote")
            #expect(cost <= 8, "\(rate)")
        }
    }

    @Test("a trade costs at most 14 bytes", arguments: Self.recordings)
    func trades(path: String) throws {
        let recording = try Recording(path)
        let elements = recording.decoded.trades.map { trade in
            Recording.Element(trade.instrument, trade.receivedAt) { .trade(trade.later(by: $0)) }
        }
        let cost = try recording.cost(of: elements)
        print("  \(path): \(String(format: "%.2f", cost)) bytes a trade")
        #expect(cost <= 14)
    }
}

/// A recording that can be played again and again, until the windows are as full as they get.
private struct Recording {
    struct Element {
        let instrument: InstrumentIndex
        let receivedAt: Timestamp
        let payload: (_ later: Int64) -> RawElement.Payload

        init(_ instrument: InstrumentIndex, _ receivedAt: Timestamp, payload: @escaping (Int64) -> RawElement.Payload) {
            (self.instrument, self.receivedAt, self.payload) = (instrument, receivedAt, payload)
        }
    }

    /// Enough to see what a loud market costs.
    private static let mostElements = 40_000

    let symbols: [String]
    let decoded: Decoded

    init(_ path: String) throws {
        self.symbols = try ExpectedCapture.load(path).symbols.keys.sorted()
        let isSpot = path.contains("spot")
        self.decoded =
            isSpot
            ? try Self.decode(BinanceAdapter.self, path, self.symbols)
            : try Self.decode(BinanceUSDMAdapter.self, path, self.symbols)
    }

    private static func decode<Adapter: VenueAdapter>(
        _ type: Adapter.Type,
        _ path: String,
        _ symbols: [String]
    ) throws -> Decoded {
        var (adapter, decoded) = (Adapter(symbols: table(symbols)), Decoded())
        for frame in try Captures.received(path) { decoded.feed(frame.bytes, at: frame.receivedAt, to: &adapter) }
        return decoded
    }

    /// Bytes an element, when as many are held as a window of half an hour ever holds.
    func cost(of elements: [Element]) throws -> Double {
        let (first, last) = (try #require(elements.first), try #require(elements.last))
        let length = last.receivedAt.nanoseconds(since: first.receivedAt) + 250_000_000
        let half = try #require(Quantile(try decimal("0.5")))
        var universe = Universe(venues: [VenueEntry(name: "", isPerpetual: false, fee: 0, repeatStaleAfter: nil)])
        for symbol in self.symbols { _ = universe.add(venue: VenueIndex(0), symbol: symbol, venueSymbol: symbol) }
        let board = Board(universe: universe)
        let settings = EngineSettings(band: BandSettings(upper: half, lower: half))
        var engine = SpreadEngine(universe: universe, settings: settings, board: board)
        var (held, sent, later): (UInt64, Int, Int64) = (0, 0, 0)
        repeat {
            let batch = elements.map { RawElement($0.payload(later), venue: VenueIndex(0)) }
            let tally = engine.process(batch, displaced: [], clock: { .never }, heartbeat: { _, _ in })
            (held, sent, later) = (tally.windowHeld, sent + elements.count, later + length)
        } while later < settings.windowSpan && sent < Self.mostElements
        return Double(board.windowByteCount) / Double(held)
    }
}

extension [Recording.Element] {
    /// Leaves out what comes less than so many nanoseconds after the one before it of its instrument.
    fileprivate func thinned(to gap: Int64) -> [Recording.Element] {
        var kept: [InstrumentIndex: Timestamp] = [:]
        return self.filter { element in
            if let last = kept[element.instrument], element.receivedAt.nanoseconds(since: last) < gap { return false }
            kept[element.instrument] = element.receivedAt
            return true
        }
    }
}

extension Quote {
    fileprivate func later(by nanoseconds: Int64) -> Quote {
        Quote(
            instrument: self.instrument,
            bid: self.bid,
            bidSize: self.bidSize,
            ask: self.ask,
            askSize: self.askSize,
            sequence: self.sequence &+ UInt64(nanoseconds),
            receivedAt: self.receivedAt.advanced(byNanoseconds: nanoseconds)
        )
    }
}

extension Trade {
    fileprivate func later(by nanoseconds: Int64) -> Trade {
        Trade(
            instrument: self.instrument,
            price: self.price,
            size: self.size,
            taker: self.taker,
            id: self.id,
            exchangeTime: self.exchangeTime,
            receivedAt: self.receivedAt.advanced(byNanoseconds: nanoseconds)
        )
    }
}
