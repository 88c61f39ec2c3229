import Core
import Venues

/// The `decode` and `feed` stages of one venue without any I/O: checks numbers, counts, and fills the batch.
///
/// Two laws hold after every call, and a test holds it to them: frames in = frames out + frames dropped, and events in
/// (decoded ones and our own) = elements in the batches + events rejected.
///
/// A value, so that a frame looks once at whether its memory is in use, not at each count.
struct EventIntake {
    let venue: VenueIndex
    private let rule: SequenceRule
    private let tradeNumbering: TradeNumbering
    /// Whether trades are asked for.
    let wantsTrades: Bool
    /// By instrument position; those of other venues stay untouched.
    var states: [InstrumentState] = []
    /// What the next hand-over brings to the raw channel.
    var batch: [RawElement] = []
    var tally = FeedTally()
    /// The instruments whose first quote frame on this connection was in the last ``take(_:at:on:)``.
    private(set) var firsts: [InstrumentIndex] = []
    /// What else the last calls found out, until somebody takes it.
    var findings = IntakeFindings()
    private(set) var hasQuoteCome = false
    /// How many instruments are in each state, by raw value.
    var subscriptions = InlineArray<7, Int>(repeating: 0)
    /// The same of their trades.
    var tradeSubscriptions = InlineArray<5, Int>(repeating: 0)
    /// Whether an instrument changed its state since this was last set back.
    var haveSubscriptionsMoved = false

    init(venue: VenueIndex, rule: SequenceRule, trades: TradeNumbering = .none, wantsTrades: Bool = false) {
        (self.venue, self.rule, self.tradeNumbering, self.wantsTrades) = (venue, rule, trades, wantsTrades)
        self.batch.reserveCapacity(1024)
    }

    var isEmpty: Bool { self.batch.isEmpty && self.tally.framesIn == 0 && self.tally.eventsIn == 0 }

    // MARK: Frames

    mutating func frameCame(bytes: Int) { self.tally.frameCame(bytes: bytes) }

    /// Whether a quote came since the last call.
    mutating func takeQuoteCame() -> Bool {
        defer { self.hasQuoteCome = false }
        return self.hasQuoteCome
    }

    /// Decodes and judges one text frame, and counts what came of it.
    ///
    /// - Parameters:
    ///   - frame: One whole text frame.
    ///   - adapter: That of the frame's connection.
    ///   - events: Emptied first, then filled with what the frame said.
    ///   - now: When the frame was received.
    ///   - lane: Which connection it came on.
    /// - Throws: What condemns the frame, after it was counted.
    mutating func receive(
        _ frame: Span<UInt8>,
        with adapter: inout any VenueAdapter,
        into events: inout EventBuffer,
        at now: Timestamp,
        on lane: Lane = .first
    ) throws(FrameError) {
        self.frameCame(bytes: frame.count)
        if !events.isEmpty { events.removeAll(keepingCapacity: true) }
        do throws(FrameError) {
            try adapter.decode(frame, receivedAt: now, into: &events)
        } catch {
            self.frameFailed(error)
            throw error
        }
        self.frameDecoded()
        self.take(events, at: now, on: lane)
    }

    /// Decodes, judges and counts the usual quotes that a run of text frames begins with.
    ///
    /// - Parameters:
    ///   - bytes: Where the frames are.
    ///   - places: Of each frame in `bytes`.
    ///   - adapter: That of the frames' connection.
    ///   - events: Emptied first, then filled with what the frames said.
    ///   - now: When the frames were received.
    ///   - lane: Which connection they came on.
    /// - Returns: How many frames were read, from the first on; the next one is for ``receive(_:with:into:at:on:)``.
    mutating func receiveUsual(
        _ bytes: Span<UInt8>,
        at places: Span<Range<Int>>,
        with adapter: inout any VenueAdapter,
        into events: inout EventBuffer,
        at now: Timestamp,
        on lane: Lane = .first
    ) -> Int {
        if !events.isEmpty { events.removeAll(keepingCapacity: true) }
        let count = adapter.decodeUsual(bytes, frames: places, receivedAt: now, into: &events)
        guard count > 0 else { return 0 }
        for index in 0..<count { self.frameCame(bytes: places[index].count) }
        self.tally.framesOut &+= UInt64(count)
        self.take(events, at: now, on: lane)
        return count
    }

    mutating func frameDecoded() { self.tally.framesOut &+= 1 }
    mutating func frameDropped(_ reason: FrameDropReason) { self.tally.dropFrame(reason) }

    mutating func frameFailed(_ error: FrameError) {
        switch error {
        case .malformed: self.frameDropped(.malformed)
        case .unknownType: self.frameDropped(.unknownType)
        }
    }

    /// Gives the batch, and what was counted on the way to it, to the raw channel.
    mutating func handOver(to channel: RawChannel) {
        channel.send(&self.batch, tally: &self.tally, venue: self.venue)
    }

    // MARK: Events

