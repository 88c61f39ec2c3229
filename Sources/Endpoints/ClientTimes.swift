import NIOCore

/// When a client was last heard of and asked, and what is due next.
struct ClientTimes {
    enum Action: Equatable {
        case ping
        /// The client has been silent for too long.
        case giveUp
    }

    private let pingInterval: TimeAmount
    private let pongTimeout: TimeAmount
    private var heard: NIODeadline
    private var asked: NIODeadline

    init(limits: WebSocketLimits, now: NIODeadline) {
        self.pingInterval = TimeAmount(limits.pingInterval)
        self.pongTimeout = TimeAmount(limits.pongTimeout)
        self.heard = now
        self.asked = now
    }

    /// The next moment at which something may be due.
    var next: NIODeadline { min(self.asked + self.pingInterval, self.heard + self.pongTimeout) }

    mutating func heard(at now: NIODeadline) { self.heard = now }

    mutating func due(at now: NIODeadline) -> Action? {
        if now >= self.heard + self.pongTimeout { return .giveUp }
        guard now >= self.asked + self.pingInterval else { return nil }
        self.asked = now
        return .ping
    }
}

/// A bucket of tokens: each frame takes one, and time brings new ones until it is full again.
struct FrameRate {
    private static let token: Int64 = 1_000_000_000

    /// Billionths of a token for each nanosecond.
    private let perSecond: Int64
    /// In billionths of a token, like what is left.
    private let capacity: Int64
    private var left: Int64
    private var filled: NIODeadline

    init(perSecond: Int, burst: Int, now: NIODeadline) {
        self.perSecond = Int64(perSecond)
        self.capacity = Int64(burst) * Self.token
        self.left = self.capacity
        self.filled = now
    }

    /// Counts one more; false when it is one too many.
    mutating func admits(at now: NIODeadline) -> Bool {
        let elapsed = max(0, (now - self.filled).nanoseconds)
        self.filled = now
        let (brought, overflow) = elapsed.multipliedReportingOverflow(by: self.perSecond)
        self.left = overflow || brought > self.capacity - self.left ? self.capacity : self.left + brought
        guard self.left >= Self.token else { return false }
        self.left -= Self.token
        return true
    }
}
