import Core
import NIOCore
import Venues

/// Doing what the machine says.
extension FeedSession {
    /// Asks the machine, then does what it says and sets the timer anew.
    func step(_ verb: (inout SessionMachine, MonotonicInstant) -> [SessionAction]) {
        let now = self.clock.monotonic
        var actions: [SessionAction] = []
        self.change { actions = verb(&$0, now) }
        for action in actions { self.perform(action, at: now) }
        self.schedule(at: now)
    }

    /// Lets the machine move, and shows where it moved.
    func change(_ verb: (inout SessionMachine) -> Void) {
        let old = self.machine.phase
        verb(&self.machine)
        let new = self.machine.phase
        guard old != new else { return }
        if old.isLive != new.isLive { self.liveSince = new.isLive ? self.clock.now : nil }
        self.owner?.sessionMoved(self, from: old, to: new)
    }

    private func perform(_ action: SessionAction, at now: MonotonicInstant) {
        switch action {
        case .connect: self.connect(at: now)
        case .send(let request): self.handler?.send(text: request.text)
        case .subscribe(let topics): self.request(.subscribe, topics.stream, topics.venueSymbols)
        case .heartbeat(let number):
            if let text = self.reader.adapter.heartbeat(number: number, at: self.clock.wall) {
                self.handler?.send(text: text)
            }
        case .ping: self.handler?.sendPing()
        case .giveUp(let error): self.connectFailed(error)
        case .abandon(.announced): self.leave()
        case .abandon(let reason):
            if self.isReading { self.condemn(reason, nil) } else { self.lose(reason, words: nil) }
        case .acknowledged(let topics): self.acknowledged(topics)
        case .refused(let topics): self.refused(topics)
        case .unanswered(let topics): self.unanswered(topics)
        case .rotate: self.owner?.sessionWantsNext(self)
        case .live: self.owner?.sessionWentLive(self)
        }
    }

    /// The venue will close the connection: says goodbye, and reads on until it does, for what is under way was sent.
    private func leave() {
        guard self.leaving == nil, let handler = self.handler else { return }
        self.leaving = .announced
        handler.beginClose(code: 1000)
        let attempt = self.attempt
        self.loop.scheduleTask(in: .seconds(2)) { if attempt == self.attempt { self.lose(.announced, words: nil) } }
    }

    private func acknowledged(_ topics: Topics) {
        let now = self.clock.now
        for symbol in topics.venueSymbols {
            guard let instrument = self.positions[symbol] else { continue }
            guard topics.stream == .quotes else {
                self.answered(.acknowledged, forTradesOf: instrument)
                continue
            }
            self.granted.insert(instrument)
            self.refused.remove(instrument)
            if !self.isStandby { self.intake.acknowledge(instrument, at: now) }
        }
    }

    private func refused(_ topics: Topics) {
        for symbol in topics.venueSymbols {
            guard let instrument = self.positions[symbol] else { continue }
            guard topics.stream == .quotes else {
                self.answered(.refused, forTradesOf: instrument)
                continue
            }
            self.refused.insert(instrument)
            self.granted.remove(instrument)
            // What the present connection has is not refused by the next one, as long as it is only that.
            if !self.isStandby { self.intake.refuse(instrument) }
        }
    }

    /// Quotes that were not answered for stay requested.
    private func unanswered(_ topics: Topics) {
        if topics.stream == .trades {
            for symbol in topics.venueSymbols {
                if let instrument = self.positions[symbol] { self.answered(.unanswered, forTradesOf: instrument) }
            }
        }
        self.owner?.sessionUnanswered(topics)
    }

    private func answered(_ state: TradeSubscription, forTradesOf instrument: InstrumentIndex) {
        self.trades[instrument] = state
        if !self.isStandby { self.intake.tradesAnswered(state, of: instrument) }
    }

    /// Asks for all streams of these symbols: quotes first.
    func subscribe(_ venueSymbols: [String]) {
        for stream in self.context.streams { self.request(.subscribe, stream, venueSymbols) }
    }

    func request(_ verb: SubscriptionVerb, _ stream: StreamKind, _ venueSymbols: [String]) {
        let requests = self.reader.adapter.requests(
            verb,
            stream,
            of: venueSymbols,
            firstNumber: self.machine.nextNumber,
            at: self.clock.wall
        )
        self.step { $0.enqueue(requests, at: $1) }
    }

    /// One timer for everything: it fires at the machine's next deadline, or earlier and finds nothing to do.
    func schedule(at now: MonotonicInstant) {
        guard !self.isRetiring else { return }  // The timer guards the goodbye.
        guard let deadline = self.machine.nextDeadline(at: now) else {
            self.timer?.cancel()
            (self.timer, self.timerAt) = (nil, nil)
            return
        }
        if let timerAt = self.timerAt, timerAt <= deadline { return }
        self.timer?.cancel()
        self.timerAt = deadline
        // A millisecond late rather than a microsecond early: an early one would have to come again.
        let delay = TimeAmount.nanoseconds(max(0, deadline.nanoseconds - now.nanoseconds) + 1_000_000)
        self.timer = self.loop.scheduleTask(in: delay) {
            (self.timer, self.timerAt) = (nil, nil)
            self.step { $0.tick(at: $1) }
        }
    }
}
