/// What the shell must do to a socket, in this order.
public enum Effect: Sendable, Equatable {
    case text(ConnectionID, ArraySlice<UInt8>)
    case binary(ConnectionID, ArraySlice<UInt8>)
    /// One text message in so many frames.
    case fragments(ConnectionID, ArraySlice<UInt8>, count: Int)
    /// The first bytes of a text frame, its header included, and then the end of the connection.
    case torn(ConnectionID, ArraySlice<UInt8>, bytes: Int)
    case ping(ConnectionID, [UInt8])
    case pong(ConnectionID, [UInt8])
    /// Close the connection, with a close frame of that code or without a word.
    case close(ConnectionID, code: UInt16?)
    /// End the connection with a reset.
    case reset(ConnectionID)
    /// Close what else is connected to the venue: requests, handshakes under way, and who never got a word.
    case hangUp(SimulatedVenue)
    /// Close the connections that never got a word.
    case letGo(SimulatedVenue)
    /// Close the venue's port.
    case refuse(SimulatedVenue)
    /// Open the venue's port again.
    case admit(SimulatedVenue)
}

/// How the shell receives who connects to a venue.
public enum Greeting: Sendable, Equatable {
    /// As a venue does; through TLS with a certificate that this is wrong with.
    case serve(CertificateFault?)
    case hangUp
    /// Take the connection and never say a word.
    case silence
}

/// One venue: its list, its standing quotes, its connections, and what it counted.
struct Exchange: Sendable {
    let venue: SimulatedVenue
    private(set) var dialect: any Dialect
    private(set) var listings: [Listing]
    var account = Account()
    var network: Network
    /// What is said in this step, before the network has it.
    var messages: [Message] = []
    var standing: [Quote?]
    var connections: [ConnectionID: Connection] = [:]
    var subscribers: [String: [ConnectionID]] = [:]
    var subscriptionCount = 0
    private(set) var quoteStreams: [String] = []
    private(set) var tradeStreams: [String] = []
    private(set) var listingOfStream: [String: Int] = [:]
    var lastQuoted: [Moment?]
    private var generator: SplitMix64
    private var attempts: [Moment] = []
    /// The last recorded quote of each listing that was played, not yet parsed.
    var played: [Int: ArraySlice<UInt8>] = [:]
    var restMeter: RestMeter
    /// Whether quotes may be repeated and standing ones sent: not in replay, and not while frozen.
    var speaksUnasked = true
    /// Connections to close after an announcement.
    var farewells: [(id: ConnectionID, at: Moment)] = []
    var ban = Ban()

    init(venue: SimulatedVenue, listings: [Listing], standing: [Quote?], seed: UInt64) {
        precondition(listings.count == standing.count, "one standing quote or none for each listing")
        self.venue = venue
        self.dialect = venue.dialect(listings: listings)
        self.listings = listings
        self.standing = standing
        self.lastQuoted = listings.map { _ in nil }
        self.generator = SplitMix64(seed: seed)
        self.network = Network(seed: seed ^ 0x6661_756C_7473)
        self.restMeter = RestMeter(style: venue.restStyle)
        self.relist(listings)
    }

    /// Takes over a list with the same places; who subscribed to a name that is gone hears no more of it.
    mutating func relist(_ listings: [Listing]) {
        let dialect = self.venue.dialect(listings: listings)
        (self.dialect, self.listings) = (dialect, listings)
        self.quoteStreams = listings.map { dialect.quoteStream(of: $0) }
        self.tradeStreams = listings.map { dialect.tradeStream(of: $0) }
        self.listingOfStream = [:]
        for index in listings.indices where listings[index].standing != .halted {
            self.listingOfStream[self.quoteStreams[index]] = index
            self.listingOfStream[self.tradeStreams[index]] = index
        }
    }

    var hasSubscribers: Bool { self.subscriptionCount > 0 }

    func hasSubscriber(of stream: String) -> Bool { self.subscribers[stream]?.isEmpty == false }

    func writeState(to text: inout FrameText) {
        text.raw("{\"cut\":\(self.isCut),\"connections\":\(self.connections.count),")
        text.raw("\"subscriptions\":\(self.subscriptionCount),\"frames_held\":\(self.network.framesHeld),")
        self.account.write(to: &text)
        text.raw(",\"faults\":")
        Self.write(self.network.faults, to: &text)
        text.raw(",\"faults_ended\":")
        Self.write(self.network.ended, to: &text)
        text.raw("}")
    }

