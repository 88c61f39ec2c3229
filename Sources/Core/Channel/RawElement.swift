/// Why we can no longer know that a standing quote stands.
public enum StaleReason: UInt8, CaseIterable, Sendable {
    /// Its connection is not live.
    case session
    /// Its own subscription is unconfirmed, silent on a venue that repeats, or a seed that could not be renewed.
    case subscription
    /// An element of it was displaced from a full channel or came out of order, and nothing newer came.
    case lost
    /// The clock was stepped: ages mean nothing until the next proof.
    case clock

    /// The value of the `reason` label.
    public var label: String {
        switch self {
        case .session: "session"
        case .subscription: "subscription"
        case .lost: "lost"
        case .clock: "clock"
        }
    }
}

/// What travels from the feed loops to the engine. Holds no reference: it is moved by plain copy.
public struct RawElement: Equatable, Sendable {
    public enum Payload: Equatable, Sendable {
        case quote(Quote)
        case trade(Trade)
        /// From now on the instrument's standing quote is not known to stand.
        case stale(InstrumentIndex, StaleReason, at: Timestamp)
        /// The instrument has no quote until the next good one: what came for it could not be used.
        case withdrawn(InstrumentIndex, at: Timestamp)
        /// The venue no longer lists the instrument: everything that is kept of it goes, and nothing of it comes after
        /// this. Its index is never used again.
        case delisted(InstrumentIndex, at: Timestamp)
        /// A message about the connection, already acted on by its session: counted like all others.
        case control
        /// Shows that loop, channel and engine move; also brings the engine the time when nothing else does.
        case heartbeat(loop: UInt8, sentAt: Timestamp)
    }

    public let payload: Payload
    /// Whose element it is; ``VenueIndex/none`` for a heartbeat.
    public let venue: VenueIndex

    @inlinable public init(_ payload: Payload, venue: VenueIndex) { (self.payload, self.venue) = (payload, venue) }

    /// The instrument that this is about.
    @inlinable public var subject: InstrumentIndex? {
        if case .trade(let trade) = self.payload { trade.instrument } else { self.instrument }
    }

    /// The instrument of a quote; `nil` for all else.
    @inlinable var quoted: InstrumentIndex? {
        if case .quote(let quote) = self.payload { quote.instrument } else { nil }
    }

    /// When it came, by the receive clock; `nil` for what says nothing of the market.
    @inlinable public var instant: Timestamp? {
        switch self.payload {
        case .quote(let quote): quote.receivedAt
        case .trade(let trade): trade.receivedAt
        case .stale(_, _, let instant), .withdrawn(_, let instant), .delisted(_, let instant): instant
        case .heartbeat(_, let sentAt): sentAt
        case .control: nil
        }
    }

    /// The instrument whose knowledge is lost when this element is displaced.
    @inlinable public var instrument: InstrumentIndex? {
        switch self.payload {
        case .quote(let quote): quote.instrument
        case .stale(let instrument, _, _), .withdrawn(let instrument, _), .delisted(let instrument, _): instrument
        case .trade, .control, .heartbeat: nil
        }
    }
}
