import Core
import Venues

/// The `decode` and `feed` stages of one venue without any I/O: checks update numbers, counts, and fills the batch.
///
/// Two laws hold after every call, and a test holds it to them: frames in = frames out + frames dropped, and events in
/// (decoded ones and our own) = elements in the batches + events rejected. Belongs to the venue's event loop.
final class EventIntake {
    /// So many quotes out of order in a row are a new numbering, not late frames.
    private static let renumberedAfter = 3

    let venue: VenueIndex
    private let rule: SequenceRule
    /// By instrument position; those of other venues stay untouched.
    private var states: [InstrumentState] = []
    /// What the next hand-over brings to the raw channel.
    var batch: [RawElement] = []
    var tally = FeedTally()
    /// The instruments whose first quote frame on this connection was in the last ``take(_:at:)``.
    private(set) var firsts: [InstrumentIndex] = []
    private var quoteCame = false
    /// How many instruments are in each state, by raw value.
    private(set) var subscriptions = InlineArray<5, Int>(repeating: 0)
    /// Whether an instrument changed its state since this was last set back.
    var haveSubscriptionsMoved = false

    init(venue: VenueIndex, rule: SequenceRule) {
        (self.venue, self.rule) = (venue, rule)
        self.batch.reserveCapacity(1024)
    }

    var isEmpty: Bool { self.batch.isEmpty && self.tally.framesIn == 0 && self.tally.eventsIn == 0 }

    // MARK: Frames

    func frameCame(bytes: Int) {
        self.tally.framesIn &+= 1
        self.tally.bytes &+= UInt64(bytes)
    }

    /// Whether a quote came since the last call.
    func takeQuoteCame() -> Bool {
        defer { self.quoteCame = false }
        return self.quoteCame
    }

    /// Decodes and judges one text frame, and counts what came of it.
    ///
    /// - Parameters:
    ///   - frame: One whole text frame.
    ///   - events: Emptied first, then filled with what the frame said.
    ///   - now: When the frame was received.
    ///   - decode: The adapter of the frame's connection.
    /// - Throws: What condemns the frame, after it was counted.
    func receive(
        _ frame: Span<UInt8>,
        into events: inout EventBuffer,
        at now: Timestamp,
        decode: (Span<UInt8>, inout EventBuffer) throws(FrameError) -> Void
    ) throws(FrameError) {
        self.frameCame(bytes: frame.count)
        events.removeAll(keepingCapacity: true)
        do throws(FrameError) {
            try decode(frame, &events)
        } catch {
            switch error {
            case .malformed: self.frameDropped(.malformed)
            case .unknownType: self.frameDropped(.unknownType)
            }
            throw error
        }
        self.frameDecoded()
        self.take(events, at: now)
    }

    func frameDecoded() { self.tally.framesOut &+= 1 }
    func frameDropped(_ reason: FrameDropReason) { self.tally.dropFrame(reason) }

    // MARK: Events

    /// Judges what one frame carried, in order.
    func take(_ events: EventBuffer, at now: Timestamp) {
        self.firsts.removeAll(keepingCapacity: true)
        for event in events {
            switch event {
            case .quote(let quote): self.take(quote, at: now)
            case .trade(let trade):
                self.tally.countEvent(.trade)
                self.hand(.trade(trade))
            case .rejected(let instrument, let kind, let reason):
                self.tally.countEvent(kind)
                self.tally.rejectEvent(kind, reason)
                if kind == .quote, let instrument { self.reject(instrument, reason, at: now) }
            case .control:
                self.tally.countEvent(.control)
                self.hand(.control)
            }
        }
    }

    private func take(_ quote: Quote, at now: Timestamp) {
        self.tally.countEvent(.quote)
        let position = quote.instrument.position
        guard position < self.states.count else {
            self.tally.rejectEvent(.quote, .unknownSymbol)
            return
        }
        if !self.states[position].hasFrame { self.firstFrame(of: quote.instrument) }
        self.quoteCame = true
        switch self.judge(quote.sequence, of: position) {
        case .accept: self.hand(.quote(quote))
        case .repeated: self.hand(.quote(quote.flagged(.repeated)))
        case .reject(let reason):
            self.tally.rejectEvent(.quote, reason)
            // The standing quote may be of a numbering that the venue gave up: it is proven by the next one only.
            if reason == .outOfOrder { self.markStale(quote.instrument, .lost, at: now) }
            return
        }
        self.states[position].isHanded = true
    }

    private enum Verdict { case accept, repeated, reject(RejectReason) }

    /// Compares with the last update number on this connection, and remembers the new one.
    private func judge(_ sequence: UInt64, of position: Int) -> Verdict {
        guard sequence != 0 else { return .accept }  // The venue sent none.
        let last = self.states[position].lastSequence
        if self.states[position].hasSequence, sequence <= last {
            switch self.rule {
            case .increasing:
                if sequence == last {
                    self.states[position].strays = 0
                    return .reject(.duplicate)
                }
                if !self.isRenumbered(sequence, position) { return .reject(.outOfOrder) }
            case .repeating:
                if sequence == last {
                    self.states[position].strays = 0
                    return .repeated
                }
                // 1: the venue restarted its numbers.
                if sequence != 1, !self.isRenumbered(sequence, position) { return .reject(.outOfOrder) }
            }
        }
        self.states[position].strays = 0
        self.states[position].lastSequence = sequence
        self.states[position].hasSequence = true
        return .accept
    }

