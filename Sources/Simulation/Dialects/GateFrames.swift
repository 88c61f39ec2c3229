/// Gate's market data: three time units in one frame, numbers without trailing zeros, empty text for an empty book.
extension GateDialect {
    func quoteStream(of listing: Listing) -> String { "spot.book_ticker \(listing.symbol)" }
    func tradeStream(of listing: Listing) -> String { "spot.trades \(listing.symbol)" }

    func frame(quote: Quote, of listing: Listing, form: FrameForm, at now: Moment) -> [UInt8] {
        var text = self.begin(at: now)
        text.raw(",\"channel\":\"spot.book_ticker\",\"event\":\"update\",\"result\":{\"t\":")
        text.integer(quote.engineMilliseconds)
        text.raw(",\"u\":")
        text.integer(quote.updateID)
        text.raw(",\"s\":")
        text.quoted(listing.symbol)
        if quote.isEmpty {
            text.raw(",\"b\":\"\",\"B\":\"\",\"a\":\"\",\"A\":\"\"}}")
            return text.bytes
        }
        text.raw(",\"b\":")
        text.quotedDecimal(quote.bid, trimmed: true)
        text.raw(",\"B\":")
        text.quotedDecimal(quote.bidSize, trimmed: true)
        text.raw(",\"a\":")
        text.quotedDecimal(quote.ask, trimmed: true)
        text.raw(",\"A\":")
        text.quotedDecimal(quote.askSize, trimmed: true)
        text.raw("}}")
        return text.bytes
    }

    /// The documented form holds `id_market` twice, as the page prints it; the last one counts.
    func frame(trades: ArraySlice<Trade>, of listing: Listing, form: FrameForm, at now: Moment) -> [UInt8] {
        guard let trade = trades.first else { return [] }
        var text = self.begin(at: now)
        text.raw(",\"channel\":\"spot.trades\",\"event\":\"update\",\"result\":{\"id\":")
        text.integer(trade.sequence)
        text.raw(",\"id_market\":")
        text.integer(form == .plain ? trade.id - 1 : trade.id)
        text.raw(",\"create_time\":")
        text.integer(trade.engineMilliseconds / 1_000)
        text.raw(",\"create_time_ms\":\"")
        text.integer(trade.engineMilliseconds)
        text.raw(form == .plain ? ".4578\",\"side\":" : ".208000\",\"side\":")
        text.raw(trade.takerSold ? "\"sell\",\"currency_pair\":" : "\"buy\",\"currency_pair\":")
        text.quoted(listing.symbol)
        text.raw(",\"amount\":")
        text.quotedDecimal(trade.size, minimumDecimals: form == .plain ? 10 : 0, trimmed: form == .extended)
        text.raw(",\"price\":")
        text.quotedDecimal(trade.price, minimumDecimals: form == .plain ? 10 : 0, trimmed: form == .extended)
        text.raw(",\"range\":\"")
        text.integer(trade.id)
        text.raw("-")
        text.integer(trade.id)
        text.raw("\"")
        switch form {
        case .plain:
            text.raw(",\"id_market\":")
            text.integer(trade.id)
        case .extended:
            text.raw(",\"stock\":")
            text.quoted(listing.base)
            text.raw(",\"money\":")
            text.quoted(listing.quote)
            text.raw(",\"trade_mode\":0")
        }
        text.raw("}}")
        return text.bytes
    }

    /// As the venue's own client library expects it; the pages of the spot market do not show it.
    func announcement(form: FrameForm, at now: Moment) -> [UInt8]? {
        var text = self.begin(at: now)
        text.raw(",\"channel\":\"spot.book_ticker\",\"event\":\"upgrade\",\"result\":null}")
        return text.bytes
    }

    func recorded(_ frame: JSONValue) -> RecordedStream? {
        guard frame["event"]?.text == "update", let result = frame["result"] else { return nil }
        switch frame["channel"]?.text {
        case "spot.book_ticker":
            guard let symbol = result["s"]?.text else { return nil }
            let quote = Quote(
                recordedBid: result["b"]?.text,
                result["B"]?.text,
                ask: result["a"]?.text,
                result["A"]?.text,
                updateID: result["u"]?.integer
            )
            return RecordedStream(stream: "spot.book_ticker \(symbol)", symbol: symbol, kind: .quote, quote: quote)
        case "spot.trades":
            guard let symbol = result["currency_pair"]?.text else { return nil }
            return RecordedStream(stream: "spot.trades \(symbol)", symbol: symbol, kind: .trade)
        default:
            return nil
        }
    }

    func plain(recorded frame: ArraySlice<UInt8>) -> ArraySlice<UInt8>? { nil }
}
