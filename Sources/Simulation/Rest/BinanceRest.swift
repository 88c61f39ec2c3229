/// Binance's lists: `/api/v3` on spot, `/fapi/v1` on USD-M.
extension BinanceDialect {
    func respond(to request: RestRequest, from book: RestBook, at now: Moment) -> RestResponse {
        let prefix = self.market == .spot ? "/api/v3/" : "/fapi/v1/"
        guard request.method == "GET", request.path.hasPrefix(prefix) else { return self.notFound() }
        switch request.path.dropFirst(prefix.count) {
        case "ping": return RestResponse(self.text("{}"))
        case "time":
            var text = FrameText()
            text.raw("{\"serverTime\":")
            text.integer(now.unixMilliseconds)
            text.raw("}")
            return RestResponse(text)
        case "exchangeInfo": return self.exchangeInfo(request, book, at: now)
        case "ticker/24hr": return self.list(request, book, weight: 80) { self.day(&$0, $1, $2, at: now) }
        case "ticker/bookTicker": return self.list(request, book, weight: 4) { self.bookTicker(&$0, $1, $2, at: now) }
        default: return self.notFound()
        }
    }

    private func text(_ raw: String) -> FrameText {
        var text = FrameText()
        text.raw(raw)
        return text
    }

    private func notFound() -> RestResponse {
        RestResponse(status: 404, self.text("{\"code\":-1000,\"msg\":\"Path not found.\"}"))
    }

    private func invalidSymbol() -> RestResponse {
        RestResponse(status: 400, self.text("{\"code\":-1121,\"msg\":\"Invalid symbol.\"}"))
    }

    /// One object when `symbol` is asked for, else an array of all or of `symbols`.
    private func list(
        _ request: RestRequest,
        _ book: RestBook,
        weight: Int,
        write: (inout FrameText, Listing, Quote?) -> Void
    ) -> RestResponse {
        var text = FrameText(capacity: 1 << 12)
        if let symbol = request.query["symbol"] {
            guard let entry = book.entries.first(where: { $0.listing.symbol == symbol }) else {
                return self.invalidSymbol()
            }
            write(&text, entry.listing, entry.quote)
            return RestResponse(text, weight: 2)
        }
        guard let entries = self.entries(request, book) else { return self.invalidSymbol() }
        text.raw("[")
        for (index, entry) in entries.enumerated() {
            if index > 0 { text.raw(",") }
            write(&text, entry.listing, entry.quote)
        }
        text.raw("]")
        return RestResponse(text, weight: weight)
    }

    private func entries(_ request: RestRequest, _ book: RestBook) -> [(listing: Listing, quote: Quote?)]? {
        guard let names = request.query["symbols"] else { return book.entries }
        guard let wanted = (try? JSONParser.parse(Array(names.utf8)))?.texts else { return nil }
        let entries = book.entries.filter { wanted.contains($0.listing.symbol) }
        return entries.count == Set(wanted).count ? entries : nil
    }

    private func bookTicker(_ text: inout FrameText, _ listing: Listing, _ quote: Quote?, at now: Moment) {
        let nothing = Decimal64(units: 0, decimals: listing.priceDecimals)
        text.raw("{\"symbol\":")
        text.quoted(listing.symbol)
        self.member(&text, "bidPrice", quote?.bid ?? nothing)
        self.member(&text, "bidQty", quote?.bidSize ?? nothing)
        self.member(&text, "askPrice", quote?.ask ?? nothing)
        self.member(&text, "askQty", quote?.askSize ?? nothing)
        if self.market == .usdm {
            text.raw(",\"time\":")
            text.integer(quote.map { max($0.engineMilliseconds, 0) } ?? 0)
            text.raw(",\"lastUpdateId\":")
            text.integer(quote?.updateID ?? 0)
        }
        text.raw("}")
    }

    private func day(_ text: inout FrameText, _ listing: Listing, _ quote: Quote?, at now: Moment) {
        let figures = DayFigures(listing: listing, quote: quote)
        let nothing = Decimal64(units: 0, decimals: listing.priceDecimals)
        text.raw("{\"symbol\":")
        text.quoted(listing.symbol)
        self.member(
            &text,
            "priceChange",
            Decimal64(units: figures.last.units - figures.open.units, decimals: figures.last.decimals)
        )
        text.raw(",\"priceChangePercent\":\"1.317\"")
        self.member(&text, "weightedAvgPrice", figures.last)
        if self.market == .spot { self.member(&text, "prevClosePrice", figures.open) }
        self.member(&text, "lastPrice", figures.last)
        self.member(&text, "lastQty", quote?.bidSize ?? nothing)
        if self.market == .spot {
            self.member(&text, "bidPrice", quote?.bid ?? nothing)
            self.member(&text, "bidQty", quote?.bidSize ?? nothing)
            self.member(&text, "askPrice", quote?.ask ?? nothing)
            self.member(&text, "askQty", quote?.askSize ?? nothing)
        }
        self.member(&text, "openPrice", figures.open)
        self.member(&text, "highPrice", figures.high)
        self.member(&text, "lowPrice", figures.low)
        self.member(&text, "volume", figures.volume)
        self.member(&text, "quoteVolume", figures.turnover)
        text.raw(",\"openTime\":")
        text.integer(now.unixMilliseconds - 86_400_000)
        text.raw(",\"closeTime\":")
        text.integer(now.unixMilliseconds)
        text.raw(",\"firstId\":28385,\"lastId\":128460,\"count\":100076}")
    }

    private func member(_ text: inout FrameText, _ name: String, _ value: Decimal64) {
        text.raw(",\"\(name)\":")
        text.quotedDecimal(value, minimumDecimals: self.market == .spot ? 8 : 0)
    }