    /// Counts a quote out of order: the third in a row with increasing numbers shows that the venue numbers anew.
    ///
    /// Where the venue repeats, an equal number counts as well: a quiet book would never bring a greater one.
    private func isRenumbered(_ sequence: UInt64, _ position: Int) -> Bool {
        let (strays, last) = (self.states[position].strays, self.states[position].lastStray)
        let goesOn = strays > 0 && (sequence > last || (sequence == last && self.rule == .repeating))
        self.states[position].strays = goesOn ? strays + 1 : 1
        self.states[position].lastStray = sequence
        return self.states[position].strays >= Self.renumberedAfter
    }

    /// A quote that cannot be used takes the standing one with it.
    private func reject(_ instrument: InstrumentIndex, _ reason: RejectReason, at now: Timestamp) {
        switch reason {
        case .notPositive, .unrepresentable:
            guard instrument.position < self.states.count else { return }
            if !self.states[instrument.position].hasFrame { self.firstFrame(of: instrument) }
            self.tally.synthetic &+= 1
            self.hand(.withdrawn(instrument, at: now))
        case .duplicate, .outOfOrder, .unknownSymbol: break
        }
    }

    private func firstFrame(of instrument: InstrumentIndex) {
        self.states[instrument.position].hasFrame = true
        self.firsts.append(instrument)
        self.move(instrument, to: .live)
    }

    // MARK: Seeds and marks

    /// Hands a quote of the REST book ticker over, unless a frame was faster: then it is no event.
    func seed(_ quote: Quote) {
        let position = quote.instrument.position
        guard position < self.states.count, !self.states[position].hasFrame,
            self.wantsSeed(quote.instrument)
        else { return }
        self.tally.countEvent(.seed)
        self.hand(.quote(quote.flagged(.seeded)))
        self.states[position].isHanded = true
        self.move(quote.instrument, to: .seeded)
    }

    /// Whether a seed is the best that there is for the instrument.
    func wantsSeed(_ instrument: InstrumentIndex) -> Bool {
        switch self.subscription(of: instrument) {
        case .acknowledged, .seeded: true
        case .requested, .live, .refused, nil: false
        }
    }

    /// The book ticker fails: a seed that nothing proves any more is stale, and may come again.
    func unseed(_ instrument: InstrumentIndex, at now: Timestamp) {
        guard self.subscription(of: instrument) == .seeded else { return }
        self.markStale(instrument, .subscription, at: now)
        self.move(instrument, to: .acknowledged)
    }

    /// Marks the instrument stale, if the engine holds a quote of it that counts as fresh.
    func markStale(_ instrument: InstrumentIndex, _ reason: StaleReason, at now: Timestamp) {
        guard self.states[instrument.position].isHanded else { return }
        self.states[instrument.position].isHanded = false
        self.tally.synthetic &+= 1
        self.hand(.stale(instrument, reason, at: now))
    }

    /// The clock was stepped: the quote is not known to stand, but the numbers go on, and a seed may come again.
    func clockStepped(_ instrument: InstrumentIndex, at now: Timestamp) {
        self.markStale(instrument, .clock, at: now)
        self.states[instrument.position].hasFrame = false
        switch self.subscription(of: instrument) {
        case .live, .seeded: self.move(instrument, to: .acknowledged)
        case .requested, .acknowledged, .refused, nil: break
        }
    }

    private func hand(_ payload: RawElement.Payload) {
        self.batch.append(RawElement(payload, venue: self.venue))
    }

    // MARK: Subscriptions

    /// Makes room for the instrument and counts it as requested.
    func add(_ instrument: InstrumentIndex) {
        while self.states.count <= instrument.position { self.states.append(InstrumentState()) }
        self.move(instrument, to: .requested)
    }

    /// The connection that carried the instrument is gone, or a new one begins.
    func reconnect(_ instrument: InstrumentIndex) {
        self.states[instrument.position].reconnect()
        self.move(instrument, to: .requested)
    }

    func acknowledge(_ instrument: InstrumentIndex) {
        if self.subscription(of: instrument) == .requested { self.move(instrument, to: .acknowledged) }
    }

    /// A refusal; data that comes all the same makes it live.
    func refuse(_ instrument: InstrumentIndex) {
        if self.subscription(of: instrument) != .live { self.move(instrument, to: .refused) }
    }

    func subscription(of instrument: InstrumentIndex) -> SubscriptionState? {
        self.states[instrument.position].subscription
    }

    private func move(_ instrument: InstrumentIndex, to next: SubscriptionState) {
        if let old = self.states[instrument.position].subscription { self.subscriptions[Int(old.rawValue)] -= 1 }
        self.subscriptions[Int(next.rawValue)] += 1
        self.states[instrument.position].subscription = next
        self.haveSubscriptionsMoved = true
    }
}
