public import Core

/// What can be subscribed to of an instrument; the raw value is that of the `stream` label.
public enum StreamKind: String, CaseIterable, Sendable {
    case quotes = "quote"
    case trades = "trade"
}

public enum SubscriptionVerb: Sendable { case subscribe, unsubscribe }

/// One request about subscriptions: the frame to send, and what its answer decides.
public struct SubscriptionRequest: Sendable, Equatable {
    /// Our number of the request, which the venue echoes where it can.
    public let number: UInt64
    public let text: String
    public let stream: StreamKind
    /// The venue symbols that this request asks for, in order; none when it takes subscriptions back.
    public let venueSymbols: [String]

    public init(number: UInt64, text: String, stream: StreamKind = .quotes, venueSymbols: [String]) {
        (self.number, self.text, self.stream, self.venueSymbols) = (number, text, stream, venueSymbols)
    }
}

/// Translates one venue's wire protocol into the domain, and does nothing else.
///
/// An adapter owns no socket, clock or task: frames come in, events go out. That is why a recorded capture can drive
/// it, byte for byte, in a test. One adapter value serves one connection.
public protocol VenueAdapter: Sendable {
    static var profile: VenueProfile { get }
    /// The venue's REST routes and how to read their answers.
    static var catalog: any VenueCatalog { get }

    /// - Parameter symbols: The venue symbols to recognise, as they are spelt inside frames.
    init(symbols: SymbolTable)

    /// The text frames that subscribe to one stream of `venueSymbols`, or take that back, each within the venue's
    /// limits.
    ///
    /// - Parameters:
    ///   - verb: Whether to begin or to end it.
    ///   - stream: Which stream.
    ///   - venueSymbols: In the venue's spelling.
    ///   - firstNumber: The number of the first request; the others count up from it.
    ///   - now: The venue wants our time in some requests.
    /// - Returns: The requests in the order in which to send them.
    func requests(
        _ verb: SubscriptionVerb,
        _ stream: StreamKind,
        of venueSymbols: [String],
        firstNumber: UInt64,
        at now: Timestamp
    ) -> [SubscriptionRequest]

    /// The text frame that keeps the connection alive, or `nil` where the venue pings us.
    func heartbeat(number: UInt64, at now: Timestamp) -> String?

    /// Appends what one text frame carries, in order, to a reused buffer: none, one, or up to 1,024 (Bybit trades).
    ///
    /// A quote or trade with an unusable number or an unknown symbol is appended as ``FeedEvent/rejected(_:_:_:)``.
    ///
    /// - Parameters:
    ///   - frame: One whole text frame.
    ///   - receivedAt: Goes into every event.
    ///   - events: Grows by what the frame said.
    /// - Throws: A ``FrameError``, which condemns this frame only. Nothing of it was appended.
    mutating func decode(
        _ frame: Span<UInt8>,
        receivedAt: Timestamp,
        into events: inout EventBuffer
    ) throws(FrameError)

    /// Decodes the quotes that a run of text frames begins with, as long as each is in the venue's usual spelling.
    ///
    /// Such quotes are nearly all that comes, and one call for a whole run is cheap. Any frame may be offered: what is
    /// accepted is ASCII, whether or not the frame was checked to be UTF-8.
    ///
    /// - Parameters:
    ///   - bytes: Where the frames are.
    ///   - frames: The place of each in `bytes`, in order.
    ///   - receivedAt: Goes into every event.
    ///   - events: Grows by what the frames said, one event for each at most.
    /// - Returns: How many frames were decoded, from the first on; of the next one nothing was appended.
    mutating func decodeUsual(
        _ bytes: Span<UInt8>,
        frames: Span<Range<Int>>,
        receivedAt: Timestamp,
        into events: inout EventBuffer
    ) -> Int

    /// Takes over another table; what is known of the symbols that both have stays.
    mutating func extend(to symbols: SymbolTable)

    /// The venue symbol that a quote or trade frame is about, as the table would have to spell it.
    ///
    /// For frames whose symbol ``decode(_:receivedAt:into:)`` did not know; `nil` where none is named.
    static func venueSymbol(in frame: Span<UInt8>) -> String?
}

extension VenueAdapter {
    /// No spelling is usual.
    public mutating func decodeUsual(
        _ bytes: Span<UInt8>,
        frames: Span<Range<Int>>,
        receivedAt: Timestamp,
        into events: inout EventBuffer
    ) -> Int { 0 }
}
