/// Owns all market state: standing quotes, windows, joins and bands. One thread drives it; nothing in it locks or
/// waits.
///
/// A quote re-evaluates exactly the ordered pairs that its instrument belongs to. Time comes in with the elements.
public struct SpreadEngine: ~Copyable {
    private let settings: EngineSettings
    private let board: Board
    private var cells: Board.Cells
    private var legs: [Leg] = []
    /// The pairs of each instrument, by ``InstrumentIndex``.
    private var pairsOfInstrument: [[Int]] = []
    private var pairs: [PairState] = []
    /// By ``SymbolIndex``: the engine time of the symbol's last event.
    private var symbolTimes: [Int64] = []
    private var windows: WindowStore
    private var freshPairs = 0
    private var reported = EngineTally()

    public init(universe: Universe, settings: EngineSettings, board: Board) {
        self.settings = settings
        self.board = board
        self.cells = board.read()
        self.windows = WindowStore(span: settings.windowSpan, maxBytes: settings.windowMaxBytes)
        self.extend(to: universe)
    }

    /// Takes over a universe that has grown. Must come before the first element of any new instrument.
    public mutating func extend(to universe: Universe) {
        self.cells = self.board.extend(to: universe)
        for entry in universe.instruments[self.legs.count...] {
            self.legs.append(Leg(venue: entry.venue))
            self.pairsOfInstrument.append([])
        }
        while self.symbolTimes.count < universe.symbols.count { self.symbolTimes.append(.min) }
        for (index, entry) in universe.pairs.enumerated().dropFirst(self.pairs.count) {
            let (sell, buy) = (self.legs[entry.sell.position].venue, self.legs[entry.buy.position].venue)
            self.pairs.append(
                PairState(
                    entry: entry,
                    cell: self.cells.pairs[index],
                    counts: self.cells.venuePair(sell: sell, buy: buy),
                    sellFee: universe.venues[sell.position].fee,
                    buyFee: universe.venues[buy.position].fee
                )
            )
            self.pairsOfInstrument[entry.sell.position].append(index)
            self.pairsOfInstrument[entry.buy.position].append(index)
        }
        self.windows.extend(toInstruments: universe.instruments.count)
    }

    /// Applies one batch in order, and says what became of it.
    ///
    /// - Parameters:
    ///   - batch: In the order in which the channel took it in.
    ///   - displaced: Instruments that lost an element before this batch: not known to stand until a newer quote.
    ///   - clock: Read after each quote for `arb1d_end_to_end_seconds`, and for nothing else.
    ///   - heartbeat: Called for each heartbeat, with its loop and the instant it was sent.
    /// - Returns: What the flow ledger is to be credited with.
    public mutating func process(
        _ batch: [RawElement],
        displaced: [InstrumentIndex],
        clock: () -> Timestamp,
        heartbeat: (_ loop: UInt8, _ sentAt: Timestamp) -> Void
    ) -> EngineTally {
        var tally = EngineTally()
        for instrument in displaced where instrument.position < self.legs.count {
            self.becomeStale(instrument.position, .lost)
        }
        for element in batch {
            guard self.isKnown(element) else {
                tally.rejectedUnknown &+= 1
                continue
            }
            switch element.payload {
            case .quote(let quote): self.apply(quote, clock: clock)
            case .stale(let instrument, let reason, _): self.becomeStale(instrument.position, reason)
            case .withdrawn(let instrument, _): self.withdraw(instrument.position)
            case .trade, .control: break
            case .heartbeat(let loop, let sentAt):
                self.advance(to: sentAt)
                heartbeat(loop, sentAt)
            }
            tally.applied &+= 1
        }
        self.board.publish(freshPairs: self.freshPairs, windowBytes: self.windows.bytes)
        return self.complete(tally)
    }

    private func isKnown(_ element: RawElement) -> Bool {
        guard let instrument = element.instrument else { return true }
        return instrument.position < self.legs.count
    }

    /// Adds what the windows did since the last batch.
    private mutating func complete(_ batch: EngineTally) -> EngineTally {
        var tally = batch
        tally.windowAppended = self.windows.appended &- self.reported.windowAppended
        tally.windowExpired = self.windows.expired &- self.reported.windowExpired
        tally.windowEvicted = self.windows.evicted &- self.reported.windowEvicted
        tally.windowHeld = self.windows.held
        self.reported.add(tally)
        return tally
    }
}

// MARK: - What an element does

