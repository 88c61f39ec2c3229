/// What a venue does upon a frame or a deadline of one connection.
enum Reaction: Sendable, Equatable {
    /// An acknowledgement, refusal or pong.
    case send([UInt8])
    case subscribe(String)
    case unsubscribe(String)
    /// The standing quote of a stream, to the connection that has just subscribed to it.
    case sendStanding(String)
    case ping([UInt8])
    case broke(Rule, evidence: String)
    /// With a close frame of that code, or without one.
    case cut(code: UInt16?)
}

/// How one venue speaks: frames in, reactions out; its market data; its REST bodies.
///
/// A dialect holds no connection and no book. It is told all it needs, so a test needs nothing but a value.
protocol Dialect: Sendable {
    /// Where a WebSocket may be opened, and what that alone brings about; nil where there is none.
    func opening(path: String, query: String) -> Opening?
    /// A text frame of the client. The connection's `lastReceived` is already this moment.
    func react(to frame: [UInt8], on connection: inout Connection, at now: Moment) -> [Reaction]
    /// A ping or pong frame of the client.
    func reactToPing(on connection: inout Connection, at now: Moment) -> [Reaction]
    func reactToPong(_ payload: [UInt8], on connection: inout Connection, at now: Moment) -> [Reaction]
    /// What falls due by the clock alone; asked several times a second.
    func reactToTime(on connection: inout Connection, at now: Moment) -> [Reaction]

    func quoteStream(of listing: Listing) -> String
    func tradeStream(of listing: Listing) -> String
    func frame(quote: Quote, of listing: Listing, form: FrameForm, at now: Moment) -> [UInt8]
    /// The trades of one order, divided as the venue packs them into frames.
    func batches(of trades: [Trade]) -> [ArraySlice<Trade>]
    func frame(trades: ArraySlice<Trade>, of listing: Listing, form: FrameForm, at now: Moment) -> [UInt8]
    var admission: Admission { get }
    /// Seconds after which an unchanged quote is sent again; nil where that is not done.
    var repeatSeconds: Double? { get }
    /// A new connection's spelling, where the path does not decide it.
    func form(ofConnection number: Int) -> FrameForm
    func connectionName(generator: inout SplitMix64) -> String

    /// How the venue says that it will close the connection; nil where it never does.
    func announcement(form: FrameForm, at now: Moment) -> [UInt8]?

    /// Whose frame it is that a recording holds; nil for answers and for what cannot be subscribed here.
    func recorded(_ frame: JSONValue) -> RecordedStream?
    /// What a connection of plain form gets of a recorded frame; nil where it is the same.
    func plain(recorded frame: ArraySlice<UInt8>) -> ArraySlice<UInt8>?

    func respond(to request: RestRequest, from book: RestBook, at now: Moment) -> RestResponse
}

/// How many connections a venue takes; nil where it does not say.
struct Admission: Sendable, Equatable {
    var attemptsPerFiveMinutes: Int?
    var openConnections: Int?
}

extension Dialect {
    func announcement(form: FrameForm, at now: Moment) -> [UInt8]? { nil }
    func batches(of trades: [Trade]) -> [ArraySlice<Trade>] { trades.indices.map { trades[$0...$0] } }
}

struct Opening: Sendable, Equatable {
    /// Nil: the venue decides.
    var form: FrameForm?
    /// What the address asks for: subscriptions.
    var reactions: [Reaction] = []
}

/// The rules that a client can break; the texts are keys of `/sim/state`.
enum Rule: String, Sendable, Hashable {
    /// More messages in a second than the venue takes.
    case messageRate = "message_rate"
    /// A ping was not answered in time with its payload.
    case pongMissing = "pong_missing"
    /// The client said nothing for too long.
    case idle
    /// The client owes the pings of the venue's own kind.
    case heartbeat = "heartbeat_missing"
    /// The connection reached the venue's age limit.
    case lifetime
    case streamsPerConnection = "streams_per_connection"
    case argsPerFrame = "args_per_frame"
    case argsLength = "args_length"
    /// A stream that the venue does not have: acknowledged and silent, or refused.
    case unknownStream = "unknown_stream"
    /// The venue has it, this simulator does not.
    case unsimulatedStream = "unsimulated_stream"
    case alreadySubscribed = "already_subscribed"
    case malformed
    case badRequest = "bad_request"
    /// The request's own time is too far from the venue's.
    case timeSkew = "time_skew"
    /// The client did not take what was sent to it.
    case slowConsumer = "slow_consumer"
    /// A WebSocket protocol error, such as a frame without a mask.
    case protocolError = "protocol"
    case unknownRoute = "unknown_route"
    case restRate = "rest_rate"
    /// The venue had said for how long it would answer nothing, and was asked all the same.
    case bannedRequest = "request_while_banned"
    case connectionRate = "connection_rate"
}

/// The stream that a recorded frame belongs to.
struct RecordedStream: Sendable, Equatable {
    enum Kind: Sendable, Equatable { case quote, trade, other }

    var stream: String
    var symbol: String
    var kind: Kind
    /// Of a quote: its numbers, for the REST lists.
    var quote: Quote?
}
