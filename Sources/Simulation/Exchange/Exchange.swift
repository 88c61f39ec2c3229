/// What the shell must do to a socket, in this order.
public enum Effect: Sendable, Equatable {
    case text(ConnectionID, ArraySlice<UInt8>)
    case ping(ConnectionID, [UInt8])
    case pong(ConnectionID, [UInt8])
    /// Close the connection, with a close frame of that code or without a word.
    case close(ConnectionID, code: UInt16?)
    /// Close what else is connected to the venue: requests, and handshakes that are under way.
    case hangUp(SimulatedVenue)
}

/// One venue: its list, its standing quotes, its connections, and what it counted.
struct Exchange: Sendable {
    let dialect: any Dialect
    let listings: [Listing]
    var account = Account()
    var standing: [Quote?]
    var connections: [ConnectionID: Connection] = [:]
    var subscribers: [String: [ConnectionID]] = [:]
    var subscriptionCount = 0
    let quoteStreams: [String]
    let tradeStreams: [String]
    let listingOfStream: [String: Int]
    var lastQuoted: [Moment?]
    private var generator: SplitMix64
    private var attempts: [Moment] = []
    /// The last recorded quote of each listing that was played, not yet parsed.
    var played: [Int: ArraySlice<UInt8>] = [:]
    var restMeter: RestMeter
    /// Whether quotes may be repeated and standing ones sent: not in replay, and not while frozen.
    var speaksUnasked = true
    /// Whether nobody gets through to the venue.
    private(set) var isCut = false

    init(dialect: any Dialect, listings: [Listing], standing: [Quote?], seed: UInt64, meter: RestMeter) {
        precondition(listings.count == standing.count, "one standing quote or none for each listing")
        self.dialect = dialect
        self.listings = listings
        self.standing = standing
        self.quoteStreams = listings.map { dialect.quoteStream(of: $0) }
        self.tradeStreams = listings.map { dialect.tradeStream(of: $0) }
        self.lastQuoted = listings.map { _ in nil }
        self.generator = SplitMix64(seed: seed)
        self.restMeter = meter
        var listingOfStream: [String: Int] = [:]
        for (index, stream) in self.quoteStreams.enumerated() where listings[index].standing == .trading {
            listingOfStream[stream] = index
        }
        self.listingOfStream = listingOfStream
    }

    var hasSubscribers: Bool { self.subscriptionCount > 0 }

    func hasSubscriber(of stream: String) -> Bool { self.subscribers[stream]?.isEmpty == false }

    func writeState(to text: inout FrameText) {
        self.account.write(
            to: &text,
            connections: self.connections.count,
            subscriptions: self.subscriptionCount,
            isCut: self.isCut
        )
    }

    // MARK: - Connections

    /// Whether a WebSocket may be opened there now. Every attempt counts, also a refused one.
    mutating func admits(path: String, query: String, at now: Moment) -> Bool {
        guard !self.isCut, self.dialect.opening(path: path, query: query) != nil else { return false }
        let admission = self.dialect.admission
        self.attempts.removeAll { now.seconds(since: $0) >= 300 }
        self.attempts.append(now)
        if let limit = admission.attemptsPerFiveMinutes, self.attempts.count > limit {
            self.account.broke(.connectionRate, evidence: "more than \(limit) connections within 5 minutes")
            return false
        }
        if let limit = admission.openConnections, self.connections.count >= limit {
            self.account.broke(.connectionRate, evidence: "more than \(limit) open connections")
            return false
        }
        return true
    }

    mutating func open(_ id: ConnectionID, path: String, query: String, at now: Moment) -> Bool {
        guard !self.isCut, let opening = self.dialect.opening(path: path, query: query) else { return false }
        let number = self.account.connectionsOpened
        self.account.connectionsOpened += 1
        var connection = Connection(
            id: id,
            name: self.dialect.connectionName(generator: &self.generator),
            form: opening.form ?? self.dialect.form(ofConnection: number),
            generator: SplitMix64(seed: self.generator.next()),
            at: now
        )
        var nothing: [Effect] = []
        self.carryOut(opening.reactions, on: &connection, at: now, into: &nothing)
        self.connections[id] = connection
        return true
    }

