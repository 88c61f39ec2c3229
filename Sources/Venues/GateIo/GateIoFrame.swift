/// One frame of Gate's v4 stream: an update of a channel, or the answer to a request.
struct GateIoFrame {
    var channel = JSONToken.missing
    var event = JSONToken.missing
    var id = JSONToken.missing
    var error = JSONToken.missing
    /// What `error` says in words, where it is an object that has some.
    var errorMessage = JSONToken.missing
    var result = JSONToken.missing
    /// What `result` holds, where it is an object.
    var fields = GateIoFields()

    /// Reads and checks the whole frame, whatever the order of its keys; of equal keys the last one counts.
    @inline(__always)
    init(_ frame: Span<UInt8>) throws(JSONError) {
        var reader = try JSONReader(frame)
        guard try reader.enterObject(frame) else {
            _ = try reader.value(frame)
            try reader.finish(frame)
            return
        }
        while let key = try reader.nextKey(frame) {
            if key.matches("result", in: frame) {
                try self.takeResult(frame, &reader)
            } else if key.matches("channel", in: frame) {
                self.channel = try reader.value(frame)
            } else if key.matches("event", in: frame) {
                self.event = try reader.value(frame)
            } else if key.matches("error", in: frame) {
                try self.takeError(frame, &reader)
            } else if key.matches("id", in: frame) {
                self.id = try reader.value(frame)
            } else {
                _ = try reader.value(frame)
            }
        }
        try reader.finish(frame)
    }

    @inline(__always)
    private mutating func takeResult(_ frame: Span<UInt8>, _ reader: inout JSONReader) throws(JSONError) {
        self.fields = GateIoFields()
        let start = reader.index
        guard try reader.enterObject(frame) else {
            self.result = try reader.value(frame)
            return
        }
        while let key = try reader.nextKey(frame) {
            let value = try reader.value(frame)
            if key.count == 1 {
                self.fields.take(value, for: frame[key.start])
            } else {
                self.fields.take(value, for: key, frame)
            }
        }
        self.result = JSONToken(.object, from: start, to: reader.index)
    }

    private mutating func takeError(_ frame: Span<UInt8>, _ reader: inout JSONReader) throws(JSONError) {
        let start = reader.index
        guard try reader.enterObject(frame) else {
            self.error = try reader.value(frame)
            self.errorMessage = self.error
            return
        }
        self.errorMessage = .missing
        while let key = try reader.nextKey(frame) {
            let value = try reader.value(frame)
            if key.matches("message", in: frame) { self.errorMessage = value }
        }
        self.error = JSONToken(.object, from: start, to: reader.index)
    }
}

/// The members of a quote or a trade that we read, by their keys on the wire.
struct GateIoFields {
    var time = JSONToken.missing  // t
    var updateNumber = JSONToken.missing  // u
    var symbol = JSONToken.missing  // s, currency_pair
    var bid = JSONToken.missing  // b
    var bidSize = JSONToken.missing  // B
    var ask = JSONToken.missing  // a
    var askSize = JSONToken.missing  // A
    var id = JSONToken.missing
    /// `id_market`: the number within the pair.
    var marketID = JSONToken.missing
    /// The first and the last such number, with a hyphen between them.
    var range = JSONToken.missing
    var createTime = JSONToken.missing
    var createTimeMilliseconds = JSONToken.missing
    var side = JSONToken.missing
    var amount = JSONToken.missing
    var price = JSONToken.missing

    @inline(__always)
    mutating func take(_ value: JSONToken, for letter: UInt8) {
        switch letter {
        case UInt8(ascii: "t"): self.time = value
        case UInt8(ascii: "u"): self.updateNumber = value
        case UInt8(ascii: "s"): self.symbol = value
        case UInt8(ascii: "b"): self.bid = value
        case UInt8(ascii: "B"): self.bidSize = value
        case UInt8(ascii: "a"): self.ask = value
        case UInt8(ascii: "A"): self.askSize = value
        default: break
        }
    }

    mutating func take(_ value: JSONToken, for key: JSONToken, _ frame: Span<UInt8>) {
        if key.matches("currency_pair", in: frame) {
            self.symbol = value
        } else if key.matches("id", in: frame) {
            self.id = value
        } else if key.matches("id_market", in: frame) {
            self.marketID = value
        } else if key.matches("range", in: frame) {
            self.range = value
        } else if key.matches("create_time_ms", in: frame) {
            self.createTimeMilliseconds = value
        } else if key.matches("create_time", in: frame) {
            self.createTime = value
        } else if key.matches("side", in: frame) {
            self.side = value
        } else if key.matches("amount", in: frame) {
            self.amount = value
        } else if key.matches("price", in: frame) {
            self.price = value
        }
    }
}
