/// What the engine knows of one instrument: its standing quote, and whether it is known to stand.
struct Leg: Sendable {
    enum Usability: Sendable, Equatable {
        /// No quote yet, or the last one was withdrawn.
        case none
        /// A quote that gives a spread; a locked one gives no point.
        case usable(locked: Bool)
        /// Crossed or one-sided: it stands, but gives no spread.
        case unusable
    }

    let venue: VenueIndex
    private(set) var usability = Usability.none
    /// Not a number while there is no quote, so that the first one always differs from it.
    private(set) var bid = Double.nan
    private(set) var ask = 0.0
    private(set) var bidSize = 0.0
    private(set) var askSize = 0.0
    private var sequence: UInt64 = 0
    /// When the quote last changed.
    private(set) var changedAt = Timestamp.never
    /// When the quote was last known to stand.
    private(set) var provedAt = Timestamp.never
    /// Why the quote is not known to stand; `nil`: it does.
    private(set) var staleReason: StaleReason?

    init(venue: VenueIndex) { self.venue = venue }

    /// A well-formed quote in order always replaces the standing one, and proves that it stands.
    mutating func replace(with quote: Quote) {
        if quote.flags.isDisjoint(with: [.crossed, .oneSided]) {
            self.usability = .usable(locked: quote.flags.contains(.locked))
        } else {
            self.usability = .unusable
        }
        let (prices, sizes) = ((quote.bid.double, quote.ask.double), (quote.bidSize.double, quote.askSize.double))
        // A new connection may say again what stood before: the quote is proved then, and no younger.
        if prices != (self.bid, self.ask) || sizes != (self.bidSize, self.askSize) { self.changedAt = quote.receivedAt }
        (self.bid, self.ask) = prices
        (self.bidSize, self.askSize) = sizes
        self.sequence = quote.sequence
        self.prove(at: quote.receivedAt)
    }

    /// Whether the venue only said again what stands here.
    ///
    /// The feed flags a repeat by the last number it received, but that quote may have been displaced on the way: then
    /// the repeat is the first of it that arrives, and must replace what stands.
    func isRepeated(by quote: Quote) -> Bool {
        quote.flags.contains(.repeated) && self.hasQuote && self.sequence == quote.sequence
    }

    /// The venue said the same again.
    mutating func prove(at instant: Timestamp) {
        self.provedAt = instant
        self.staleReason = nil
    }

    mutating func becomeStale(_ reason: StaleReason) { self.staleReason = reason }

    mutating func withdraw() {
        self.usability = .none
        self.bid = .nan
    }

    var isStale: Bool { self.staleReason != nil }
    var hasQuote: Bool { self.usability != .none }

    /// The prices for the scrape: only while they give a spread and are known to stand.
    var top: (bid: Double, ask: Double)? {
        guard case .usable = self.usability, !self.isStale else { return nil }
        return (self.bid, self.ask)
    }
}
