/// Bybit's lists, in its envelope.
extension BybitDialect {
    func respond(to request: RestRequest, from book: RestBook, at now: Moment) -> RestResponse {
        guard request.method == "GET" else { return self.notFound() }
        switch request.path {
        case "/v5/market/time":
            let body = "{\"timeSecond\":\"\(now.unixSeconds)\",\"timeNano\":\"\(now.unixNanoseconds)\"}"
            return self.envelope(at: now) { $0.raw(body) }
        case "/v5/market/instruments-info":
            return self.list(request, book, at: now) { text, listing, _ in self.instrument(&text, listing) }
        case "/v5/market/tickers":
            return self.list(request, book, at: now) { self.ticker(&$0, $1, $2) }
        default: return self.notFound()
        }
    }

    private func notFound() -> RestResponse {
        var text = FrameText()
        text.raw("{\"retCode\":404,\"retMsg\":\"Not found\",\"result\":{},\"retExtInfo\":{},\"time\":0}")
        return RestResponse(status: 404, text)
    }

    private func envelope(
        code: Int = 0,
        message: String = "OK",
        at now: Moment,
        result: (inout FrameText) -> Void
    ) -> RestResponse {
        var text = FrameText(capacity: 1 << 12)
        text.raw("{\"retCode\":\(code),\"retMsg\":")
        text.quoted(message)
        text.raw(",\"result\":")
        result(&text)
        text.raw(",\"retExtInfo\":{},\"time\":")
        text.integer(now.unixMilliseconds)
        text.raw("}")
        return RestResponse(text)
    }

    private func list(
        _ request: RestRequest,
        _ book: RestBook,
        at now: Moment,
        write: (inout FrameText, Listing, Quote?) -> Void
    ) -> RestResponse {
        guard request.query["category"] == "spot" else {
            return self.envelope(code: 10001, message: "params error: Category is invalid", at: now) { $0.raw("{}") }
        }
        var entries = book.entries.filter { $0.listing.standing != .halted }
        if let symbol = request.query["symbol"] { entries = entries.filter { $0.listing.symbol == symbol } }
        return self.envelope(at: now) { text in
            text.raw("{\"category\":\"spot\",\"list\":[")
            for (index, entry) in entries.enumerated() {
                if index > 0 { text.raw(",") }
                write(&text, entry.listing, entry.quote)
            }
            text.raw("]}")
        }
    }

    private func instrument(_ text: inout FrameText, _ listing: Listing) {
        text.raw("{\"symbol\":")
        text.quoted(listing.symbol)
        text.raw(",\"baseCoin\":")
        text.quoted(listing.base)
        text.raw(",\"quoteCoin\":")
        text.quoted(listing.quote)
        text.raw(
            ",\"status\":\"Trading\",\"marginTrading\":\"utaOnly\",\"stTag\":\"0\","
        )
        text.raw(
            "\"lotSizeFilter\":{\"basePrecision\":"
        )
        text.quotedDecimal(listing.sizeStep)
        text.raw(",\"quotePrecision\":\"0.00000001\",\"minOrderQty\":")
        text.quotedDecimal(listing.sizeStep)
        text.raw(",\"maxOrderQty\":\"9000000\",\"minOrderAmt\":\"1\",\"maxOrderAmt\":\"2000000\"},")
        text.raw("\"priceFilter\":{\"tickSize\":")
        text.quotedDecimal(listing.tickSize)
        text.raw("},\"riskParameters\":{\"priceLimitRatioX\":\"0.01\",\"priceLimitRatioY\":\"0.02\"}}")
    }

    private func ticker(_ text: inout FrameText, _ listing: Listing, _ quote: Quote?) {
        let figures = DayFigures(listing: listing, quote: quote)
        text.raw("{\"symbol\":")
        text.quoted(listing.symbol)
        let members = [
            ("bid1Price", quote?.bid), ("bid1Size", quote?.bidSize), ("ask1Price", quote?.ask),
            ("ask1Size", quote?.askSize), ("lastPrice", figures.last), ("prevPrice24h", figures.open),
        ]
        for (name, value) in members { self.member(&text, name, value) }
        text.raw(",\"price24hPcnt\":\"0.0131\"")
        let rest = [
            ("highPrice24h", figures.high), ("lowPrice24h", figures.low), ("turnover24h", figures.turnover),
            ("volume24h", figures.volume), ("usdIndexPrice", figures.last),
        ]
        for (name, value) in rest { self.member(&text, name, value) }
        text.raw("}")
    }

    /// Empty text where there is no quote.
    private func member(_ text: inout FrameText, _ name: String, _ value: Decimal64?) {
        text.raw(",\"\(name)\":")
        guard let value else { return text.raw("\"\"") }
        text.quotedDecimal(value, trimmed: true)
    }
}
