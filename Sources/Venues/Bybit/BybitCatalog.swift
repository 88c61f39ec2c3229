import Core

/// The REST side of Bybit v5, spot category.
///
/// Source: <https://bybit-exchange.github.io/docs/v5/market/instrument>. An error comes as HTTP 200 with a `retCode`.
struct BybitCatalog: VenueCatalog {
    /// The venue tells of it where it limits a user; public routes are limited by address, at 600 in 5 s, in silence.
    func limitUsed(_ headers: [RestHeader]) -> Double? {
        guard let limit = headers.number("x-bapi-limit"), limit > 0,
            let left = headers.number("x-bapi-limit-status")
        else { return nil }
        return 1 - left / limit
    }

    func path(_ route: RestRoute, venueSymbol: String) -> String {
        switch route {
        case .instruments: "/v5/market/instruments-info?category=spot"
        case .volume, .bookTicker: "/v5/market/tickers?category=spot"
        case .symbolTicker: "/v5/market/tickers?category=spot&symbol=" + queryValue(venueSymbol)
        case .time: "/v5/market/time"
        }
    }

    func listing(_ body: Span<UInt8>) throws(CatalogError) -> Listing {
        var listing = Listing()
        var known: Set<String> = []
        for row in try Self.rows(body) {
            let values = try row.members(["symbol", "baseCoin", "quoteCoin", "status"], in: body)
            guard values[3].matches("Trading", in: body), !Self.isLeveraged(base: values[1], in: body) else {
                listing.leftOut += 1
                continue
            }
            listing.add(symbol: values[0], base: values[1], quote: values[2], in: body, known: &known)
        }
        return listing
    }

    func quoteVolumes(_ body: Span<UInt8>) throws(CatalogError) -> [String: Double] {
        try Venues.quoteVolumes(try Self.rows(body), symbol: "symbol", volume: "turnover24h", in: body)
    }

    func bookTickers(
        _ body: Span<UInt8>,
        symbols: SymbolTable,
        requestedAt: Timestamp
    ) throws(CatalogError) -> [Quote] {
        let names = BookTickerNames(
            symbol: "symbol",
            bid: "bid1Price",
            bidSize: "bid1Size",
            ask: "ask1Price",
            askSize: "ask1Size"
        )
        return try seedQuotes(try Self.rows(body), names: names, symbols: symbols, requestedAt: requestedAt, in: body)
    }

    func serverTime(_ body: Span<UInt8>) throws(CatalogError) -> Timestamp {
        let result = try Self.result(body)
        let times = try result.members(["timeNano", "timeSecond"], in: body)
        if let nanoseconds = times[0].unsigned(in: body), nanoseconds > 0, nanoseconds <= UInt64(Int64.max) {
            return Timestamp(nanoseconds: Int64(nanoseconds))
        }
        return try restInstant(times[1], power: 9, in: body)
    }

    private static func rows(_ body: Span<UInt8>) throws(CatalogError) -> [JSONToken] {
        try Self.result(body).members(["list"], in: body)[0].elements(in: body)
    }

    /// The `result` of an answer whose `retCode` is 0.
    private static func result(_ body: Span<UInt8>) throws(CatalogError) -> JSONToken {
        let root = try RestBody(body).root
        let values = try root.members(["retCode", "retMsg", "result"], in: body)
        guard let code = values[0].string(in: body) else { throw .malformed(at: root.start) }
        guard code == "0" else { throw .refused(code: code, message: values[1].string(in: body) ?? "") }
        return values[2]
    }

    /// `BTC3L`, `SAND2S`: a coin's name, a factor, and long or short.
    private static func isLeveraged(base: JSONToken, in body: Span<UInt8>) -> Bool {
        guard let name = base.string(in: body) else { return false }
        return ["2L", "2S", "3L", "3S"].contains { name.count > 2 && name.hasSuffix($0) }
    }
}
