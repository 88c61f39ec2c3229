public import Core

/// A REST route of a venue, as the `route` label of our metrics names it.
public enum RestRoute: String, CaseIterable, Sendable {
    case instruments, volume, time
    /// The best bid and ask of all instruments.
    case bookTicker = "book_ticker"
    /// Those of one instrument.
    case symbolTicker = "symbol_ticker"
}

/// A header of a REST answer.
public struct RestHeader: Equatable, Sendable {
    /// In lower case.
    public let name: String
    public let value: String

    public init(_ name: String, _ value: String) { (self.name, self.value) = (name.lowercased(), value) }
}

/// An instrument that a venue lists and lets everybody trade now.
public struct ListedInstrument: Hashable, Sendable {
    /// That venue's spelling: `BTC_USDT`.
    public let venueSymbol: String
    /// Base and quote from the venue's metadata, in our spelling: never cut out of the venue symbol.
    public let base: String
    public let quote: String

    /// Our canonical name: `BTCUSDT`.
    public var symbol: String { self.base + self.quote }

    public init(venueSymbol: String, base: String, quote: String) {
        (self.venueSymbol, self.base, self.quote) = (venueSymbol, base, quote)
    }
}

/// A venue's list of instruments, and how many entries were left out because they cannot be traded or are of no use.
public struct Listing: Equatable, Sendable {
    public var instruments: [ListedInstrument]
    public var leftOut: Int

    public init(instruments: [ListedInstrument] = [], leftOut: Int = 0) {
        (self.instruments, self.leftOut) = (instruments, leftOut)
    }
}

/// What is wrong with a REST answer.
///
/// It condemns this answer only: ask again later.
public enum CatalogError: Error, Hashable, Sendable {
    /// Not the JSON that the route gives; `at` is the byte where reading ended.
    case malformed(at: Int)
    /// HTTP 200 with the venue's own error inside.
    case refused(code: String, message: String)
}

/// The REST side of a venue: which routes to ask, and how to read the answers.
///
/// Pure: bytes in, values out.
public protocol VenueCatalog: Sendable {
    /// Path and query of `route`, to be put behind the base address.
    ///
    /// `venueSymbol` is the one that ``RestRoute/symbolTicker`` asks for; other routes ask for all.
    func path(_ route: RestRoute, venueSymbol: String) -> String

    /// Which share of the venue's request limit is used up, from 0 to 1 or beyond, as far as an answer tells.
    func limitUsed(_ headers: [RestHeader]) -> Double?

    func listing(_ body: Span<UInt8>) throws(CatalogError) -> Listing

    /// 24 h volume in the quote asset by venue symbol. Entries without a readable volume are left out.
    func quoteVolumes(_ body: Span<UInt8>) throws(CatalogError) -> [String: Double]

    /// The best bid and ask of all instruments, flagged as seeded.
    ///
    /// - Parameters:
    ///   - body: The answer.
    ///   - symbols: The venue symbols to recognise; others are skipped, and so are rows that cannot be read.
    ///   - requestedAt: When the request was started: the time of every quote.
    /// - Returns: One quote a row, in the answer's order, without update number.
    /// - Throws: A ``CatalogError``, which condemns the whole answer.
    func bookTickers(
        _ body: Span<UInt8>,
        symbols: SymbolTable,
        requestedAt: Timestamp
    ) throws(CatalogError) -> [Quote]

    /// The venue's clock at some time while it made the answer.
    func serverTime(_ body: Span<UInt8>) throws(CatalogError) -> Timestamp
}

extension VenueCatalog {
    /// Path and query of a route that asks for all instruments.
    public func path(_ route: RestRoute) -> String { self.path(route, venueSymbol: "") }
}

extension [RestHeader] {
    /// The number in the header of this name, which is given in lower case.
    func number(_ name: String) -> Double? {
        self.first { $0.name == name }.flatMap { Double($0.value) }.flatMap { $0.isFinite && $0 >= 0 ? $0 : nil }
    }
}

/// Percent-encodes a venue symbol for a query: letters beyond ASCII exist.
func queryValue(_ text: String) -> String {
    let digits = Array("0123456789ABCDEF")
    return text.utf8.reduce(into: "") { encoded, byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "."):
            encoded.unicodeScalars.append(Unicode.Scalar(byte))
        default:
            encoded += "%"
            encoded.append(digits[Int(byte >> 4)])
            encoded.append(digits[Int(byte & 15)])
        }
    }
}
