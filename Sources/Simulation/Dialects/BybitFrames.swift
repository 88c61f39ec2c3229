/// Bybit's market data: level 1 is a whole snapshot every time, numbers without trailing zeros.
extension BybitDialect {
    func quoteStream(of listing: Listing) -> String { "orderbook.1.\(listing.symbol)" }
    func tradeStream(of listing: Listing) -> String { "publicTrade.\(listing.symbol)" }

    func frame(quote: Quote, of listing: Listing, form: FrameForm, at now: Moment) -> [UInt8] {
        var text = FrameText()
        self.begin(&text, self.quoteStream(of: listing), at: now)
        text.raw("{\"s\":")
        text.quoted(listing.symbol)
        text.raw(",\"b\":[[")
        text.quotedDecimal(quote.bid, trimmed: true)
        text.raw(",")
        text.quotedDecimal(quote.bidSize, trimmed: true)
        text.raw("]],\"a\":[[")
        text.quotedDecimal(quote.ask, trimmed: true)
        text.raw(",")
        text.quotedDecimal(quote.askSize, trimmed: true)
        text.raw("]],\"u\":")
        text.integer(quote.updateID)
        text.raw(",\"seq\":")
        text.integer(quote.sequence)
        text.raw("},\"cts\":")
        text.integer(quote.engineMilliseconds)
        text.raw("}")
        return text.bytes
    }

    func batches(of trades: [Trade]) -> [ArraySlice<Trade>] { trades.isEmpty ? [] : [trades[...]] }

    func frame(trades: ArraySlice<Trade>, of listing: Listing, form: FrameForm, at now: Moment) -> [UInt8] {
        var text = FrameText()
        self.begin(&text, self.tradeStream(of: listing), at: now)
        for (index, trade) in trades.enumerated() {
            text.raw(index == 0 ? "[{\"i\":\"22900000000" : ",{\"i\":\"22900000000")
            text.integer(trade.id)
            text.raw("\",\"T\":")
            text.integer(trade.engineMilliseconds)
            text.raw(",\"p\":")
            text.quotedDecimal(trade.price, trimmed: true)
            text.raw(",\"v\":")
            text.quotedDecimal(trade.size, trimmed: true)
            text.raw(trade.takerSold ? ",\"S\":\"Sell\",\"s\":" : ",\"S\":\"Buy\",\"s\":")
            text.quoted(listing.symbol)
            text.raw(",\"BT\":false}")
        }
        text.raw("]}")
        return text.bytes
    }

    private func begin(_ text: inout FrameText, _ topic: String, at now: Moment) {
        text.raw("{\"topic\":")
        text.quoted(topic)
        text.raw(",\"ts\":")
        text.integer(now.unixMilliseconds)
        text.raw(",\"type\":\"snapshot\",\"data\":")
    }

    func recorded(_ frame: JSONValue) -> RecordedStream? {
        guard let topic = frame["topic"]?.text, let symbol = topic.split(separator: ".").last.map(String.init) else {
            return nil
        }
        if topic.hasPrefix("orderbook.1.") {
            let bid = frame["data"]?["b"]?.elements?.first?.texts ?? []
            let ask = frame["data"]?["a"]?.elements?.first?.texts ?? []
            let quote = Quote(
                recordedBid: bid.first,
                bid.last,
                ask: ask.first,
                ask.last,
                updateID: frame["data"]?["u"]?.integer
            )
            return RecordedStream(stream: topic, symbol: symbol, kind: .quote, quote: quote)
        }
        let kind: RecordedStream.Kind = topic.hasPrefix("publicTrade.") ? .trade : .other
        return RecordedStream(stream: topic, symbol: symbol, kind: kind)
    }

    func plain(recorded frame: ArraySlice<UInt8>) -> ArraySlice<UInt8>? { nil }
}
