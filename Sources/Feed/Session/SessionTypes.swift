import Core
import Venues

/// Where the connection of a session stands.
public enum SessionPhase: String, CaseIterable, Sendable {
    /// A TCP connection is being made.
    case connecting
    /// TLS and the WebSocket handshake.
    case handshaking
    /// Requests are sent and answered; data may come already.
    case subscribing
    /// Every request was answered.
    case live
    /// Waiting before the next attempt.
    case backingOff = "backing_off"
    case stopped
}

/// Why a connection that stood was given up.
enum LossReason: String, CaseIterable, Sendable {
    /// The venue closed it in order, or refused everything on it.
    case closed
    /// It broke.
    case reset
    /// No frame for too long, or no answer to a subscription.
    case silent
    /// It brought something that is not the venue's protocol.
    case garbage
    /// The venue said that it will close it.
    case announced
}

/// The times and limits that a session keeps.
struct SessionLimits: Sendable {
    var connectTimeout: Duration = .seconds(5)
    var handshakeTimeout: Duration = .seconds(5)
    /// From the last request sent to the last answer.
    var subscribeTimeout: Duration = .seconds(10)
    /// How long a connection must live before its failures are forgotten.
    var stableAfter: Duration = .seconds(60)
    /// How long a connection must live before its announced end is followed by a new one without a wait.
    var promptAfter: Duration = .seconds(10)
    var deadAfter: Duration
    var heartbeatInterval: Duration?
    var messagesPerSecond: Int

    init(_ profile: VenueProfile, deadAfter: Duration? = nil) {
        self.deadAfter = deadAfter ?? profile.deadAfter
        self.heartbeatInterval = profile.heartbeatInterval
        self.messagesPerSecond = profile.messagesPerSecond
    }
}

/// What a session's shell must do.
enum SessionAction: Equatable, Sendable {
    /// Open a connection.
    case connect
    case send(SubscriptionRequest)
    /// Ask the adapter for requests for these topics and enqueue them.
    case subscribe([String])
    /// Ask the adapter for its keep-alive frame, with this number, and send it.
    case heartbeat(number: UInt64)
    /// Send a protocol ping.
    case ping
    /// Give the connection attempt up.
    case giveUp(ConnectError)
    /// End the connection and report the loss.
    case abandon(LossReason)
    /// These topics are acknowledged.
    case acknowledged([String])
    /// These topics are refused.
    case refused([String])
    /// From now on silence means that nothing changed.
    case live
}
