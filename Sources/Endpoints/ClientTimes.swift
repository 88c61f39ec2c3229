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

/// Counts what comes within a second.
struct FrameRate {
    private let limit: Int
    private var windowEnds: NIODeadline
    private var count = 0

    init(limit: Int, now: NIODeadline) {
        self.limit = limit
        self.windowEnds = now + .seconds(1)
    }

    /// Counts one more; false when it is one too many.
    mutating func admits(at now: NIODeadline) -> Bool {
        if now >= self.windowEnds {
            self.windowEnds = now + .seconds(1)
            self.count = 0
        }
        self.count += 1
        return self.count <= self.limit
    }
}
