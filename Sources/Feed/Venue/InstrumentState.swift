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
    /// The venue does not want it.
    case refused

    /// The value of the `state` label.
    var label: String {
        switch self {
        case .requested: "requested"
        case .acknowledged: "acknowledged"
        case .seeded: "seeded"
        case .live: "live"
        case .refused: "refused"
        }
    }
}

/// What a feed remembers of one instrument between two frames.
struct InstrumentState: Sendable {
    /// The update number of the last quote on this connection; meaningful once `hasSequence`.
    var lastSequence: UInt64 = 0
    var hasSequence = false
    /// How many quotes came out of order in a row whose numbers increase among themselves, and the last such number.
    var strays = 0
    var lastStray: UInt64 = 0
    /// A quote frame came since the connection opened, good or bad.
    var hasFrame = false
    /// The engine holds a quote of it that counts as fresh.
    var isHanded = false
    var subscription: SubscriptionState?

    /// Forgets what belonged to the connection.
    mutating func reconnect() {
        (self.hasSequence, self.hasFrame, self.strays) = (false, false, 0)
    }
}
