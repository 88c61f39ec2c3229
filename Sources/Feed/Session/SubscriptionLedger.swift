import Venues

/// The subscribe requests of one connection: what is to be sent, what was sent and not answered, and what follows from
/// each answer.
///
/// One refused topic can fail a whole request, so a refusal is narrowed down: without the topic that it names, else in
/// halves, until single ones are left that the venue does not want.
struct SubscriptionLedger: Sendable {
    struct Refusal: Equatable, Sendable {
        var stream = StreamKind.quotes
        /// Topics that the venue does not want.
        var refused: [String] = []
        /// Groups to ask for again, each in a request of its own.
        var retry: [[String]] = []
    }

    /// To be sent, first to last.
    private var unsent: [SubscriptionRequest] = []
    /// Sent, not answered yet, in the order of sending.
    private var awaiting: [SubscriptionRequest] = []
    /// The number of the next request.
    private(set) var nextNumber: UInt64 = 1

    /// Everything was asked for and answered.
    var isSettled: Bool { self.unsent.isEmpty && self.awaiting.isEmpty }
    var hasUnsent: Bool { !self.unsent.isEmpty }
    var hasAwaiting: Bool { !self.awaiting.isEmpty }
    /// Only trades were not answered for: quotes do without them.
    var awaitsTradesAlone: Bool { self.hasAwaiting && self.awaiting.allSatisfy { $0.stream == .trades } }

    mutating func enqueue(_ requests: [SubscriptionRequest]) {
        self.unsent += requests
        for request in requests { self.nextNumber = max(self.nextNumber, request.number &+ 1) }
    }

    mutating func takeNumber() -> UInt64 {
        defer { self.nextNumber &+= 1 }
        return self.nextNumber
    }

    /// The next request, which the caller sends now.
    mutating func sendNext() -> SubscriptionRequest? {
        guard !self.unsent.isEmpty else { return nil }
        let request = self.unsent.removeFirst()
        self.awaiting.append(request)
        return request
    }

    /// The venue said yes to `number`, or to the oldest open request where it does not say.
    ///
    /// - Returns: What was granted; `nil` when the number is unknown.
    mutating func acknowledge(_ number: UInt64?) -> SubscriptionRequest? { self.answered(number) }

    /// First quotes came for a symbol: their request was granted, whatever became of the answer.
    mutating func dataCame(for venueSymbol: String) -> [String] {
        let index = self.awaiting.firstIndex { $0.stream == .quotes && $0.venueSymbols.contains(venueSymbol) }
        guard let index else { return [] }
        return self.awaiting.remove(at: index).venueSymbols
    }

    /// Stops to wait for answers.
    ///
    /// - Returns: What was asked for in vain, each stream once.
    mutating func giveUpWaiting() -> [Topics] {
        defer { self.awaiting = [] }
        return StreamKind.allCases.compactMap { stream in
            let venueSymbols = self.awaiting.filter { $0.stream == stream }.flatMap(\.venueSymbols)
            return venueSymbols.isEmpty ? nil : Topics(stream: stream, venueSymbols: venueSymbols)
        }
    }

    /// The venue said no.
    mutating func refuse(_ number: UInt64?, words: String) -> Refusal {
        guard let request = self.answered(number) else { return Refusal() }
        let topics = request.venueSymbols
        guard topics.count > 1 else { return Refusal(stream: request.stream, refused: topics) }
        let named = topics.filter { Self.names($0, in: words) }
        if !named.isEmpty, named.count < topics.count {
            return Refusal(
                stream: request.stream,
                refused: named,
                retry: [topics.filter { !named.contains($0) }]
            )
        }
        let middle = topics.count / 2
        return Refusal(stream: request.stream, retry: [Array(topics[..<middle]), Array(topics[middle...])])
    }

    private mutating func answered(_ number: UInt64?) -> SubscriptionRequest? {
        guard let number else { return self.awaiting.isEmpty ? nil : self.awaiting.removeFirst() }
        guard let index = self.awaiting.firstIndex(where: { $0.number == number }) else { return nil }
        return self.awaiting.remove(at: index)
    }

    /// Whether `topic` stands in `words` as a whole: `PEUSDT` is not named by `NOPEUSDT`. ASCII case does not matter.
    static func names(_ topic: String, in words: String) -> Bool {
        let (needle, text) = (Array(topic.lowercased().utf8), Array(words.lowercased().utf8))
        guard !needle.isEmpty, text.count >= needle.count else { return false }
        for start in 0...(text.count - needle.count) {
            let end = start + needle.count
            guard text[start..<end].elementsEqual(needle) else { continue }
            let isWhole =
                (start == 0 || !Self.isPartOfName(text[start - 1]))
                && (end == text.count || !Self.isPartOfName(text[end]))
            if isWhole { return true }
        }
        return false
    }

    private static func isPartOfName(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), 0x80...:
            true
        default: false
        }
    }
}
