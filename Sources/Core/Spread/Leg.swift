/// What the engine knows of one instrument: its standing quote, and whether it is known to stand.
struct Leg: Sendable {
    /// The part that points are made of.
    private(set) var join = JoinLeg()
    /// The standing quote is one of a REST list that gives no sizes.
    private var isUnsized = false
    /// Its venue no longer lists it: nothing of it counts any more.
    private(set) var isDelisted = false
    let venue: VenueIndex
    let symbol: SymbolIndex
    private(set) var bidSize = 0.0
    private(set) var askSize = 0.0
    // So far one line of the caches, which is nearly all that an evaluation looks at.
    /// When the frame was received that last changed the quote.
    private(set) var changedAt = Timestamp.never
    private(set) var sequence: UInt64 = 0
    /// When the quote was last known to stand.
    private(set) var provedAt = Timestamp.never
    var outliers = OutlierMemory()
    // Both are the board's, which the engine holds.
    let cell: Kept<InstrumentCell>
    let counts: Kept<VenueCells>

    init(venue: VenueIndex, symbol: SymbolIndex, cell: InstrumentCell, counts: VenueCells) {
        (self.venue, self.symbol, self.cell, self.counts) = (venue, symbol, Kept(cell), Kept(counts))
    }

    /// A well-formed quote in order always replaces the standing one, and proves that it stands.
    ///
    /// - Parameters:
    ///   - quote: The quote.
    ///   - prices: Its own, as the nearest numbers that there are.
    ///   - isDoubted: It is an outlier that nothing has confirmed.
    ///   - time: Its engine time.
    /// - Returns: What the window is to retain it as.
    @inline(__always)
    mutating func replace(
        with quote: Quote,
        _ prices: (bid: Double, ask: Double),
        isDoubted: Bool,
        at time: Int64
    ) -> RetainedKind {
        let sizes = (quote.bidSize.double, quote.askSize.double)
        // A new connection may say again what stood before: the quote is proved then, and no younger.
        // Sizes that one of both does not give are no change either.
        let isUnsized = quote.flags.contains(.unsized)
        let areSizesOthers = !isUnsized && !self.isUnsized && sizes != (self.bidSize, self.askSize)
        let isChanged = prices != (self.join.bid, self.join.ask) || areSizesOthers
        if isChanged { self.changedAt = quote.receivedAt }
        (self.bidSize, self.askSize) = sizes
        self.isUnsized = isUnsized
        self.sequence = quote.sequence
        self.provedAt = quote.receivedAt
        let isUsable = !isDoubted && quote.givesSpread
        let kind: RetainedKind = !isUsable ? .unusable : isChanged ? .quote : .repeated
        let isLocked = quote.flags.contains(.locked)
        self.join.replace(kind, bid: prices.bid, ask: prices.ask, isLocked: isLocked, at: time)
        if isDoubted { self.join.doubt() }
        return kind
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
        self.join.isStale = false
    }

    mutating func becomeStale() { self.join.isStale = true }

    mutating func withdraw() { self.join.withdraw() }

    mutating func delist() {
        self.withdraw()
        self.isDelisted = true
    }

    var isStale: Bool { self.join.isStale }
    var hasQuote: Bool { self.join.hasQuote }

    /// The prices for the scrape: only while they give a spread and are known to stand.
    var top: (bid: Double, ask: Double)? {
        guard case .usable = self.join.usability, !self.isStale else { return nil }
        return (self.join.bid, self.join.ask)
    }
}
