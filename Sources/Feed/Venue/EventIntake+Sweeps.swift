import Core

/// What time and the REST book ticker tell about subscriptions: silence that is harmless, and silence that is not.
extension EventIntake {
    /// What one look over all instruments found.
    struct Sweep: Equatable {
        /// Instruments that the venue is to send.
        var watched = 0
        /// Those of them without a quote that is known to stand.
        var stale = 0
        /// Silent for too long on a venue that repeats: to be subscribed anew.
        var silent: [InstrumentIndex] = []
        /// The longest time since a quote was last proven, in nanoseconds, where repeats prove it.
        var oldestProof: Int64 = 0
    }

    /// The times that make a subscription doubtful, in nanoseconds.
    struct Patience: Sendable {
        /// Where an unchanged quote is said again: silent for longer, and the subscription is stale.
        var repeatStaleAfter: Int64?
        /// Granted for so long without a first quote: stale.
        var firstData: Int64 = 60_000_000_000
        /// A quote younger than this is not compared with the REST book ticker, which may be from a cache.
        var auditSilence: Int64 = 30_000_000_000
    }

    /// Looks at every instrument; called about once a second.
    mutating func sweep(_ instruments: [InstrumentIndex], patience: Patience, elapsed: Double, at now: Timestamp)
        -> Sweep
    {
        var sweep = Sweep()
        for instrument in instruments where self.isWatched(instrument) {
            let position = instrument.position
            self.states[position].rhythm.sweep(seconds: elapsed)
            guard let subscription = self.states[position].subscription, subscription != .refused else { continue }
            sweep.watched += 1
            if let limit = patience.repeatStaleAfter {
                self.judgeSilence(of: instrument, limit, at: now, into: &sweep)
            } else {
                self.judgeRhythm(of: instrument, patience, at: now)
            }
            if !self.states[position].isHanded { sweep.stale += 1 }
        }
        return sweep
    }

    /// On a venue that repeats, silence means that the subscription died.
    private mutating func judgeSilence(
        of instrument: InstrumentIndex,
        _ limit: Int64,
        at now: Timestamp,
        into sweep: inout Sweep
    ) {
        let state = self.states[instrument.position]
        guard state.grantedAt != .never || state.seen != 0 else { return }
        let silence = now.nanoseconds(since: max(state.grantedAt, state.lastQuoteAt))
        if state.isHanded { sweep.oldestProof = max(sweep.oldestProof, silence) }
        // Each try in vain doubles the wait for the next.
        guard silence >= limit << Int64(min(state.retries, 3)) else { return }
        self.doubt(instrument, at: now)
        sweep.silent.append(instrument)
    }

    private mutating func judgeRhythm(of instrument: InstrumentIndex, _ patience: Patience, at now: Timestamp) {
        let state = self.states[instrument.position]
        switch state.subscription {
        case .live:
            let silence = Double(now.nanoseconds(since: state.lastQuoteAt)) / 1e9
            guard state.lastQuoteAt != .never, state.rhythm.isQuiet(silentFor: silence) else { return }
            self.states[instrument.position].isAsleep = true
            self.move(instrument, to: .quiet)
        case .acknowledged:
            guard state.grantedAt != .never, now.nanoseconds(since: state.grantedAt) >= patience.firstData else {
                return
            }
            self.states[instrument.position].isAsleep = true
            self.move(instrument, to: .stale)
        case .requested, .seeded, .quiet, .stale, .refused, nil: break
        }
    }

    /// The subscription is not believed any more, and will be asked for anew.
    mutating func doubt(_ instrument: InstrumentIndex, at now: Timestamp) {
        self.markStale(instrument, .subscription, at: now)
        self.states[instrument.position].isAsleep = true
        self.states[instrument.position].suspicion = 0
        self.states[instrument.position].grantedAt = .never
        self.states[instrument.position].seen = 0
        if self.states[instrument.position].retries < 3 { self.states[instrument.position].retries += 1 }
        self.move(instrument, to: .stale)
    }

    // MARK: Audit

    enum Audit: Equatable { case notCompared, agrees, differs, contradicted }