    // MARK: - exchangeInfo

    private func exchangeInfo(_ request: RestRequest, _ book: RestBook, at now: Moment) -> RestResponse {
        guard var entries = self.entries(request, book) else { return self.invalidSymbol() }
        if let symbol = request.query["symbol"] {
            entries = entries.filter { $0.listing.symbol == symbol }
            guard !entries.isEmpty else { return self.invalidSymbol() }
        }
        if let status = request.query["symbolStatus"] {
            entries = entries.filter { self.status(of: $0.listing) == status }
        }
        var text = FrameText(capacity: 1 << 13)
        text.raw("{\"timezone\":\"UTC\",\"serverTime\":")
        text.integer(now.unixMilliseconds)
        text.raw(",\"rateLimits\":[{\"rateLimitType\":\"REQUEST_WEIGHT\",\"interval\":\"MINUTE\",\"intervalNum\":1,")
        text.raw("\"limit\":\(self.market == .spot ? 6_000 : 2_400)}],\"exchangeFilters\":[],\"symbols\":[")
        for (index, entry) in entries.enumerated() {
            if index > 0 { text.raw(",") }
            switch self.market {
            case .spot:
                self.spotSymbol(&text, entry.listing, showsPermissions: request.query["showPermissionSets"] != "false")
            case .usdm: self.usdmSymbol(&text, entry.listing)
            }
        }
        text.raw("]}")
        return RestResponse(text, weight: self.market == .spot ? 20 : 1)
    }

    private func status(of listing: Listing) -> String {
        guard listing.standing == .halted else { return "TRADING" }
        return self.market == .spot ? "BREAK" : "HALT"
    }

    private func spotSymbol(_ text: inout FrameText, _ listing: Listing, showsPermissions: Bool) {
        text.raw("{\"symbol\":")
        text.quoted(listing.symbol)
        text.raw(",\"status\":\"\(self.status(of: listing))\",\"baseAsset\":")
        text.quoted(listing.base)
        text.raw(",\"baseAssetPrecision\":8,\"quoteAsset\":")
        text.quoted(listing.quote)
        text.raw(",\"quotePrecision\":8,\"quoteAssetPrecision\":8,\"baseCommissionPrecision\":8,")
        text.raw("\"quoteCommissionPrecision\":8,\"orderTypes\":[\"LIMIT\",\"LIMIT_MAKER\",\"MARKET\"],")
        text.raw("\"icebergAllowed\":true,\"ocoAllowed\":true,\"quoteOrderQtyMarketAllowed\":true,")
        text.raw("\"allowTrailingStop\":true,\"cancelReplaceAllowed\":true,")
        text.raw("\"isSpotTradingAllowed\":\(listing.standing == .trading),\"isMarginTradingAllowed\":true,")
        self.filters(&text, listing)
        text.raw(",\"permissions\":[]")
        if showsPermissions { text.raw(",\"permissionSets\":[[\"SPOT\",\"MARGIN\"]]") }
        text.raw(",\"defaultSelfTradePreventionMode\":\"NONE\",\"allowedSelfTradePreventionModes\":[\"NONE\"]}")
    }

    private func usdmSymbol(_ text: inout FrameText, _ listing: Listing) {
        let isDated = listing.standing == .dated
        text.raw("{\"symbol\":")
        text.quoted(listing.symbol)
        text.raw(",\"pair\":")
        text.quoted(listing.base + listing.quote)
        text.raw(",\"contractType\":\"\(isDated ? "CURRENT_QUARTER" : "PERPETUAL")\",")
        text.raw("\"deliveryDate\":\(isDated ? "1774598400000" : "4133404800000"),\"onboardDate\":1569398400000,")
        text.raw("\"status\":\"\(self.status(of: listing))\",\"baseAsset\":")
        text.quoted(listing.base)
        text.raw(",\"quoteAsset\":")
        text.quoted(listing.quote)
        text.raw(",\"marginAsset\":")
        text.quoted(listing.quote)
        text.raw(",\"pricePrecision\":\(listing.priceDecimals),\"quantityPrecision\":\(listing.sizeDecimals),")
        text.raw("\"baseAssetPrecision\":8,\"quotePrecision\":8,\"underlyingType\":\"COIN\",")
        self.filters(&text, listing)
        text.raw(",\"orderTypes\":[\"LIMIT\",\"MARKET\"],\"timeInForce\":[\"GTC\",\"IOC\",\"FOK\",\"GTX\"]}")
    }

    private func filters(_ text: inout FrameText, _ listing: Listing) {
        text.raw("\"filters\":[{\"filterType\":\"PRICE_FILTER\"")
        self.member(&text, "minPrice", listing.tickSize)
        self.member(&text, "maxPrice", Decimal64(units: 1_000_000, decimals: 0))
        self.member(&text, "tickSize", listing.tickSize)
        text.raw("},{\"filterType\":\"LOT_SIZE\"")
        self.member(&text, "minQty", listing.sizeStep)
        self.member(&text, "maxQty", Decimal64(units: 9_000_000, decimals: 0))
        self.member(&text, "stepSize", listing.sizeStep)
        switch self.market {
        case .spot:
            text.raw("},{\"filterType\":\"NOTIONAL\",\"minNotional\":\"5.00000000\",\"applyMinToMarket\":true,")
            text.raw("\"maxNotional\":\"9000000.00000000\",\"applyMaxToMarket\":false,\"avgPriceMins\":5}]")
        case .usdm: text.raw("},{\"filterType\":\"MIN_NOTIONAL\",\"notional\":\"5\"}]")
        }
    }
}
