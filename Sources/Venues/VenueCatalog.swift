public import Core

/// A REST route of a venue, as the `route` label of our metrics names it.
public enum RestRoute: String, CaseIterable, Sendable {
    case instruments, volume, time
    case bookTicker = "book_ticker"
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
    func path(_ route: RestRoute) -> String

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

    /// The venue's clock.
    func serverTime(_ body: Span<UInt8>) throws(CatalogError) -> Timestamp
}
