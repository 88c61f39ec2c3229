import Core

/// How far the subscription of one instrument got: exactly one at any time.
public enum SubscriptionState: UInt8, CaseIterable, Sendable {
    /// To be asked for, or asked for and not answered.
    case requested
    /// Granted, but no quote yet.
    case acknowledged
    /// Granted; its quote is the one of the REST book ticker.
    case seeded
    /// A quote came on this connection.
    case live
    /// As `live`, but silent for much longer than it uses to be: no harm.
    case quiet
    /// Granted or asked for anew, and what stands is not known to stand.
    case stale
    /// The venue does not want it.
    case refused

    /// The value of the `state` label.
    var label: String {
        switch self {
        case .requested: "requested"
        case .acknowledged: "acknowledged"
        case .seeded: "seeded"
        case .live: "live"
        case .quiet: "quiet"
        case .stale: "stale"
        case .refused: "refused"
        }
    }
}

/// How far the subscription to the trades of one instrument got: exactly one at any time, where trades are asked for.
public enum TradeSubscription: UInt8, CaseIterable, Sendable {
    /// To be asked for, or asked for and not answered.
    case requested
    /// Granted, but no trade yet.
    case acknowledged
    /// A trade came on this connection.
    case live
    /// The venue does not want it.
    case refused
    /// The venue did not answer in time.
    case unanswered

    /// The value of the `state` label.
    var label: String {
        switch self {
        case .requested: "requested"
        case .acknowledged: "acknowledged"
        case .live: "live"
        case .refused: "refused"
        case .unanswered: "unanswered"
        }
    }
}

/// One of the two connections that may carry an instrument at a time: the present one, and during a rotation the next.
struct Lane: Equatable, Sendable {
    /// One bit of two.
    let bit: UInt8

    static let first = Lane(bit: 1)
    static let second = Lane(bit: 2)

    var other: Lane { self == .first ? .second : .first }
}

/// What a feed remembers of one instrument between two frames.
struct InstrumentState: Sendable {
    /// The update number of the last quote on this connection; meaningful once `hasSequence`.
    var lastSequence: UInt64 = 0
    var hasSequence = false
    /// How many quotes came out of order in a row whose numbers increase among themselves, and the last such number.
    var strays: UInt8 = 0
    var lastStray: UInt64 = 0
    /// The lanes on which a quote frame came, good or bad, since their connection opened: a bit each.
    var seen: UInt8 = 0
    /// So long two connections carry it: what the one brought already is no disorder when the other brings it.
    var sharedUntil = Timestamp.never
    /// Of two connections that carry it, the one whose unnumbered trades count.
    var leading = Lane.first
    /// The engine holds a quote of it that counts as fresh.
    var isHanded = false
    /// The next good quote changes the state of the subscription.
    var isAsleep = false
    /// How often in a row it was subscribed anew without a quote.
    var retries: UInt8 = 0
    /// In so many sweeps in a row the REST book ticker said something else than we hold.
    var suspicion: UInt8 = 0
    var subscription: SubscriptionState?
    var rhythm = Rhythm()
    /// When its subscription was granted; `never`: it was not.
    var grantedAt = Timestamp.never
    /// When the last quote was accepted, from a frame of either lane.
    var lastQuoteAt = Timestamp.never
    /// The venue's own instants of the last quote and the last trade; `never`: it gave none yet.
    var quoteTime = Timestamp.never
    var tradeTime = Timestamp.never
    /// Since when a hole in its stream waits for a proof of what stands; `never`: there is none.
    var holeAt = Timestamp.never
    /// The prices that the engine was last given.
    var bid = ExactDecimal.zero
    var ask = ExactDecimal.zero
    var trades = TradeNumbers()
    /// The lanes on which a trade came since their connection opened: a bit each.
    var tradesSeen: UInt8 = 0
    /// `nil`: its trades are not asked for.
    var tradeSubscription: TradeSubscription?

    /// Forgets what belonged to the connection.
    mutating func reconnect() {
        (self.hasSequence, self.seen, self.strays) = (false, 0, 0)
        (self.isAsleep, self.suspicion, self.retries) = (false, 0, 0)
        (self.grantedAt, self.holeAt, self.sharedUntil) = (.never, .never, .never)
        (self.trades, self.tradesSeen) = (TradeNumbers(), 0)
    }
}