    private static func write(_ faults: [ActiveFault], to text: inout FrameText) {
        text.raw("[")
        for (index, fault) in faults.enumerated() {
            if index > 0 { text.raw(",") }
            fault.write(to: &text)
        }
        text.raw("]")
    }

    /// Lets the network have what was said in this step.
    mutating func speak(at now: Moment, into effects: inout [Effect]) {
        for message in self.messages { self.network.take(message, at: now, &self.account, into: &effects) }
        self.messages.removeAll(keepingCapacity: true)
        for id in self.network.takeBroken() { self.connections[id]?.isOpen = false }
    }

    // MARK: - Connections

    /// Whether a WebSocket may be opened there now. Every attempt counts, also a refused one.
    mutating func admits(path: String, query: String, at now: Moment) -> Bool {
        guard !self.isAway, self.dialect.opening(path: path, query: query) != nil else { return false }
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
        guard !self.isAway, let opening = self.dialect.opening(path: path, query: query) else { return false }
        let number = self.account.connectionsOpened
        self.account.connectionsOpened += 1
        var connection = Connection(
            id: id,
            name: self.dialect.connectionName(generator: &self.generator),
            form: opening.form ?? self.dialect.form(ofConnection: number),
            generator: SplitMix64(seed: self.generator.next()),
            at: now
        )
        self.carryOut(opening.reactions, on: &connection, at: now)
        self.connections[id] = connection
        return true
    }

    mutating func closed(_ id: ConnectionID) {
        guard let connection = self.connections.removeValue(forKey: id) else { return }
        for stream in connection.streams { self.subscribers[stream]?.removeAll { $0 == id } }
        self.subscriptionCount -= connection.streams.count
        self.network.closed(id, &self.account)
        self.farewells.removeAll { $0.id == id }
    }

    mutating func receive(_ frame: ClientFrame, on id: ConnectionID, at now: Moment) {
        guard var connection = self.connections[id], connection.isOpen, !self.network.isHalfOpen else { return }
        self.account.framesReceived += 1
        connection.lastReceived = now
        let reactions: [Reaction]
        switch frame {
        case .text(let bytes):
            let answer = self.reactions(to: bytes, on: &connection, at: self.told(now))
            if let denial = answer.denial { self.network.faults[denial].did(requests: 1) }
            reactions = answer.reactions
        case .pong(let payload): reactions = self.dialect.reactToPong(payload, on: &connection, at: now)
        case .ping(let payload):
            self.account.pongsSent += 1
            self.messages.append(.pong(id, payload))
            reactions = self.dialect.reactToPing(on: &connection, at: now)
        case .close(let code): reactions = [.cut(code: code ?? 1000)]
        }
        self.carryOut(reactions, on: &connection, at: now)
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
        at now: Moment
    ) {
        for reaction in reactions where connection.isOpen {
            switch reaction {
            case .send(let bytes):
                connection.lastSent = now
                self.messages.append(.frame(connection.id, Frame(kind: .control, listing: nil, bytes: bytes[...])))
            case .subscribe(let stream): self.add(stream, to: &connection)
            case .unsubscribe(let stream): self.remove(stream, from: &connection)
            case .sendStanding(let stream): self.sendStanding(stream, to: &connection, at: now)
            case .ping(let payload):
                self.account.pingsSent += 1
                self.messages.append(.ping(connection.id, payload))
            case .broke(let rule, let evidence): self.account.broke(rule, evidence: evidence)
            case .cut(let code):
                connection.isOpen = false
                self.messages.append(.close(connection.id, code: code))
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

    private mutating func sendStanding(_ stream: String, to connection: inout Connection, at now: Moment) {
        guard self.speaksUnasked, let index = self.listingOfStream[stream], stream == self.quoteStreams[index],
            let quote = self.standing[index], self.listings[index].standing == .trading
        else { return }
        let subject = self.listings[index]
        let bytes = self.dialect.frame(quote: quote, of: subject, form: connection.form, at: self.told(now))
        connection.lastSent = now
        let frame = Frame(kind: .quote(of: subject.symbol), listing: index, bytes: bytes[...])
        self.messages.append(.frame(connection.id, frame))
    }
}

/// A message of a client.
public enum ClientFrame: Sendable, Equatable {
    case text([UInt8])
    case ping([UInt8])
    case pong([UInt8])
    /// With the code that it gave, if any.
    case close(code: UInt16?)
}
