/// Gate's lists, below `/api/v4`.
extension GateDialect {
    func respond(to request: RestRequest, from book: RestBook, at now: Moment) -> RestResponse {
        guard request.method == "GET" else { return self.notFound() }
        switch request.path {
        case "/api/v4/spot/time":
            var text = FrameText()
            text.raw("{\"server_time\":")
            text.integer(now.unixMilliseconds)
            text.raw("}")
            return RestResponse(text)
        case "/api/v4/spot/currency_pairs":
            return self.list(book.entries) { text, listing, _ in self.pair(&text, listing) }
        case "/api/v4/spot/tickers":
            var entries = book.entries
            if let pair = request.query["currency_pair"] {
                entries = entries.filter { $0.listing.symbol == pair }
                guard !entries.isEmpty else { return self.invalidPair(pair) }
            }
            return self.list(entries) { self.ticker(&$0, $1, $2, at: now) }
        default: return self.notFound()
        }
    }

    private func notFound() -> RestResponse {
        var text = FrameText()
        text.raw("{\"label\":\"NOT_FOUND\",\"message\":\"Request path not found\"}")
        return RestResponse(status: 404, text)
    }

    private func invalidPair(_ pair: String) -> RestResponse {
        var text = FrameText()
        text.raw("{\"label\":\"INVALID_CURRENCY_PAIR\",\"message\":")
        text.quoted("Invalid currency pair \(pair)")
        text.raw("}")
        return RestResponse(status: 400, text)
    }

    private func list(
        _ entries: [(listing: Listing, quote: Quote?)],
        write: (inout FrameText, Listing, Quote?) -> Void
    ) -> RestResponse {
        var text = FrameText(capacity: 1 << 12)
        text.raw("[")
        for (index, entry) in entries.enumerated() {
            if index > 0 { text.raw(",") }
            write(&text, entry.listing, entry.quote)
        }
        text.raw("]")
        return RestResponse(text)
    }

    private func pair(_ text: inout FrameText, _ listing: Listing) {
        text.raw("{\"id\":")
        text.quoted(listing.symbol)
        text.raw(",\"base\":")
        text.quoted(listing.base)
        text.raw(",\"quote\":")
        text.quoted(listing.quote)
        text.raw(",\"fee\":\"0.2\",\"min_base_amount\":")
        text.quotedDecimal(listing.sizeStep)
        text.raw(",\"min_quote_amount\":\"3\",\"amount_precision\":\(listing.sizeDecimals),")
        text.raw("\"precision\":\(listing.priceDecimals),")
        text.raw("\"trade_status\":\"\(listing.standing == .halted ? "untradable" : "tradable")\",")
        text.raw("\"sell_start\":0,\"buy_start\":0,\"delisting_time\":0,\"type\":\"normal\",\"st_tag\":false}")
    }

    private func ticker(_ text: inout FrameText, _ listing: Listing, _ quote: Quote?, at now: Moment) {
        let figures = DayFigures(listing: listing, quote: quote)
        text.raw("{\"currency_pair\":")
        text.quoted(listing.symbol)
        self.member(&text, "last", figures.last)
        self.member(&text, "lowest_ask", quote?.ask)
        self.member(&text, "highest_bid", quote?.bid)
        text.raw(",\"change_percentage\":\"1.31\"")
        self.member(&text, "base_volume", figures.volume)
        self.member(&text, "quote_volume", figures.turnover)
        self.member(&text, "high_24h", figures.high)
        self.member(&text, "low_24h", figures.low)
        if listing.standing == .leveraged {
            self.member(&text, "etf_net_value", figures.last)
            self.member(&text, "etf_pre_net_value", figures.open)
            text.raw(",\"etf_pre_timestamp\":")
            text.integer(now.unixSeconds / 86_400 * 86_400)
            text.raw(",\"etf_leverage\":\"2.2803019447281203\"")
        }
        text.raw("}")
    }

    /// Empty text where there is no quote.
    private func member(_ text: inout FrameText, _ name: String, _ value: Decimal64?) {
        text.raw(",\"\(name)\":")
        guard let value else { return text.raw("\"\"") }
        text.quotedDecimal(value, trimmed: true)
    }
}