    mutating func closed(_ id: ConnectionID) {
        guard let connection = self.connections.removeValue(forKey: id) else { return }
        for stream in connection.streams { self.subscribers[stream]?.removeAll { $0 == id } }
        self.subscriptionCount -= connection.streams.count
    }

    /// Ends all connections without a word, the oldest first, and admits none until healed.
    mutating func cut(into effects: inout [Effect]) {
        self.isCut = true
        for id in self.connections.keys.sorted(by: { $0.rawValue < $1.rawValue }) {
            guard self.connections[id]?.isOpen == true else { continue }
            self.connections[id]?.isOpen = false
            effects.append(.close(id, code: nil))
        }
    }

    mutating func heal() { self.isCut = false }

    mutating func receive(_ frame: ClientFrame, on id: ConnectionID, at now: Moment, into effects: inout [Effect]) {
        guard var connection = self.connections[id], connection.isOpen else { return }
        self.account.framesReceived += 1
        connection.lastReceived = now
        let reactions: [Reaction]
        switch frame {
        case .text(let bytes): reactions = self.dialect.react(to: bytes, on: &connection, at: now)
        case .pong(let payload): reactions = self.dialect.reactToPong(payload, on: &connection, at: now)
        case .ping(let payload):
            self.account.pongsSent += 1
            effects.append(.pong(id, payload))
            reactions = self.dialect.reactToPing(on: &connection, at: now)
        }
        self.carryOut(reactions, on: &connection, at: now, into: &effects)
        self.connections[id] = connection
    }

    /// The client broke something below the dialect: it is counted here and cut by the shell.
    mutating func broke(_ rule: Rule, evidence: String) {
        self.account.broke(rule, evidence: evidence)
    }

    mutating func forgive(pauseSeconds: Double, at now: Moment) {
        for id in self.connections.keys { self.connections[id]?.forgive(pauseSeconds: pauseSeconds, at: now) }
    }

    mutating func carryOut(
        _ reactions: [Reaction],
        on connection: inout Connection,
        at now: Moment,
        into effects: inout [Effect]
    ) {
        for reaction in reactions where connection.isOpen {
            switch reaction {
            case .send(let bytes):
                self.account.controlSent += 1
                self.account.sentFrame(bytes: bytes.count)
                connection.lastSent = now
                effects.append(.text(connection.id, bytes[...]))
            case .subscribe(let stream): self.add(stream, to: &connection)
            case .unsubscribe(let stream): self.remove(stream, from: &connection)
            case .sendStanding(let stream): self.sendStanding(stream, to: &connection, at: now, into: &effects)
            case .ping(let payload):
                self.account.pingsSent += 1
                effects.append(.ping(connection.id, payload))
            case .broke(let rule, let evidence): self.account.broke(rule, evidence: evidence)
            case .cut(let code):
                connection.isOpen = false
                effects.append(.close(connection.id, code: code))
            }
        }
    }

    private mutating func add(_ stream: String, to connection: inout Connection) {
        guard connection.subscribe(stream) else { return }
        self.subscribers[stream, default: []].append(connection.id)
        self.subscriptionCount += 1
    }

    private mutating func remove(_ stream: String, from connection: inout Connection) {
        guard connection.unsubscribe(stream) else { return }
        self.subscribers[stream]?.removeAll { $0 == connection.id }
        self.subscriptionCount -= 1
    }

    private mutating func sendStanding(
        _ stream: String,
        to connection: inout Connection,
        at now: Moment,
        into effects: inout [Effect]
    ) {
        guard self.speaksUnasked, let index = self.listingOfStream[stream], let quote = self.standing[index] else {
            return
        }
        let bytes = self.dialect.frame(quote: quote, of: self.listings[index], form: connection.form, at: now)
        self.account.sentQuote(of: self.listings[index].symbol, bytes: bytes.count)
        connection.lastSent = now
        effects.append(.text(connection.id, bytes[...]))
    }
}

/// A message of a client.
public enum ClientFrame: Sendable, Equatable {
    case text([UInt8])
    case ping([UInt8])
    case pong([UInt8])
}