extension SpreadEngine {
    private mutating func apply(_ quote: Quote, clock: () -> Timestamp) {
        let position = quote.instrument.position
        let venue = self.cells.venues[self.legs[position].venue.position]
        self.count(quote.flags, at: venue)
        if self.legs[position].isRepeated(by: quote) {
            let wasStale = self.legs[position].isStale
            self.legs[position].prove(at: quote.receivedAt)
            if wasStale { self.reevaluate(position) }
            return
        }
        let symbol = self.cells.universe.instruments[position].symbol.position
        let time = max(quote.receivedAt.nanoseconds, self.symbolTimes[symbol] &+ 1)
        self.symbolTimes[symbol] = time
        self.legs[position].replace(with: quote)
        _ = self.windows.append(
            quote.instrument,
            time: Timestamp(nanoseconds: time),
            bid: quote.bid,
            ask: quote.ask
        )
        self.cells.instruments[position].store(self.legs[position].top)
        for pair in self.pairsOfInstrument[position] {
            self.evaluate(pair, countsEvaluation: true, at: quote.receivedAt)
            self.makePoint(pair, by: position, at: time)
        }
        // A seed's time is that of its request: it says nothing of how fast we are.
        guard !quote.flags.contains(.seeded) else { return }
        venue.endToEnd?.record(nanoseconds: max(0, clock().nanoseconds(since: quote.receivedAt)))
    }

    private func count(_ flags: QuoteFlags, at venue: VenueCells) {
        guard !flags.isDisjoint(with: [.crossed, .locked, .oneSided, .repeated]) else { return }
        if flags.contains(.crossed) { venue.flagged[Int(QuoteFlag.crossed.rawValue)].add() }
        if flags.contains(.locked) { venue.flagged[Int(QuoteFlag.locked.rawValue)].add() }
        if flags.contains(.oneSided) { venue.flagged[Int(QuoteFlag.oneSided.rawValue)].add() }
        if flags.contains(.repeated) { venue.flagged[Int(QuoteFlag.repeated.rawValue)].add() }
    }

    private mutating func becomeStale(_ position: Int, _ reason: StaleReason) {
        guard self.legs[position].hasQuote, !self.legs[position].isStale else { return }
        self.legs[position].becomeStale(reason)
        self.reevaluate(position)
    }

    private mutating func withdraw(_ position: Int) {
        guard self.legs[position].hasQuote else { return }
        self.legs[position].withdraw()
        self.reevaluate(position)
    }

    /// Brings the gauges of an instrument's pairs in line with a change that is no quote.
    private mutating func reevaluate(_ position: Int) {
        self.cells.instruments[position].store(self.legs[position].top)
        for pair in self.pairsOfInstrument[position] {
            self.evaluate(pair, countsEvaluation: false, at: self.legs[position].provedAt)
        }
    }

    /// What happens because time passes, not because something came.
    private mutating func advance(to now: Timestamp) {
        for position in self.legs.indices where self.legs[position].hasQuote && !self.legs[position].isStale {
            let venue = self.cells.universe.venues[self.legs[position].venue.position]
            guard let limit = venue.repeatStaleAfter else { continue }
            if now.nanoseconds(since: self.legs[position].provedAt) > limit {
                self.becomeStale(position, .subscription)
            }
        }
        self.windows.advance(to: now)
        self.publishWindows(at: now)
        let limit = now.nanoseconds - self.settings.band.maxAge
        for pair in self.pairs.indices where self.pairs[pair].expireBand(before: limit, settings: self.settings.band) {
            self.pairs[pair].publish()
        }
    }
}

// MARK: - Windows

extension SpreadEngine {
    private func publishWindows(at now: Timestamp) {
        for (index, cells) in self.cells.venues.enumerated() {
            var (quotes, bytes, shortest) = (0, 0, Int64.max)
            for position in self.legs.indices where self.legs[position].venue.position == index {
                let extent = self.windows.extent(of: InstrumentIndex(position), at: now)
                guard extent.quotes > 0 else { continue }
                quotes += extent.quotes
                bytes += extent.bytes
                shortest = min(shortest, extent.span)
            }
            cells.windowQuotes.set(Int64(quotes))
            cells.windowBytes.set(Int64(bytes))
            cells.windowSpan.set(shortest == .max ? 0 : max(0, shortest))
        }
    }

    /// The retained quotes of one instrument, oldest first.
    public func retainedQuotes(of instrument: InstrumentIndex) -> [RetainedQuote] {
        self.windows.quotes(of: instrument)
    }
}

// MARK: - Pairs

extension SpreadEngine {
    private mutating func evaluate(_ pair: Int, countsEvaluation: Bool, at now: Timestamp) {
        let entry = self.pairs[pair].entry
        let before = self.pairs[pair].reading.status
        self.pairs[pair].evaluate(
            sell: self.legs[entry.sell.position],
            buy: self.legs[entry.buy.position],
            countsEvaluation: countsEvaluation,
            at: now
        )
        let after = self.pairs[pair].reading.status
        if before != after { self.freshPairs += (after == .fresh ? 1 : 0) - (before == .fresh ? 1 : 0) }
    }

    private mutating func makePoint(_ pair: Int, by position: Int, at time: Int64) {
        let entry = self.pairs[pair].entry
        if self.settings.points.by == .sell, entry.sell.position != position { return }
        self.pairs[pair].makePoint(
            sell: self.legs[entry.sell.position],
            buy: self.legs[entry.buy.position],
            at: time,
            settings: self.settings
        )
    }
}
