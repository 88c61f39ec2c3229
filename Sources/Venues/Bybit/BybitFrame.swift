/// One frame of Bybit's v5 public stream: data of a topic, or the answer to a request.
struct BybitFrame {
    var topic = JSONToken.missing
    var type = JSONToken.missing
    /// When the message was made, and when the matching engine made its content, in milliseconds.
    var ts = JSONToken.missing
    var cts = JSONToken.missing
    /// An object in book messages (see ``book``), an array in trade messages.
    var data = JSONToken.missing
    var book = BybitBook()
    var op = JSONToken.missing
    var success = JSONToken.missing
    var message = JSONToken.missing
    var request = JSONToken.missing

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
            if key.matches("data", in: frame) {
                try self.takeData(frame, &reader)
            } else {
                self.take(try reader.value(frame), for: key, frame)
            }
        }
        try reader.finish(frame)
    }

    @inline(__always)
    private mutating func take(_ value: JSONToken, for key: JSONToken, _ frame: Span<UInt8>) {
        if key.matches("topic", in: frame) {
            self.topic = value
        } else if key.matches("ts", in: frame) {
            self.ts = value
        } else if key.matches("type", in: frame) {
            self.type = value
        } else if key.matches("cts", in: frame) {
            self.cts = value
        } else if key.matches("op", in: frame) {
            self.op = value
        } else if key.matches("success", in: frame) {
            self.success = value
        } else if key.matches("ret_msg", in: frame) || key.matches("retMsg", in: frame) {
            self.message = value
        } else if key.matches("req_id", in: frame) {
            self.request = value
        }
    }

    @inline(__always)
    private mutating func takeData(_ frame: Span<UInt8>, _ reader: inout JSONReader) throws(JSONError) {
        self.book = BybitBook()
        let start = reader.index
        guard try reader.enterObject(frame) else {
            self.data = try reader.value(frame)
            return
        }
        while let key = try reader.nextKey(frame) {
            let value = try reader.value(frame)
            guard key.count == 1 else { continue }
            switch frame[key.start] {
            case UInt8(ascii: "b"): self.book.bids = value
            case UInt8(ascii: "a"): self.book.asks = value
            case UInt8(ascii: "u"): self.book.updateNumber = value
            default: break
            }
        }
        self.data = JSONToken(.object, from: start, to: reader.index)
    }
}

/// The members of a book message that we read.
///
/// The symbol is not among them: relays have been seen to send another one
/// than they were asked for, and only the topic is what we subscribed to.
struct BybitBook {
    var bids = JSONToken.missing
    var asks = JSONToken.missing
    var updateNumber = JSONToken.missing
}
