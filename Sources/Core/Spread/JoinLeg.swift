/// What a point needs to know of a leg: the same for the live path and for a history computed from the window.
struct JoinLeg: Sendable, Equatable {
    enum Usability: Sendable, Equatable {
        /// No quote yet, or the last one was withdrawn.
        case none
        /// A quote that gives a spread; a locked one gives no point.
        case usable(locked: Bool)
        /// Crossed or one-sided: it stands, but gives no spread.
        case unusable
        /// An outlier that nothing has confirmed: the same.
        case unconfirmed
    }

    /// Not a number while there is no quote, so that the first one always differs from it.
    private(set) var bid = Double.nan
    private(set) var ask = 0.0
    /// The engine time of the quote that last changed a price or size.
    private(set) var changedAt = Int64.min
    /// The engine time of the last element.
    private(set) var time = Int64.min
    // The small ones last: what a leg has besides, stands behind them.
    private(set) var usability = Usability.none
    var isStale = false

    var hasQuote: Bool { self.usability != .none }

    init() {}

    /// What the elements of a window came to.
    init(_ state: QuoteState) {
        (self.time, self.changedAt, self.isStale) = (state.base.time, state.changedAt, state.isStale)
        guard state.hasQuote else { return }
        self.usability = state.isUsable ? .usable(locked: state.base.isLocked) : .unusable
        (self.bid, self.ask) = (state.base.bid, state.base.ask)
    }

    /// Takes a well-formed quote, which always replaces the standing one and proves that it stands.
    @inline(__always)
    mutating func replace(_ kind: RetainedKind, bid: Double, ask: Double, isLocked: Bool, at time: Int64) {
        self.usability = kind == .unusable ? .unusable : .usable(locked: isLocked)
        if kind != .repeated { self.changedAt = time }
        (self.bid, self.ask, self.time) = (bid, ask, time)
        self.isStale = false
    }

    /// The quote just taken is an outlier: to a window it is one that gives no spread.
    mutating func doubt() { self.usability = .unconfirmed }

    mutating func withdraw() {
        self.usability = .none
        self.bid = .nan
    }

    /// Takes what a window retained.
    @inline(__always)
    mutating func apply(_ element: RetainedElement) {
        switch element.kind {
        case .quote, .repeated, .unusable:
            self.replace(
                element.kind,
                bid: element.numbers.bid,
                ask: element.numbers.ask,
                isLocked: element.numbers.isLocked,
                at: element.time
            )
        case .stale: self.isStale = true
        case .live: self.isStale = false
        case .withdrawn: self.withdraw()
        }
        self.time = element.time
    }
}
