public import Core

/// One subscribe request: the frame to send, and what it asks for.
public struct SubscriptionRequest: Sendable, Equatable {
    /// Our number of the request, which the venue echoes where it can.
    public let number: UInt64
    public let text: String
    /// The venue symbols that this request asks for, in order.
    public let venueSymbols: [String]

    public init(number: UInt64, text: String, venueSymbols: [String]) {
        (self.number, self.text, self.venueSymbols) = (number, text, venueSymbols)
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

    /// The text frames that subscribe to the best bid and ask of `venueSymbols`, each within the venue's limits.
    ///
    /// - Parameters:
    ///   - venueSymbols: In the venue's spelling.
    ///   - firstNumber: The number of the first request; the others count up from it.
    ///   - now: The venue wants our time in some requests.
    /// - Returns: The requests in the order in which to send them.
    func subscriptionRequests(
        for venueSymbols: [String],
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

    /// Takes over a table that has grown; what is known of the symbols of before stays.
    mutating func extend(to symbols: SymbolTable)

    /// The venue symbol that a quote or trade frame is about, as the table would have to spell it.
    ///
    /// For frames whose symbol ``decode(_:receivedAt:into:)`` did not know; `nil` where none is named.
    static func venueSymbol(in frame: Span<UInt8>) -> String?
}