    /// Compares a quote of the REST book ticker with ours, if the stream was silent for long before the request.
    ///
    /// What differs in two sweeps in a row, without a frame in between, is contradicted: its subscription died in
    /// silence. It is stale from now on, and the caller has it subscribed anew.
    mutating func audit(_ quote: Quote, patience: Patience, at now: Timestamp) -> Audit {
        guard self.isWatched(quote.instrument) else { return .notCompared }
        let state = self.states[quote.instrument.position]
        switch state.subscription {
        case .live, .quiet, .seeded: break
        case .requested, .acknowledged, .stale, .refused, nil: return .notCompared
        }
        let silentSince = state.lastQuoteAt == .never ? state.grantedAt : state.lastQuoteAt
        guard state.isHanded, silentSince != .never,
            quote.receivedAt.nanoseconds(since: silentSince) >= patience.auditSilence
        else {
            self.states[quote.instrument.position].suspicion = 0
            return .notCompared
        }
        guard quote.bid != state.bid || quote.ask != state.ask else {
            self.states[quote.instrument.position].suspicion = 0
            return .agrees
        }
        self.states[quote.instrument.position].suspicion += 1
        guard self.states[quote.instrument.position].suspicion >= 2 else { return .differs }
        self.doubt(quote.instrument, at: now)
        return .contradicted
    }
}

// MARK: - Holes

extension EventIntake {
    /// Something of the instrument was lost on the way: what stands is not known until a frame or REST says so.
    mutating func holeFound(in instrument: InstrumentIndex, at now: Timestamp) {
        self.findings.holes &+= 1
        self.needsProof(instrument, at: now)
    }

    /// What stands may be older than what the venue has, and a symbol that rests would not say so for hours.
    mutating func needsProof(_ instrument: InstrumentIndex, at now: Timestamp) {
        guard self.states[instrument.position].holeAt == .never else { return }
        self.states[instrument.position].holeAt = now
        self.states[instrument.position].isAsleep = true
        self.markStale(instrument, .lost, at: now)
        self.findings.toResync.append(instrument)
    }

    /// Whether the instrument still waits for a proof after a hole.
    func isResyncing(_ instrument: InstrumentIndex) -> Bool {
        self.isWatched(instrument) && self.states[instrument.position].holeAt != .never
    }

    /// When the hole was found that waits for a proof.
    func holeAt(_ instrument: InstrumentIndex) -> Timestamp {
        self.isWatched(instrument) ? self.states[instrument.position].holeAt : .never
    }

    /// The venue's REST says what stands, asked for after the hole; a frame may have been faster.
    mutating func resync(_ quote: Quote, at now: Timestamp) {
        guard self.isResyncing(quote.instrument) else { return }
        self.handSeed(quote)
        self.endHole(of: quote.instrument, at: now)
    }

    mutating func endHole(of instrument: InstrumentIndex, at now: Timestamp) {
        let since = self.states[instrument.position].holeAt
        guard since != .never else { return }
        self.states[instrument.position].holeAt = .never
        self.findings.resynced.append(now.nanoseconds(since: since))
    }
}

// MARK: - Rotation

extension EventIntake {
    /// From now on a second connection brings the instrument too.
    mutating func share(_ instrument: InstrumentIndex) {
        if self.isWatched(instrument) { self.states[instrument.position].sharedUntil = Timestamp(nanoseconds: .max) }
    }

    /// Of two connections, this one carries the instrument on.
    mutating func lead(_ instrument: InstrumentIndex, lane: Lane) {
        if self.isWatched(instrument) { self.states[instrument.position].leading = lane }
    }

    /// One of the two connections is gone; the other goes on as if it had been alone.
    ///
    /// For two seconds still, it may bring what the other had brought already.
    mutating func leave(_ instrument: InstrumentIndex, lane: Lane, at now: Timestamp) {
        guard self.isWatched(instrument) else { return }
        if self.states[instrument.position].sharedUntil != .never {
            self.states[instrument.position].sharedUntil = now.advanced(byNanoseconds: 2_000_000_000)
        }
        self.states[instrument.position].seen &= ~lane.bit
        self.states[instrument.position].tradesSeen &= ~lane.bit
    }

    /// When the last quote of the instrument was accepted.
    func lastQuoteAt(_ instrument: InstrumentIndex) -> Timestamp {
        self.isWatched(instrument) ? self.states[instrument.position].lastQuoteAt : .never
    }

    /// Whether a quote came on the lane since its connection opened.
    func hasSeen(_ instrument: InstrumentIndex, on lane: Lane) -> Bool {
        self.isWatched(instrument) && self.states[instrument.position].seen & lane.bit != 0
    }
}
