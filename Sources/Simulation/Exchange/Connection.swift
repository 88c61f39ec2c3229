/// One client's connection, in the numbering of the whole simulator.
public struct ConnectionID: Hashable, Sendable {
    public let rawValue: Int
    public init(rawValue: Int) { self.rawValue = rawValue }
}

/// In which of its two spellings a venue speaks to this connection.
///
/// Binance: the event alone, or wrapped with its stream's name. Gate: as the page documents it, or as the live server
/// has been seen to answer. Bybit has one spelling.
enum FrameForm: Sendable, Equatable {
    case plain
    case extended
}

/// What a venue remembers about one connection.
struct Connection: Sendable {
    let id: ConnectionID
    /// The venue's own name of it, shown in Bybit's and Gate's frames.
    let name: String
    let openedAt: Moment
    var form: FrameForm
    var generator: SplitMix64
    /// In the order of subscription, without duplicates.
    private(set) var streams: [String] = []
    private var streamSet: Set<String> = []
    var lastReceived: Moment
    var lastSent: Moment
    var lastPing: Moment
    var unansweredPings: [(payload: [UInt8], sentAt: Moment)] = []
    var subscribeRequests = 0
    var isOpen = true
    private var recentMessages: [Moment] = []
    /// Until then messages may be those that piled up while the process stood still.
    private var backlogUntil: Moment?

    init(id: ConnectionID, name: String, form: FrameForm, generator: SplitMix64, at now: Moment) {
        self.id = id
        self.name = name
        self.openedAt = now
        self.form = form
        self.generator = generator
        (self.lastReceived, self.lastSent, self.lastPing) = (now, now, now)
    }

    mutating func subscribe(_ stream: String) -> Bool {
        guard self.streamSet.insert(stream).inserted else { return false }
        self.streams.append(stream)
        return true
    }

    mutating func unsubscribe(_ stream: String) -> Bool {
        guard self.streamSet.remove(stream) != nil else { return false }
        self.streams.removeAll { $0 == stream }
        return true
    }

    func isSubscribed(to stream: String) -> Bool { self.streamSet.contains(stream) }

    /// Counts a message of the client; true when it is one more than `limit` within a second.
    mutating func exceeds(limit: Int, at now: Moment) -> Bool {
        if let until = self.backlogUntil, now.nanoseconds < until.nanoseconds { return false }
        self.recentMessages.removeAll { now.seconds(since: $0) >= 1 }
        self.recentMessages.append(now)
        return self.recentMessages.count > limit
    }

    /// The process stood still: nothing that fell due meanwhile may be held against the client.
    mutating func forgive(pauseSeconds: Double, at now: Moment) {
        self.recentMessages.removeAll()
        self.backlogUntil = now.advanced(bySeconds: 1)
        self.lastReceived = self.lastReceived.advanced(bySeconds: pauseSeconds)
        self.lastSent = self.lastSent.advanced(bySeconds: pauseSeconds)
        self.lastPing = self.lastPing.advanced(bySeconds: pauseSeconds)
        for index in self.unansweredPings.indices {
            self.unansweredPings[index].sentAt = self.unansweredPings[index].sentAt.advanced(bySeconds: pauseSeconds)
        }
    }
}
