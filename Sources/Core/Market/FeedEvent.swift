/// What an adapter decoded from a frame, as `arb1d_feed_events_total` counts it.
///
/// `seed` is the one kind that does not come from a frame: a quote of the venue's REST book ticker.
public enum EventKind: UInt8, CaseIterable, Sendable { case quote, trade, control, seed }

/// Why a decoded event goes no further.
public enum RejectReason: UInt8, CaseIterable, Sendable {
    /// A price that is zero or negative: the instrument has no quote until the next good one.
    case notPositive
    /// A number with more digits than we carry exactly: the instrument has no quote until the next good one.
    case unrepresentable
    /// The update number of the last event again, on a venue that does not repeat.
    case duplicate
    /// An update number below the last one: an older state of the book.
    case outOfOrder
    /// A symbol that was not subscribed.
    case unknownSymbol
}

/// What can be wrong with a whole frame, and therefore what to do about it. Nothing of it was appended.
public enum FrameError: Error, Hashable, Sendable {
    /// Not the JSON that the venue speaks: count it and reconnect, for a broken frame means a broken stream.
    case malformed
    /// Well-formed, but of a channel or type that we do not know: count it and carry on.
    case unknownType
}

/// A message of the venue about the connection or a subscription, not about the market.
public enum ControlEvent: Equatable, Sendable {
    /// The venue accepted our request with this number; `nil` where the answer does not say which.
    case acknowledged(request: UInt64?)
    /// The venue refused our request with this number. `text` is where its words stand in the frame.
    case refused(request: UInt64?, text: Range<Int>)
    /// The answer to our heartbeat.
    case pong
    /// The venue will soon close this connection: open the next one now.
    case shutdownAnnounced
    /// Something harmless that asks for nothing.
    case notice
}

/// One thing that a frame said. Holds no reference: building one allocates nothing.
public enum FeedEvent: Equatable, Sendable {
    case quote(Quote)
    case trade(Trade)
    /// Well-formed, but unusable. `instrument` is `nil` for ``RejectReason/unknownSymbol``.
    case rejected(InstrumentIndex?, EventKind, RejectReason)
    case control(ControlEvent)
}

/// Decoded events of one read burst; cleared and reused, so that filling it allocates nothing after warm-up.
public typealias EventBuffer = [FeedEvent]