    /// Judges what one frame carried, in order.
    mutating func take(_ events: EventBuffer, at now: Timestamp, on lane: Lane = .first) {
        if !self.firsts.isEmpty { self.firsts.removeAll(keepingCapacity: true) }
        for event in events {
            switch event {
            case .quote(let quote): self.take(quote, at: now, on: lane)
            case .trade(let trade): self.take(trade, at: now, on: lane)
            case .rejected(let instrument, let kind, let reason):
                self.tally.countEvent(kind)
                self.tally.rejectEvent(kind, reason)
                if kind == .quote, let instrument { self.reject(instrument, reason, at: now, on: lane) }
            case .control:
                self.tally.countEvent(.control)
                self.hand(.control)
            }
        }
    }

    private mutating func take(_ quote: Quote, at now: Timestamp, on lane: Lane) {
        self.tally.countEvent(.quote)
        let position = quote.instrument.position
        // One look at the state: each is checked for being the only one.
        guard position < self.states.count,
            let outcome = self.states[position].take(quote, self.rule, at: now, on: lane)
        else {
            self.tally.rejectEvent(.quote, .unknownSymbol)
            return
        }
        if outcome.isFirst { self.firstFrame(of: quote.instrument, on: lane) }
        self.hasQuoteCome = true
        if outcome.isDouble { self.findings.doubles &+= 1 }
        switch outcome.verdict {
        case .accept: self.hand(.quote(quote))
        case .repeated: self.hand(.quote(quote.flagged(.repeated)))
        case .reject(let reason):
            self.tally.rejectEvent(.quote, reason)
            // The standing quote may be of a numbering that the venue gave up: it is proven by the next one only.
            if reason == .outOfOrder { self.needsProof(quote.instrument, at: now) }
            return
        }
        if outcome.isAsleep { self.wake(quote.instrument, at: now) }
        if outcome.goesBack { self.tally.quoteTimesBack &+= 1 }
    }

    /// A quote that cannot be used takes the standing one with it.
    private mutating func reject(
        _ instrument: InstrumentIndex,
        _ reason: RejectReason,
        at now: Timestamp,
        on lane: Lane
    ) {
        switch reason {
        case .notPositive, .unrepresentable:
            guard self.isWatched(instrument) else { return }
            if self.states[instrument.position].seen & lane.bit == 0 { self.firstFrame(of: instrument, on: lane) }
            self.tally.synthetic &+= 1
            self.hand(.withdrawn(instrument, at: now))
            self.states[instrument.position].isHanded = false
        case .duplicate, .outOfOrder, .unknownSymbol: break
        }
    }

    private mutating func firstFrame(of instrument: InstrumentIndex, on lane: Lane) {
        self.states[instrument.position].seen |= lane.bit
        self.firsts.append(instrument)
        switch self.states[instrument.position].subscription {
        case .requested, .acknowledged, .seeded, .refused: self.move(instrument, to: .live)
        // What these wait for is a good quote.
        case .live, .quiet, .stale, nil: break
        }
    }

    /// A good quote of an instrument that was quiet or stale.
    private mutating func wake(_ instrument: InstrumentIndex, at now: Timestamp) {
        let position = instrument.position
        self.states[position].isAsleep = false
        (self.states[position].retries, self.states[position].suspicion) = (0, 0)
        self.endHole(of: instrument, at: now)
        self.move(instrument, to: .live)
    }

    private mutating func take(_ trade: Trade, at now: Timestamp, on lane: Lane) {
        self.tally.countEvent(.trade)
        let position = trade.instrument.position
        guard self.isWatched(trade.instrument) else {
            self.tally.rejectEvent(.trade, .unknownSymbol)
            return
        }
        if self.states[position].tradesSeen & lane.bit == 0 { self.firstTrade(of: trade.instrument, on: lane) }
        let isShared = self.states[position].sharedUntil > now
        switch self.tradeNumbering {
        case .none:
            if isShared, lane != self.states[position].leading { return self.tally.rejectEvent(.trade, .duplicate) }
        case .consecutive:
            let verdict = self.states[position].trades.judge(
                first: trade.firstNumber,
                last: trade.number,
                isShared: isShared,
                leads: lane == self.states[position].leading
            )
            switch verdict {
            case .next: break
            case .afterHole: self.holeFound(in: trade.instrument, at: now)
            case .rejected(let reason): return self.tally.rejectEvent(.trade, reason)
            }
        }
        if self.states[position].tradeTime.goesBack(to: trade.exchangeTime) { self.tally.tradeTimesBack &+= 1 }
        self.hand(.trade(trade))
    }

    func isWatched(_ instrument: InstrumentIndex) -> Bool {
        instrument.position < self.states.count && self.states[instrument.position].subscription != nil
    }

    mutating func hand(_ payload: RawElement.Payload) { self.batch.append(RawElement(payload, venue: self.venue)) }
}

/// What an intake found out beside the quotes: counts and instruments that somebody has to care for.
struct IntakeFindings {
    /// Quotes that two connections brought both, during a rotation.
    var doubles: UInt64 = 0
    /// Holes in streams that are numbered without holes.
    var holes: UInt64 = 0
    /// Instruments with a hole that wait for a proof of what stands.
    var toResync: [InstrumentIndex] = []
    /// How long each of those waited that have one now, in nanoseconds.
    var resynced: [Int64] = []

    var isEmpty: Bool { self.doubles == 0 && self.holes == 0 && self.toResync.isEmpty && self.resynced.isEmpty }
}
