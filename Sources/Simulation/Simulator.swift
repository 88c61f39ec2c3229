public import WireLogs

/// All simulated venues on one source of market data.
///
/// It owns no socket and no clock: requests, frames and instants come in, effects and bodies go out. The shell
/// carries the effects out in their order and reports every connection that ends.
public struct Simulator: Sendable {
    public struct Replayed: Sendable {
        public let venue: SimulatedVenue
        public let log: WireLog

        public init(venue: SimulatedVenue, log: WireLog) {
            self.venue = venue
            self.log = log
        }
    }

    enum Source: Sendable {
        case model(MarketModel)
        case replay(Playback)
    }

    /// Longer silence of the shell's clock is a pause of the process, not of the clients.
    private static let pauseSecondsMin = 0.3
    private static let timeKeepingSeconds = 0.1

    public let venues: [SimulatedVenue]
    var exchanges: [SimulatedVenue: Exchange]
    var source: Source
    private var venueOfConnection: [ConnectionID: SimulatedVenue] = [:]
    /// Those that ended since the last step: the shell may still hold frames of that step for them.
    private var justEnded: [ConnectionID: SimulatedVenue] = [:]
    private var connectionCount = 0
    var isFrozen = false
    private(set) var hasStarted = false
    private let freezeAfterSeconds: Double?
    private var hasFrozenItself = false
    private var firstSubscription: Moment?
    private var lastSeen: Moment
    private var lastTimeKeeping: Moment
    private var events: [MarketEvent] = []
    private var scenario: Scenario?
    /// Orders of the scenario that could not be obeyed, and why.
    public private(set) var scenarioComplaints: [String] = []

    /// Serves a market that is made up as time goes on.
    public init(
        model settings: MarketModel.Settings,
        venues: [SimulatedVenue],
        freezeAfterSeconds: Double? = nil,
        scenario: Scenario? = nil,
        at now: Moment
    ) {
        let model = MarketModel(settings: settings, venues: venues, at: now)
        var exchanges: [SimulatedVenue: Exchange] = [:]
        for (index, venue) in venues.enumerated() {
            let listings = model.listings(of: venue)
            exchanges[venue] = Exchange(
                venue: venue,
                listings: listings,
                standing: model.standingQuotes(of: venue),
                seed: settings.seed &+ UInt64(index + 1) &* 0x5851_F42D
            )
        }
        self.init(
            venues: venues,
            exchanges: exchanges,
            source: .model(model),
            freezeAfterSeconds: freezeAfterSeconds,
            scenario: scenario,
            at: now
        )
    }

    /// Serves recordings, one a venue, from when every one of them has a subscriber.
    public init(
        replay: [Replayed],
        speed: Double,
        seed: UInt64,
        freezeAfterSeconds: Double? = nil,
        scenario: Scenario? = nil,
        at now: Moment
    ) {
        var exchanges: [SimulatedVenue: Exchange] = [:]
        var recordings: [Recording] = []
        for replayed in replay {
            let venue = replayed.venue
            let recording = Recording(
                venue: venue,
                log: replayed.log,
                dialect: venue.dialect(listings: [])
            )
            var exchange = Exchange(
                venue: venue,
                listings: recording.listings,
                standing: recording.firstQuotes,
                seed: seed &+ UInt64(recordings.count)
            )
            exchange.speaksUnasked = false
            exchanges[venue] = exchange
            recordings.append(recording)
        }
        self.init(
            venues: replay.map(\.venue),
            exchanges: exchanges,
            source: .replay(Playback(recordings: recordings, speed: speed)),
            freezeAfterSeconds: freezeAfterSeconds,
            scenario: scenario,
            at: now
        )
    }

    private init(
        venues: [SimulatedVenue],
        exchanges: [SimulatedVenue: Exchange],
        source: Source,
        freezeAfterSeconds: Double?,
        scenario: Scenario?,
        at now: Moment
    ) {
        self.venues = venues
        self.exchanges = exchanges
        self.source = source
        self.freezeAfterSeconds = freezeAfterSeconds
        self.scenario = scenario
        (self.lastSeen, self.lastTimeKeeping) = (now, now)
    }

    // MARK: - Connections

    /// How somebody is received who connects to the venue.
    public mutating func greet(_ venue: SimulatedVenue, at now: Moment) -> Greeting {
        self.notice(now)
        return self.exchanges[venue]?.greet() ?? .hangUp
    }

    /// Whether a WebSocket may be opened there; otherwise the request is answered like any other.
    public mutating func admits(path: String, query: String, venue: SimulatedVenue, at now: Moment) -> Bool {
        self.notice(now)
        return self.exchanges[venue]?.admits(path: path, query: query, at: now) == true
    }

    public mutating func open(path: String, query: String, venue: SimulatedVenue, at now: Moment) -> ConnectionID? {
        self.notice(now)
        self.connectionCount += 1
        let id = ConnectionID(rawValue: self.connectionCount)
        guard self.exchanges[venue]?.open(id, path: path, query: query, at: now) == true else { return nil }
        self.venueOfConnection[id] = venue
        return id
    }

    public mutating func receive(
        _ frame: ClientFrame,
        on id: ConnectionID,
        at now: Moment,
        into effects: inout [Effect]
    ) {
        self.notice(now)
        guard let venue = self.venueOfConnection[id] else { return }
        self.exchanges[venue]?.receive(frame, on: id, at: now)
        self.exchanges[venue]?.speak(at: now, into: &effects)
    }

