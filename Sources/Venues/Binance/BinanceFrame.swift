/// The members of a Binance event that we read, by their keys on the wire, which differ in case only.
///
/// The same letter means different things in different events: `a` is an ask price in a quote, a number in an aggregate
/// trade and an array in a depth update. So all are collected first, and read once the event is known.
struct BinanceFields {
    var event = JSONToken.missing  // e
    var symbol = JSONToken.missing  // s
    var transactionTime = JSONToken.missing  // T
    var updateNumber = JSONToken.missing  // u
    var bid = JSONToken.missing  // b
    var bidSize = JSONToken.missing  // B
    var ask = JSONToken.missing  // a
    var askSize = JSONToken.missing  // A
    var price = JSONToken.missing  // p
    var size = JSONToken.missing  // q
    var tradeNumber = JSONToken.missing  // t
    var buyerIsMaker = JSONToken.missing  // m
    var kind = JSONToken.missing  // X

    @inline(__always)
    mutating func take(_ value: JSONToken, for key: UInt8) {
        switch key {
        case UInt8(ascii: "e"): self.event = value
        case UInt8(ascii: "s"): self.symbol = value
        case UInt8(ascii: "T"): self.transactionTime = value
        case UInt8(ascii: "u"): self.updateNumber = value
        case UInt8(ascii: "b"): self.bid = value
        case UInt8(ascii: "B"): self.bidSize = value
        case UInt8(ascii: "a"): self.ask = value
        case UInt8(ascii: "A"): self.askSize = value
        case UInt8(ascii: "p"): self.price = value
        case UInt8(ascii: "q"): self.size = value
        case UInt8(ascii: "t"): self.tradeNumber = value
        case UInt8(ascii: "m"): self.buyerIsMaker = value
        case UInt8(ascii: "X"): self.kind = value
        default: break
        }
    }

    /// A spot quote names no event: only its keys tell it.
    var looksLikeSpotQuote: Bool {
        self.event.kind == .missing && self.symbol.kind == .text && self.updateNumber.kind != .missing
            && (self.bid.kind != .missing || self.ask.kind != .missing) && self.bid.kind != .array
            && self.ask.kind != .array
    }
}

/// One frame of a Binance market stream, in its combined form (`{"stream":…,"data":{…}}`), its raw form (the event
/// alone) or as the answer to a request.
struct BinanceFrame {
    /// Of the event: in `data`, or of the frame itself.
    var fields = BinanceFields()
    var data = JSONToken.missing
    var result = JSONToken.missing
    var id = JSONToken.missing
    var code = JSONToken.missing
    var message = JSONToken.missing

    /// Reads and checks the whole frame in one pass, whatever the order of its keys; of equal keys the last one counts.
    @inline(__always)
    mutating func read(_ frame: Span<UInt8>) throws(JSONError) {
        var reader = try JSONReader(frame)
        guard try reader.enterObject(frame) else {
            // A list, as some raw streams send: nothing of ours, but it must be whole to be ignored.
            _ = try reader.value(frame)
            try reader.finish(frame)
            return
        }
        while let key = try reader.nextKey(frame) {
            if key.isEscaped {
                try self.takeEscaped(key, frame, &reader)
            } else if key.count == 1 {
                let value = try reader.value(frame)
                // A combined frame has no such keys beside `data`; should it, the event stands in `data`.
                if self.data.kind != .object { self.fields.take(value, for: frame[key.start]) }
            } else if key.matches("data", in: frame) {
                try self.takeData(frame, &reader)
            } else {
                self.takeAnswer(try reader.value(frame), for: key, frame)
            }
        }
        try reader.finish(frame)
    }

    @inline(__always)
    private mutating func takeData(_ frame: Span<UInt8>, _ reader: inout JSONReader) throws(JSONError) {
        self.fields = BinanceFields()
        let start = reader.index
        guard try reader.enterObject(frame) else {
            self.data = try reader.value(frame)
            return
        }
        while let key = try reader.nextKey(frame) {
            let value = try reader.value(frame)
            if key.count == 1 {
                self.fields.take(value, for: frame[key.start])
            } else if key.isEscaped {
                self.fields.take(value, for: Self.letter(key, frame))
            }
        }
        self.data = JSONToken(.object, from: start, to: reader.index)
    }

    private mutating func takeAnswer(_ value: JSONToken, for key: JSONToken, _ frame: Span<UInt8>) {
        if key.matches("result", in: frame) {
            self.result = value
        } else if key.matches("id", in: frame) {
            self.id = value
        } else if key.matches("code", in: frame) {
            self.code = value
        } else if key.matches("msg", in: frame) {
            self.message = value
        } else if key.matches("error", in: frame) {
            // Perpetuals wrap what spot says flat: {"error":{"code":2,"msg":"…"},"id":1}.
            self.code = value
            self.message = value
        }
    }

    private mutating func takeEscaped(
        _ key: JSONToken,
        _ frame: Span<UInt8>,
        _ reader: inout JSONReader
    ) throws(JSONError) {
        guard !key.matches("data", in: frame) else { return try self.takeData(frame, &reader) }
        let value = try reader.value(frame)
        if self.data.kind != .object { self.fields.take(value, for: Self.letter(key, frame)) }
        self.takeAnswer(value, for: key, frame)
    }

    /// The only character of a key that was spelt with escapes; 0 when there are more.
    private static func letter(_ key: JSONToken, _ frame: Span<UInt8>) -> UInt8 {
        UnescapedText(key, in: frame).withSpan { $0.count == 1 ? $0[0] : 0 }
    }
}
