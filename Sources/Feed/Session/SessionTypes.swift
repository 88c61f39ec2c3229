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
    /// Live, and something of an instrument was lost: its quote waits for a proof.
    case resyncing
    /// Live, while the next connection is made.
    case rotating
    /// Waiting before the next attempt.
    case backingOff = "backing_off"
    case stopped

    /// Silence means that nothing changed.
    var isLive: Bool {
        switch self {
        case .live, .resyncing, .rotating: true
        case .connecting, .handshaking, .subscribing, .backingOff, .stopped: false
        }
    }
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
    /// How often what the venue refused, or did not answer for, is asked for again.
    var refusedRetry: Duration = .seconds(600)
    /// How long the next connection may take before it is given up, and then until it is tried again.
    var rotationTimeout: Duration = .seconds(30)
    /// How long the venue lets a connection live; `nil`: for ever.
    var lifetime: Duration?
    var deadAfter: Duration
    var heartbeatInterval: Duration?
    var messagesPerSecond: Int

    init(_ profile: VenueProfile, deadAfter: Duration? = nil) {
        self.deadAfter = deadAfter ?? profile.deadAfter
        self.heartbeatInterval = profile.heartbeatInterval
        self.messagesPerSecond = profile.messagesPerSecond
        self.lifetime = profile.connections.lifetime
    }
}

/// What a session's shell must do.
enum SessionAction: Equatable, Sendable {
    /// Open a connection.
    case connect
    case send(SubscriptionRequest)
    /// Ask the adapter for requests for these topics and enqueue them.
    case subscribe(Topics)
    /// Ask the adapter for its keep-alive frame, with this number, and send it.
    case heartbeat(number: UInt64)
    /// Send a protocol ping.
    case ping
    /// Give the connection attempt up.
    case giveUp(ConnectError)
    /// End the connection and report the loss.
    case abandon(LossReason)
    /// These topics are acknowledged.
    case acknowledged(Topics)
    /// These topics are refused.
    case refused(Topics)
    /// The venue did not answer for these in time, and the connection goes on without.
    case unanswered(Topics)
    /// Open the next connection beside this one.
    case rotate
    /// From now on silence means that nothing changed.
    case live
}
