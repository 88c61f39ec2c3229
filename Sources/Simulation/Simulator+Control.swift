/// What an operator may ask and change, and the venues' plain requests.
extension Simulator {
    /// Stops all market data, also repeats; sockets stay open and are answered.
    public mutating func freeze() {
        self.isFrozen = true
        self.letSpeak(false)
        if case .replay(var playback) = self.source {
            playback.pause()
            self.source = .replay(playback)
        }
    }

    public mutating func resume() {
        self.isFrozen = false
        self.letSpeak(true)
    }

    /// Cuts all connections of the venue; nobody gets through to it until it is healed. Its market goes on unheard.
    public mutating func cut(_ venue: SimulatedVenue, into effects: inout [Effect]) {
        self.exchanges[venue]?.cut(into: &effects)
        effects.append(.hangUp(venue))
    }

    public mutating func heal(_ venue: SimulatedVenue) { self.exchanges[venue]?.heal() }

    public func isCut(_ venue: SimulatedVenue) -> Bool { self.exchanges[venue]?.isCut == true }

    private mutating func letSpeak(_ speaks: Bool) {
        guard case .model = self.source else { return }
        for venue in self.venues { self.exchanges[venue]?.speaksUnasked = speaks }
    }

    public mutating func respond(to request: RestRequest, venue: SimulatedVenue, at now: Moment) -> RestResponse? {
        self.notice(now)
        return self.exchanges[venue]?.respond(to: request, at: now)
    }

    private enum State: String { case waiting, running, finished, frozen }

    private var state: State {
        if self.isFrozen { return .frozen }
        guard self.hasStarted else { return .waiting }
        if case .replay(let playback) = self.source, playback.isFinished { return .finished }
        return .running
    }

    /// The body of `/sim/state`.
    public func stateBody() -> [UInt8] {
        let kind: String
        switch self.source {
        case .model: kind = "model"
        case .replay: kind = "replay"
        }
        var text = FrameText(capacity: 1 << 12)
        text.raw("{\"source\":{\"kind\":\"\(kind)\",\"state\":\"\(self.state.rawValue)\"},\"venues\":{")
        for (index, venue) in self.venues.enumerated() {
            if index > 0 { text.raw(",") }
            text.quoted(venue.rawValue)
            text.raw(":")
            self.exchanges[venue]?.writeState(to: &text)
        }
        text.raw("}}")
        return text.bytes
    }
}
