import Core
import Venues
import WireLogs

/// One recorded instrument's quotes, which can be told over and over.
struct Rhythm {
    struct Beat {
        let offset: Int64
        let quote: Quote
    }

    let beats: [Beat]
    /// From the first quote to where it begins anew, in nanoseconds.
    let length: Int64

    /// Quotes a second.
    var rate: Double { Double(self.beats.count) * 1e9 / Double(self.length) }

    /// Reads the quotes of one venue symbol; `nil` when the recording has none of it.
    init?<Adapter: VenueAdapter>(_ type: Adapter.Type, _ log: WireLog, _ venueSymbol: String) throws {
        var adapter = Adapter(symbols: SymbolTable([(venueSymbol, InstrumentIndex(0))]))
        var (events, beats) = (EventBuffer(), [Beat]())
        guard let first = log.received.first, let last = log.received.last else { return nil }
        for line in log.received {
            events.removeAll(keepingCapacity: true)
            let frame = Array(log.bytes[line.frame])
            let instant = Timestamp(nanoseconds: line.receivedNanoseconds)
            // Other streams' frames are of no interest here.
            try? adapter.decode(frame.span, receivedAt: instant, into: &events)
            for case .quote(let quote) in events {
                beats.append(Beat(offset: line.receivedNanoseconds - first.receivedNanoseconds, quote: quote))
            }
        }
        guard !beats.isEmpty else { return nil }
        self.beats = beats
        self.length = last.receivedNanoseconds - first.receivedNanoseconds + 1_000_000
    }

    /// The rhythms of some recordings, loudest first: BTCUSDT of spot and USD-M, and three quiet symbols.
    static func recorded(in captures: String) throws -> [Rhythm] {
        let cross = "\(captures)/cross-venue/binance-"
        let loud = [
            try Rhythm(
                BinanceUSDMAdapter.self,
                try Self.log(cross + "usdm-btcusdt-20240808-quotes-trades.log.gz"),
                "BTCUSDT"
            ),
            try Rhythm(
                BinanceAdapter.self,
                try Self.log(cross + "spot-btcusdt-20240808-quotes-trades.log.gz"),
                "BTCUSDT"
            ),
        ]
        let four = try Self.log("\(captures)/binance/spot-4symbols-20211012.log")
        let quiet = try ["NKNUSDT", "LRCBTC", "BLZETH"].map { try Rhythm(BinanceAdapter.self, four, $0) }
        return (loud + quiet).compactMap(\.self)
    }

    private static func log(_ path: String) throws -> WireLog { try WireLog(file: try File.contents(of: path)) }
}
