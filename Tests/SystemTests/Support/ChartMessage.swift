/// What happened to a client of the chart feed, as its program prints it.
struct ChartEvent: Decodable {
    enum Kind: String, Decodable { case open, refused, message, closed }

    let client: String
    let event: Kind
    /// The HTTP status of a refusal, or the code of the daemon's close frame, when there was one.
    let code: Int?
    let message: ChartMessage?
}

/// A message of the chart feed; numbers are texts, with exactly the digits that came.
struct ChartMessage: Decodable {
    private enum CodingKeys: String, CodingKey {
        case type, symbol, seq, timestamps, spreads, upperBand, lowerBand, reason
        case sell = "exchange1"
        case buy = "exchange2"
        case completeFrom = "complete_from"
    }

    let type: String
    let symbol: String?
    let sell: String?
    let buy: String?
    let seq: String?
    let completeFrom: String?
    let timestamps: [String]?
    let spreads: [String]?
    let upperBand: [String?]?
    let lowerBand: [String?]?
    /// Of an error.
    let reason: String?

    var number: Int { self.seq.flatMap(Int.init) ?? -1 }

    var count: Int { self.timestamps?.count ?? 0 }

    /// Its points, each as `/api/dashboard_data` would print it; empty when the lists differ in length.
    var lines: [String] {
        guard let timestamps, let spreads, let upperBand, let lowerBand,
            Set([timestamps.count, spreads.count, upperBand.count, lowerBand.count]).count == 1
        else { return [] }
        return timestamps.indices.map { index in
            let (upper, lower) = (upperBand[index] ?? "null", lowerBand[index] ?? "null")
            return #"{"timestamp":\#(timestamps[index]),"spread":\#(spreads[index]),"#
                + #""upperBand":\#(upper),"lowerBand":\#(lower)}"#
        }
    }
}

/// A pair as chart clients name it.
struct ChartPair: Hashable {
    let symbol: String
    let sell: String
    let buy: String

    var key: String { "\(self.symbol):\(self.sell):\(self.buy)" }

    var query: String { "symbol=\(self.symbol)&exchange1=\(self.sell)&exchange2=\(self.buy)" }

    /// A request of this type for the pair.
    func request(_ type: String) -> String {
        #"{"type":"\#(type)","symbol":"\#(self.symbol)","exchange1":"\#(self.sell)","exchange2":"\#(self.buy)"}"#
    }
}

/// All that one client got of one pair, in order.
struct ChartRecord {
    let messages: [ChartMessage]

    var updates: [ChartMessage] { self.messages.filter { $0.type == "update" } }

    var lastNumber: Int { self.messages.last?.number ?? 0 }

    /// The points as a client keeps them: a snapshot replaces all before it.
    var lines: [String] {
        let begin = self.messages.lastIndex { $0.type == "snapshot" } ?? 0
        return self.messages[begin...].flatMap(\.lines)
    }

    /// Updates that do not continue the message before them, and those without a snapshot before them.
    var holes: [String] {
        zip([nil] + self.messages.map(Optional.some), self.messages).compactMap { before, message in
            guard message.type == "update", before?.number != message.number - message.count else { return nil }
            return "\(message.number) with \(message.count) points after \(before?.number ?? 0)"
        }
    }
}
