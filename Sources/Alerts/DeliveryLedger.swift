/// Why a notification never reached its receiver. The raw value is that of the `reason` label.
enum DropReason: String, CaseIterable, Sendable {
    /// The queue was full: newer ones took its place.
    case overflow
    /// It was not acknowledged in time, and would be old news.
    case expired
    /// The receiver does not want it: asking again would not help.
    case refused
    /// The process ended.
    case shutdown

    fileprivate var position: Int {
        switch self {
        case .overflow: 0
        case .expired: 1
        case .refused: 2
        case .shutdown: 3
        }
    }
}

/// What an answer means for the notification.
enum DeliveryVerdict: Equatable, Sendable {
    case acknowledged
    case refused
    /// Try again, if `retryAfter` is given not before that.
    case failed(retryAfter: Duration?)
}

/// The bounds of one receiver's deliveries.
public struct DeliveryLimits: Sendable {
    /// Notifications that wait or are on their way.
    public var capacity = 1_000
    /// Older ones are dropped: who is told of a spread of ten minutes ago is misled.
    public var expireAfter = Duration.seconds(600)
    /// What the transport is given for one try.
    public var attemptTimeout = Duration.seconds(10)
    /// A try without any outcome is given up: twice what the transport was given for it.
    var abandonAfter: Duration { self.attemptTimeout * 2 }
    public var backoffBase = Duration.seconds(1)
    public var backoffCap = Duration.seconds(60)
    /// The longest pause that a receiver may ask for.
    public var retryAfterCap = Duration.seconds(300)

    public init() {}
}

/// What went through one receiver's queue.
struct DeliveryLedger: Sendable {
    var queued: UInt64 = 0
    var acknowledged: UInt64 = 0
    private var dropped: [UInt64] = DropReason.allCases.map { _ in 0 }

    subscript(reason: DropReason) -> UInt64 { self.dropped[reason.position] }

    mutating func drop(_ reason: DropReason, count: UInt64 = 1) { self.dropped[reason.position] += count }

    /// The terms, with what the queue itself says that it holds.
    func flow(held: UInt64) -> WebhookFlow {
        var flow = WebhookFlow()
        flow.into = self.queued
        flow.out = self.acknowledged
        flow.dropped = DropReason.allCases.map { ($0.rawValue, self[$0]) }
        flow.held = held
        flow.residual = flow.difference.magnitude
        return flow
    }
}

/// The flow ledger of the stage `webhook`, in notifications times receivers.
public struct WebhookFlow: Sendable {
    /// Queued.
    public internal(set) var into: UInt64 = 0
    /// Acknowledged.
    public internal(set) var out: UInt64 = 0
    /// By reason, in a fixed order; every reason of the stage is there.
    public internal(set) var dropped: [(reason: String, count: UInt64)] = DropReason.allCases.map { ($0.rawValue, 0) }
    /// Measured from the queues.
    public internal(set) var held: UInt64 = 0
    /// The largest absolute `in − out − dropped − held` of any receiver: one's loss never cancels another's double.
    public internal(set) var residual: UInt64 = 0

    /// `in − out − dropped − held` of the sums.
    var difference: Int64 {
        Int64(bitPattern: self.into &- self.dropped.reduce(self.out &+ self.held) { $0 &+ $1.count })
    }

    /// Adds another receiver's terms.
    mutating func add(_ other: WebhookFlow) {
        self.into &+= other.into
        self.out &+= other.out
        self.dropped = zip(self.dropped, other.dropped).map { ($0.reason, $0.count &+ $1.count) }
        self.held &+= other.held
        self.residual = max(self.residual, other.residual)
    }
}