    /// The socket is gone, whoever ended it.
    public mutating func closed(_ id: ConnectionID) {
        guard let venue = self.venueOfConnection.removeValue(forKey: id) else { return }
        self.justEnded[id] = venue
        self.exchanges[venue]?.closed(id)
    }

    /// The client did not take what it was sent; the shell cuts it.
    public mutating func sawSlowConsumer(_ id: ConnectionID, bufferedBytes: Int) {
        guard let venue = self.venueOfConnection[id] else { return }
        self.exchanges[venue]?.broke(.slowConsumer, evidence: "\(bufferedBytes) bytes not taken")
    }

    /// So many frames were sent to the connection and never taken whole by its socket.
    public mutating func sawCutOff(_ id: ConnectionID, frames: Int) {
        guard let venue = self.venueOfConnection[id] ?? self.justEnded[id] else { return }
        self.exchanges[venue]?.account.framesCutOff += frames
    }

    /// The client's frames are no WebSocket frames; the shell cuts it.
    public mutating func sawProtocolError(_ id: ConnectionID, _ evidence: String) {
        guard let venue = self.venueOfConnection[id] else { return }
        self.exchanges[venue]?.broke(.protocolError, evidence: evidence)
    }

    // MARK: - Time

    /// Moves the market and all deadlines on to `now`. Ask every few milliseconds.
    public mutating func advance(to now: Moment, into effects: inout [Effect]) {
        self.notice(now)
        self.justEnded.removeAll(keepingCapacity: true)
        self.noticeSubscriptions(at: now)
        self.playScenario(at: now, into: &effects)
        if !self.isFrozen { self.play(at: now) }
        let elapsed = now.seconds(since: self.lastTimeKeeping)
        let isTimeKept = elapsed >= Self.timeKeepingSeconds
        if isTimeKept { self.lastTimeKeeping = now }
        for venue in self.venues {
            if isTimeKept { self.exchanges[venue]?.keepTime(at: now, sinceSeconds: elapsed) }
            self.exchanges[venue]?.keepFaults(at: now, into: &effects)
            self.exchanges[venue]?.speak(at: now, into: &effects)
        }
    }

    /// When this process was stopped it heard nothing, so no deadline of that time counts.
    mutating func notice(_ now: Moment) {
        let gap = now.seconds(since: self.lastSeen)
        self.lastSeen = now
        guard gap >= Self.pauseSecondsMin else { return }
        for venue in self.venues { self.exchanges[venue]?.forgive(pauseSeconds: gap, at: now) }
        self.firstSubscription = self.firstSubscription?.advanced(bySeconds: gap)
    }

    private mutating func noticeSubscriptions(at now: Moment) {
        if self.firstSubscription == nil, self.venues.contains(where: { self.exchanges[$0]?.hasSubscribers == true }) {
            self.firstSubscription = now
        }
        if !self.hasStarted { self.hasStarted = self.mayStart }
        if let after = self.freezeAfterSeconds, let first = self.firstSubscription, !self.isFrozen,
            !self.hasFrozenItself, now.seconds(since: first) >= after
        {
            self.hasFrozenItself = true
            self.freeze()
        }
    }

    /// Orders for venues that are not served, or symbols that are not listed, are passed over: time goes on.
    private mutating func playScenario(at now: Moment, into effects: inout [Effect]) {
        guard let first = self.firstSubscription,
            let due = self.scenario?.due(atSeconds: now.seconds(since: first)), !due.isEmpty
        else { return }
        for order in due {
            do throws(OrderError) {
                try self.obey(order, at: now, into: &effects)
            } catch {
                self.scenarioComplaints.append("\(order.words): \(error.description)")
            }
        }
    }

    private var mayStart: Bool {
        switch self.source {
        case .model: self.firstSubscription != nil
        case .replay(let playback):
            playback.recordings.allSatisfy { recording in
                recording.streams.contains { self.exchanges[recording.venue]?.hasSubscriber(of: $0.stream) == true }
            }
        }
    }

    private mutating func play(at now: Moment) {
        switch self.source {
        case .model(var model):
            // Both are moved out and back, so that neither is copied.
            self.source = .replay(Playback(recordings: [], speed: 1))
            self.events.removeAll(keepingCapacity: true)
            model.advance(to: now, into: &self.events)
            self.source = .model(model)
            for event in self.events { self.publish(event, at: now) }
        case .replay(var playback):
            guard self.hasStarted else { return }
            self.source = .replay(Playback(recordings: [], speed: 1))
            let recordings = playback.recordings
            playback.advance(to: now) { index, frame in
                let recording = recordings[index]
                self.exchanges[recording.venue]?.publish(
                    recorded: recording.bytes[frame.bytes],
                    of: recording.streams[frame.stream],
                    at: now
                )
            }
            self.source = .replay(playback)
        }
    }

    private mutating func publish(_ event: MarketEvent, at now: Moment) {
        switch event {
        case .quote(let venue, let listing, let quote):
            self.exchanges[venue]?.publish(quote, listing: listing, at: now)
        case .trades(let venue, let listing, let trades):
            self.exchanges[venue]?.publish(trades, listing: listing, at: now)
        }
    }
}
