import Core

/// What becomes of the subscription of an instrument.
extension EventIntake {
    /// Makes room for the instrument and counts it as requested.
    mutating func add(_ instrument: InstrumentIndex) {
        while self.states.count <= instrument.position { self.states.append(InstrumentState()) }
        self.move(instrument, to: .requested)
        if self.wantsTrades { self.moveTrades(of: instrument, to: .requested) }
    }

    /// The instrument is watched no more: the engine hears of it after its last quote, and what still comes of it is of
    /// an unknown symbol.
    mutating func remove(_ instrument: InstrumentIndex, at now: Timestamp) {
        self.tally.synthetic &+= 1
        self.hand(.delisted(instrument, at: now))
        guard self.isWatched(instrument), let state = self.subscription(of: instrument) else { return }
        self.subscriptions[Int(state.rawValue)] -= 1
        if let trades = self.states[instrument.position].tradeSubscription {
            self.tradeSubscriptions[Int(trades.rawValue)] -= 1
        }
        self.states[instrument.position] = InstrumentState()
        self.haveSubscriptionsMoved = true
    }

    /// The connection that carried the instrument is gone, or a new one begins.
    mutating func reconnect(_ instrument: InstrumentIndex) {
        guard self.isWatched(instrument) else { return }
        self.states[instrument.position].reconnect()
        self.move(instrument, to: .requested)
        if self.wantsTrades { self.moveTrades(of: instrument, to: .requested) }
    }

    mutating func acknowledge(_ instrument: InstrumentIndex, at now: Timestamp) {
        guard self.isWatched(instrument) else { return }
        if self.states[instrument.position].grantedAt == .never { self.states[instrument.position].grantedAt = now }
        switch self.subscription(of: instrument) {
        case .requested, .refused: self.move(instrument, to: .acknowledged)
        case .acknowledged, .seeded, .live, .quiet, .stale, nil: break
        }
    }

    /// A refusal; data that comes all the same makes it live.
    mutating func refuse(_ instrument: InstrumentIndex) {
        switch self.subscription(of: instrument) {
        case .requested, .acknowledged, .seeded, .stale: self.move(instrument, to: .refused)
        case .live, .quiet, .refused, nil: break
        }
    }

    func subscription(of instrument: InstrumentIndex) -> SubscriptionState? {
        instrument.position < self.states.count ? self.states[instrument.position].subscription : nil
    }

    mutating func move(_ instrument: InstrumentIndex, to next: SubscriptionState) {
        guard self.states[instrument.position].subscription != next else { return }
        if let old = self.states[instrument.position].subscription { self.subscriptions[Int(old.rawValue)] -= 1 }
        self.subscriptions[Int(next.rawValue)] += 1
        self.states[instrument.position].subscription = next
        self.haveSubscriptionsMoved = true
    }
}

// MARK: - Trades

extension EventIntake {
    /// The venue answered the request for the trades of the instrument, or did not in time.
    mutating func tradesAnswered(_ state: TradeSubscription, of instrument: InstrumentIndex) {
        guard self.isWatched(instrument), self.wantsTrades else { return }
        // Trades that come say more than any answer.
        if self.states[instrument.position].tradeSubscription != .live { self.moveTrades(of: instrument, to: state) }
    }

    mutating func firstTrade(of instrument: InstrumentIndex, on lane: Lane) {
        self.states[instrument.position].tradesSeen |= lane.bit
        if self.wantsTrades { self.moveTrades(of: instrument, to: .live) }
    }

    /// Another connection carries the instrument from now on, on which its trades got this far.
    mutating func followTrades(of instrument: InstrumentIndex, on lane: Lane, answered: TradeSubscription?) {
        guard self.isWatched(instrument), self.wantsTrades else { return }
        let isLive = self.states[instrument.position].tradesSeen & lane.bit != 0
        self.moveTrades(of: instrument, to: isLive ? .live : answered ?? .requested)
    }

    private mutating func moveTrades(of instrument: InstrumentIndex, to next: TradeSubscription) {
        let old = self.states[instrument.position].tradeSubscription
        guard old != next else { return }
        if let old { self.tradeSubscriptions[Int(old.rawValue)] -= 1 }
        self.tradeSubscriptions[Int(next.rawValue)] += 1
        self.states[instrument.position].tradeSubscription = next
        self.haveSubscriptionsMoved = true
    }
}

// MARK: - Seeds and marks

extension EventIntake {
    /// Hands a quote of the REST book ticker over, unless a frame was faster: then it is no event.
    mutating func seed(_ quote: Quote) {
        guard self.isWatched(quote.instrument), self.wantsSeed(quote.instrument) else { return }
        self.handSeed(quote)
        self.states[quote.instrument.position].isAsleep = false
        self.move(quote.instrument, to: .seeded)
    }

    mutating func handSeed(_ quote: Quote) {
        let position = quote.instrument.position
        self.tally.countEvent(.seed)
        self.hand(.quote(quote.flagged(.seeded)))
        self.states[position].isHanded = true
        (self.states[position].bid, self.states[position].ask) = (quote.bid, quote.ask)
    }

    /// Whether a seed is the best that there is for the instrument.
    func wantsSeed(_ instrument: InstrumentIndex) -> Bool {
        guard self.isWatched(instrument), self.states[instrument.position].seen == 0 else { return false }
        switch self.subscription(of: instrument) {
        case .acknowledged, .seeded: return true
        case .stale: return self.states[instrument.position].grantedAt != .never
        case .requested, .live, .quiet, .refused, nil: return false
        }
    }

    /// The book ticker fails: a seed that nothing proves any more is stale, and may come again.
    mutating func unseed(_ instrument: InstrumentIndex, at now: Timestamp) {
        guard self.subscription(of: instrument) == .seeded else { return }
        self.markStale(instrument, .subscription, at: now)
        self.move(instrument, to: .acknowledged)
    }

    /// Marks the instrument stale, if the engine holds a quote of it that counts as fresh.
    mutating func markStale(_ instrument: InstrumentIndex, _ reason: StaleReason, at now: Timestamp) {
        guard self.isWatched(instrument), self.states[instrument.position].isHanded else { return }
        self.states[instrument.position].isHanded = false
        self.tally.synthetic &+= 1
        self.hand(.stale(instrument, reason, at: now))
    }

    /// The quote is not known to stand, but the numbers go on, and a seed may come again.
    mutating func becomeUnproven(_ instrument: InstrumentIndex, _ reason: StaleReason, at now: Timestamp) {
        guard self.isWatched(instrument) else { return }
        self.markStale(instrument, reason, at: now)
        self.states[instrument.position].seen = 0
        switch self.subscription(of: instrument) {
        case .live, .quiet, .seeded: self.move(instrument, to: .acknowledged)
        case .requested, .acknowledged, .stale, .refused, nil: break
        }
    }
}
