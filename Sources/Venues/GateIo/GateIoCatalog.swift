import Core

/// The REST side of Gate v4, spot.
///
/// Source: <https://www.gate.com/docs/developers/apiv4/en/#spot>.
struct GateIoCatalog: VenueCatalog {
    func limitUsed(_ headers: [RestHeader]) -> Double? {
        guard let limit = headers.number("x-gate-ratelimit-limit"), limit > 0,
            let left = headers.number("x-gate-ratelimit-requests-remain")
        else { return nil }
        return 1 - left / limit
    }

    func path(_ route: RestRoute, venueSymbol: String) -> String {
        switch route {
        case .instruments: "/api/v4/spot/currency_pairs"
        case .volume, .bookTicker: "/api/v4/spot/tickers"
        case .symbolTicker: "/api/v4/spot/tickers?currency_pair=" + queryValue(venueSymbol)
        case .time: "/api/v4/spot/time"
        }
    }

    func listing(_ body: Span<UInt8>) throws(CatalogError) -> Listing {
        var listing = Listing()
        var known: Set<String> = []
        for row in try Self.accepted(body).elements(in: body) {
            guard try Self.isTradable(row, in: body) else {
                listing.leftOut += 1
                continue
            }
            let names = try row.members(["id", "base", "quote"], in: body)
            listing.add(symbol: names[0], base: names[1], quote: names[2], in: body, known: &known)
        }
        return listing
    }

    func quoteVolumes(_ body: Span<UInt8>) throws(CatalogError) -> [String: Double] {
        let rows = try Self.accepted(body).elements(in: body)
        return try Venues.quoteVolumes(rows, symbol: "currency_pair", volume: "quote_volume", in: body)
    }

    func bookTickers(
        _ body: Span<UInt8>,
        symbols: SymbolTable,
        requestedAt: Timestamp
    ) throws(CatalogError) -> [Quote] {
        let names = BookTickerNames(
            symbol: "currency_pair",
            bid: "highest_bid",
            bidSize: "highest_size",
            ask: "lowest_ask",
            askSize: "lowest_size",
            // Sizes come only where one pair was asked for.
            isUnsized: true
        )
        let rows = try Self.accepted(body).elements(in: body)
        return try seedQuotes(rows, names: names, symbols: symbols, requestedAt: requestedAt, in: body)
    }

    func serverTime(_ body: Span<UInt8>) throws(CatalogError) -> Timestamp {
        let time = try Self.accepted(body).members(["server_time"], in: body)[0]
        return try restInstant(time, power: 6, in: body)
    }

    /// What the answer holds, unless it is `{"label":"INVALID_CURRENCY_PAIR","message":"…"}`.
    private static func accepted(_ body: Span<UInt8>) throws(CatalogError) -> JSONToken {
        let root = try RestBody(body).root
        let error = try root.members(["label", "message"], in: body)
        if !error[0].isAbsent, let label = error[0].string(in: body) {
            throw .refused(code: label, message: error[1].string(in: body) ?? "")
        }
        return root
    }

    private static func isTradable(_ row: JSONToken, in body: Span<UInt8>) throws(CatalogError) -> Bool {
        let values = try row.members(["trade_status", "type", "delisting_time", "base"], in: body)
        // A pair with a delisting date is on its way out even before that date, which we cannot compare with a clock.
        let isLeaving = !values[2].isAbsent && values[2].unsigned(in: body) != 0
        return values[0].matches("tradable", in: body) && !values[1].matches("premarket", in: body) && !isLeaving
            && !Self.isLeveraged(base: values[3], in: body)
    }

    /// `BTC3L`, `ETH5S`: a coin's name, a factor, and long or short.
    private static func isLeveraged(base: JSONToken, in body: Span<UInt8>) -> Bool {
        guard let name = base.string(in: body) else { return false }
        return ["3L", "3S", "5L", "5S"].contains { name.count > 2 && name.hasSuffix($0) }
    }
}
