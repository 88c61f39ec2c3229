/// Frames of three venues and many symbols, drawn at random, each moving a price: bytes as they come off the wire.
public struct FrameMarket: Sendable {
    public static let venues = ["binance", "bybit", "gateio"]
    /// Frames of one read: they are of one venue.
    public static let burst = 8

    public let symbolCount: Int
    /// All frames, one behind the other.
    public private(set) var bytes: [UInt8] = []
    /// Where each frame ends.
    public private(set) var ends: [Int] = []

    public var count: Int { self.ends.count }

    /// The venue of a burst's frames.
    public func venue(ofBurst burst: Int) -> Int { burst % Self.venues.count }

    public init(symbols: Int, frames: Int, seed: UInt64 = 1) {
        self.symbolCount = symbols
        var generator = Seeded(seed)
        var cents = (0..<symbols).map { _ in 10_000 + generator.below(5_000_000) }
        self.bytes.reserveCapacity(frames * 200)
        self.ends.reserveCapacity(frames)
        for number in 0..<frames {
            let symbol = generator.below(symbols)
            cents[symbol] = max(1_000, cents[symbol] + (generator.below(2) == 0 ? 1 : -1) * (1 + generator.below(5)))
            self.write(number, symbol, cents[symbol], venue: self.venue(ofBurst: number / Self.burst))
            self.ends.append(self.bytes.count)
        }
    }

    public static func symbol(_ index: Int) -> String { "S\(10_000 + index)USDT" }

    public static func venueSymbol(_ index: Int, venue: Int) -> String {
        venue == 2 ? "S\(10_000 + index)_USDT" : self.symbol(index)
    }

    private mutating func write(_ number: Int, _ symbol: Int, _ cents: Int, venue: Int) {
        let (bid, ask) = (Self.price(cents), Self.price(cents + 1))
        let name = Self.venueSymbol(symbol, venue: venue)
        switch venue {
        case 0:
            self.append(#"{"stream":"s\#(10_000 + symbol)usdt@bookTicker","data":{"u":\#(400_900_217 + number),"s":""#)
            self.append(#"\#(name)","b":"\#(bid)000000","B":"31.21000000","a":"\#(ask)000000","A":"40.66000000"}}"#)
        case 1:
            let time = 1_786_310_861_816 + number
            self.append(
                #"{"topic":"orderbook.1.\#(name)","ts":\#(time),"type":"snapshot","data":{"s":"\#(name)","b":[[""#
            )
            self.append(
                #"\#(bid)","31.21"]],"a":[["\#(ask)","40.66"]],"u":\#(62_505_722 + number),"seq":112488552296},"#
            )
            self.append(#""cts":\#(time - 13)}"#)
        default:
            let time = 1_786_310_861_816 + number
            self.append(
                #"{"time":1786310861,"time_ms":\#(time),"channel":"spot.book_ticker","event":"update","result":"#
            )
            self.append(#"{"t":\#(time - 9),"u":\#(1_000_000 + number),"s":"\#(name)","b":"\#(bid)","B":"31.21","a":""#)
            self.append(#"\#(ask)","A":"40.66"}}"#)
        }
    }

    private mutating func append(_ text: String) { self.bytes.append(contentsOf: text.utf8) }

    private static func price(_ cents: Int) -> String {
        let rest = cents % 100
        return "\(cents / 100).\(rest < 10 ? "0" : "")\(rest)"
    }
}
