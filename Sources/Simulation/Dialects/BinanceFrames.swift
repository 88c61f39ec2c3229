/// Binance's market data, as recorded: spot pads all numbers to eight decimals, USD-M prints its own precision.
extension BinanceDialect {
    func quoteStream(of listing: Listing) -> String { listing.symbol.lowercased() + "@bookTicker" }
    func tradeStream(of listing: Listing) -> String { listing.symbol.lowercased() + "@trade" }

    private var decimals: Int { self.market == .spot ? 8 : 0 }

    func frame(quote: Quote, of listing: Listing, form: FrameForm, at now: Moment) -> [UInt8] {
        var text = FrameText()
        self.begin(&text, form, self.quoteStream(of: listing))
        text.raw(self.market == .spot ? "{\"u\":" : "{\"e\":\"bookTicker\",\"u\":")
        text.integer(quote.updateID)
        text.raw(",\"s\":")
        text.quoted(listing.symbol)
        text.raw(",\"b\":")
        text.quotedDecimal(quote.bid, minimumDecimals: self.decimals)
        text.raw(",\"B\":")
        text.quotedDecimal(quote.bidSize, minimumDecimals: self.decimals)
        text.raw(",\"a\":")
        text.quotedDecimal(quote.ask, minimumDecimals: self.decimals)
        text.raw(",\"A\":")
        text.quotedDecimal(quote.askSize, minimumDecimals: self.decimals)
        if self.market == .usdm {
            text.raw(",\"T\":")
            text.integer(quote.engineMilliseconds)
            text.raw(",\"E\":")
            text.integer(now.unixMilliseconds)
        }
        text.raw("}")
        self.end(&text, form)
        return text.bytes
    }

    func frame(trades: ArraySlice<Trade>, of listing: Listing, form: FrameForm, at now: Moment) -> [UInt8] {
        guard let trade = trades.first else { return [] }
        var text = FrameText()
        self.begin(&text, form, self.tradeStream(of: listing))
        text.raw("{\"e\":\"trade\",\"E\":")
        text.integer(now.unixMilliseconds)
        if self.market == .usdm {
            text.raw(",\"T\":")
            text.integer(trade.engineMilliseconds)
        }
        text.raw(",\"s\":")
        text.quoted(listing.symbol)
        text.raw(",\"t\":")
        text.integer(trade.id)
        text.raw(",\"p\":")
        text.quotedDecimal(trade.price, minimumDecimals: self.decimals)
        text.raw(",\"q\":")
        text.quotedDecimal(trade.size, minimumDecimals: self.decimals)
        switch self.market {
        case .spot:
            text.raw(",\"T\":")
            text.integer(trade.engineMilliseconds)
            text.raw(trade.takerSold ? ",\"m\":true,\"M\":true}" : ",\"m\":false,\"M\":true}")
        case .usdm:
            text.raw(trade.takerSold ? ",\"X\":\"MARKET\",\"m\":true}" : ",\"X\":\"MARKET\",\"m\":false}")
        }
        self.end(&text, form)
        return text.bytes
    }

    func announcement(form: FrameForm, at now: Moment) -> [UInt8]? {
        var text = FrameText()
        self.begin(&text, form, "!serverShutdown")
        text.raw("{\"e\":\"serverShutdown\",\"E\":")
        text.integer(now.unixMilliseconds)
        text.raw("}")
        self.end(&text, form)
        return text.bytes
    }

    private func begin(_ text: inout FrameText, _ form: FrameForm, _ stream: String) {
        guard form == .extended else { return }
        text.raw("{\"stream\":")
        text.quoted(stream)
        text.raw(",\"data\":")
    }

    private func end(_ text: inout FrameText, _ form: FrameForm) {
        if form == .extended { text.raw("}") }
    }

    func recorded(_ frame: JSONValue) -> RecordedStream? {
        if let stream = frame["stream"]?.text, let data = frame["data"] {
            return self.recorded(stream: stream, data: data)
        }
        guard let symbol = frame["s"]?.text?.lowercased() else { return nil }
        switch frame["e"]?.text {
        case nil, "bookTicker": return self.recorded(stream: "\(symbol)@bookTicker", data: frame)
        case "trade": return self.recorded(stream: "\(symbol)@trade", data: frame)
        case "aggTrade": return self.recorded(stream: "\(symbol)@aggTrade", data: frame)
        default: return nil
        }
    }

    private func recorded(stream: String, data: JSONValue) -> RecordedStream? {
        guard let at = stream.firstIndex(of: "@"), at != stream.startIndex else { return nil }
        let symbol = data["s"]?.text ?? stream[..<at].uppercased()
        switch stream[at...] {
        case "@bookTicker":
            let quote = Quote(
                recordedBid: data["b"]?.text,
                data["B"]?.text,
                ask: data["a"]?.text,
                data["A"]?.text,
                updateID: data["u"]?.integer
            )
            return RecordedStream(stream: stream, symbol: symbol, kind: .quote, quote: quote)
        case "@trade": return RecordedStream(stream: stream, symbol: symbol, kind: .trade)
        default: return RecordedStream(stream: stream, symbol: symbol, kind: .other)
        }
    }

    /// The bytes of `data` in `{"stream":"...","data":{...}}`, untouched.
    func plain(recorded frame: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        let mark = Array("\"data\":".utf8)
        guard frame.starts(with: "{\"stream\":".utf8), frame.last == UInt8(ascii: "}") else { return nil }
        for start in frame.indices where frame[start] == mark[0] && frame[start...].starts(with: mark) {
            return frame[(start + mark.count)..<(frame.endIndex - 1)]
        }
        return nil
    }
}
