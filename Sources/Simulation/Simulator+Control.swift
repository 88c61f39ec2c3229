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

    /// Does what is ordered at the venue, or at all that are served where it names none.
    ///
    /// - Throws: When no venue can do it; nothing has happened then.
    public mutating func obey(_ order: FaultOrder, at now: Moment, into effects: inout [Effect]) throws(OrderError) {
        self.notice(now)
        if let venue = order.venue {
            guard self.exchanges[venue] != nil else {
                let served = self.venues.map(\.rawValue).joined(separator: ", ")
                throw OrderError(description: "\(venue.rawValue) is not served; write one of \(served)")
            }
            try self.exchanges[venue]?.obey(order, at: now, into: &effects)
            return
        }
        var (isObeyed, refusal): (Bool, OrderError?) = (false, nil)
        for venue in self.venues {
            do throws(OrderError) {
                try self.exchanges[venue]?.obey(order, at: now, into: &effects)
                isObeyed = true
            } catch {
                refusal = error
            }
        }
        if let refusal, !isObeyed { throw refusal }
    }

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
