import Core

/// The REST side of Binance: `/api/v3` for spot, `/fapi/v1` for USD-M, with the same answers.
///
/// Source: <https://github.com/binance/binance-spot-api-docs/blob/master/rest-api.md>.
struct BinanceCatalog: VenueCatalog {
    let market: MarketKind

    /// Weight a minute; the venue says the same in `exchangeInfo.rateLimits`.
    private var weightLimit: Double { self.market == .spot ? 6000 : 2400 }

    func limitUsed(_ headers: [RestHeader]) -> Double? {
        headers.number("x-mbx-used-weight-1m").map { $0 / self.weightLimit }
    }

    func path(_ route: RestRoute, venueSymbol: String) -> String {
        let base = self.market == .spot ? "/api/v3" : "/fapi/v1"
        switch route {
        case .instruments:
            // Without the permission sets the answer is a fraction of its size.
            let filter = self.market == .spot ? "?permissions=SPOT&showPermissionSets=false" : ""
            return base + "/exchangeInfo" + filter
        case .volume: return base + "/ticker/24hr"
        case .bookTicker: return base + "/ticker/bookTicker"
        case .symbolTicker: return base + "/ticker/bookTicker?symbol=" + queryValue(venueSymbol)
        case .time: return base + "/time"
        }
    }

    func listing(_ body: Span<UInt8>) throws(CatalogError) -> Listing {
        let symbols = try Self.accepted(body).members(["symbols"], in: body)[0]
        var listing = Listing()
        var known: Set<String> = []
        for row in try symbols.elements(in: body) {
            guard try self.isTradable(row, in: body) else {
                listing.leftOut += 1
                continue
            }
            let names = try row.members(["symbol", "baseAsset", "quoteAsset"], in: body)
            listing.add(symbol: names[0], base: names[1], quote: names[2], in: body, known: &known)
        }
        return listing
    }

    func quoteVolumes(_ body: Span<UInt8>) throws(CatalogError) -> [String: Double] {
        let rows = try Self.accepted(body).elements(in: body, acceptsSingle: true)
        return try Venues.quoteVolumes(rows, symbol: "symbol", volume: "quoteVolume", in: body)
    }

    func bookTickers(
        _ body: Span<UInt8>,
        symbols: SymbolTable,
        requestedAt: Timestamp
    ) throws(CatalogError) -> [Quote] {
        let rows = try Self.accepted(body).elements(in: body, acceptsSingle: true)
        let names = BookTickerNames(
            symbol: "symbol",
            bid: "bidPrice",
            bidSize: "bidQty",
            ask: "askPrice",
            askSize: "askQty"
        )
        return try seedQuotes(rows, names: names, symbols: symbols, requestedAt: requestedAt, in: body)
    }

    func serverTime(_ body: Span<UInt8>) throws(CatalogError) -> Timestamp {
        let time = try Self.accepted(body).members(["serverTime"], in: body)[0]
        return try restInstant(time, power: 6, in: body)
    }

    /// What the answer holds, unless it is `{"code":-1121,"msg":"Invalid symbol."}`.
    private static func accepted(_ body: Span<UInt8>) throws(CatalogError) -> JSONToken {
        let root = try RestBody(body).root
        let error = try root.members(["code", "msg"], in: body)
        if !error[0].isAbsent, let code = error[0].string(in: body) {
            throw .refused(code: code, message: error[1].string(in: body) ?? "")
        }
        return root
    }

    /// Old bodies lack some members, and new ones have states that are not invented yet: only `TRADING` is tradable.
    private func isTradable(_ row: JSONToken, in body: Span<UInt8>) throws(CatalogError) -> Bool {
        let names: [StaticString] = [
            "status", "isSpotTradingAllowed", "permissions", "permissionSets", "contractType",
        ]
        let values = try row.members(names, in: body)
        guard values[0].matches("TRADING", in: body) else { return false }
        switch self.market {
        case .perpetual: return values[4].matches("PERPETUAL", in: body)
        case .spot:
            // Leveraged tokens have a permission of their own instead of SPOT.
            guard values[1].kind != .no, try Self.allowsSpot(values[2], in: body) else { return false }
            return try Self.allowsSpot(values[3], in: body)
        }
    }

    private static func allowsSpot(_ permissions: JSONToken, in body: Span<UInt8>) throws(CatalogError) -> Bool {
        guard permissions.kind == .array, try !permissions.elements(in: body).isEmpty else { return true }
        return try permissions.mentions("SPOT", in: body)
    }
}
