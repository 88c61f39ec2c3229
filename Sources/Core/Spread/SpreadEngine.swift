/// Owns all market state: standing quotes, windows, joins and bands. One thread drives it; nothing in it locks or
/// waits.
///
/// A quote re-evaluates exactly the ordered pairs that its instrument belongs to. Time comes in with the elements.
public struct SpreadEngine: ~Copyable {
    let settings: EngineSettings
    /// Which engine it is of those that share the universe's symbols.
    let shard: Int
    let board: Board
    var cells: Board.Cells
    /// By ``InstrumentIndex``.
    var legs = Slab<Leg>()
    var links = PairLinks()
    /// By ``PairIndex``.
    var pairs = Slab<PairState>()
    /// By ``PairIndex``, apart from what every quote looks at.
    var opportunityOf = Slab<OpportunityWatch>()
    /// By ``SymbolIndex``.
    private(set) var order = Slab<SymbolOrder>()
    var windows: WindowStore
    var freshPairs = 0
    /// Points of watched pairs that nobody has taken yet.
    var newPoints: [PairPoint] = []
    /// `nil`: no quote is an outlier.
    let outlierRule: OutlierRule?
    /// The next whole minute at which spreads are looked at.
    var nextMinute = Int64.min
    var opportunityLog: OpportunityLog
    private var reported = EngineTally()
    /// By ``PairIndex``; empty where none are kept.
    var summaries: [SpreadSummary] = []
    private let summarises: Bool

    /// - Parameters:
    ///   - universe: What is watched so far.
    ///   - settings: Of points, bands and windows.
    ///   - board: Where the results go; of the same universe.
    ///   - shard: Which of the universe's engines it is: it has the pairs of its symbols, and no use for others.
    ///   - summarises: Whether each pair keeps a ``SpreadSummary``, which a live engine has no use for.
    public init(
        universe: Universe,
        settings: EngineSettings,
        board: Board,
        shard: Int = 0,
        summarises: Bool = false
    ) {
        precondition(shard < universe.shardCount, "an engine is one of those of its universe")
        self.settings = settings
        self.shard = shard
        self.summarises = summarises
        self.outlierRule = settings.outlierRatio.map(OutlierRule.init)
        self.opportunityLog = OpportunityLog(kept: settings.opportunities.kept)
        self.board = board
        self.cells = board.read()
        self.windows = WindowStore(
            span: settings.windowSpan,
            tradeSpan: settings.tradeSpan,
            maxBytes: settings.windowMaxBytes
        )
        self.extend(to: universe)
    }

    /// Takes over a universe that has changed.
    ///
    /// Must come before the first element of any new instrument. What is no longer listed stays as it is until its own
    /// element says so, which has its place in the order of events.
    public mutating func extend(to universe: Universe) {
        self.cells = self.board.extend(to: universe, shard: self.shard)
        for entry in universe.instruments[self.legs.count...] {
            var leg = Leg(
                venue: entry.venue,
                symbol: entry.symbol,
                cell: self.cells.instruments[self.legs.count],
                counts: self.cells.venues[entry.venue.position]
            )
            if !entry.isListed { leg.delist() }
            self.legs.append(leg)
        }
        while self.order.count < universe.symbols.count { self.order.append(SymbolOrder()) }
        for (index, entry) in universe.pairs.enumerated().dropFirst(self.pairs.count) {
            let (sell, buy) = (self.legs[entry.sell.position].venue, self.legs[entry.buy.position].venue)
            let pair = PairState(
                entry: entry,
                cell: self.cells.pairs[index],
                counts: self.cells.venuePair(sell: sell, buy: buy),
                fees: (universe.venues[sell.position].fee, universe.venues[buy.position].fee),
                isAllowed: self.settings.quarantine.allows(
                    symbol: universe.symbols[universe.instruments[entry.sell.position].symbol.position],
                    sell: universe.venues[sell.position].name,
                    buy: universe.venues[buy.position].name
                ),
                isOver: !entry.isListed || universe.shard(of: PairIndex(index)) != self.shard,
                settings: self.settings.opportunities
            )
            self.pairs.append(pair)
            self.opportunityOf.append(OpportunityWatch())
            if self.summarises { self.summaries.append(SpreadSummary()) }
        }
        self.links.rebuild(self.pairs, instruments: self.legs.count)
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
            self.lose(instrument.position)
        }
        let isLarge = self.pairs.count > Self.pairsNear
        if isLarge { for step in -Self.stepsAhead..<0 { self.fetchAhead(batch, step) } }
        for index in batch.indices {
            if isLarge { self.fetchAhead(batch, index) }
            let element = batch[index]
            if let subject = element.subject?.position {
                guard subject < self.legs.count else {
                    tally.rejectedUnknown &+= 1
                    continue
                }
                guard !self.legs[subject].isDelisted else {
                    tally.rejectedDelisted &+= 1
                    continue
                }
            }
            if let instant = element.instant { self.passMinutes(until: instant) }
            switch element.payload {
            case .quote(let quote): self.apply(quote, clock: clock)
            case .stale(let instrument, let reason, let instant):
                self.becomeStale(instrument.position, reason, at: instant)
            case .withdrawn(let instrument, let instant): self.withdraw(instrument.position, at: instant)
            case .delisted(let instrument, let instant): self.delist(instrument.position, at: instant)
            case .trade(let trade): self.apply(trade)
            case .control: break
            case .heartbeat(let loop, let sentAt):
                tally.heartbeats &+= 1
                self.advance(to: sentAt)
                heartbeat(loop, sentAt)
            }
            tally.applied &+= 1
        }
        self.cells.shards[self.shard].publish(freshPairs: self.freshPairs, windowBytes: self.windows.bytes)
        return self.complete(tally)
    }

    /// Adds what the windows did since the last batch.
    private mutating func complete(_ batch: EngineTally) -> EngineTally {
        var tally = batch
        tally.windowAppended = self.windows.appended &- self.reported.windowAppended
        tally.windowExpired = self.windows.expired &- self.reported.windowExpired
        tally.windowEvicted = self.windows.evicted &- self.reported.windowEvicted
        tally.windowDelisted = self.windows.delisted &- self.reported.windowDelisted
        tally.windowHeld = self.windows.held
        self.reported.add(tally)
        return tally
    }
}

// MARK: - What an element does

extension SpreadEngine {
    private mutating func apply(_ quote: Quote, clock: () -> Timestamp) {
        let position = quote.instrument.position
        let (venue, cell) = (self.legs[position].counts, self.legs[position].cell)
        venue.use { self.count(quote.flags, at: $0) }
        cell.use { $0.prove(at: quote.receivedAt) }
        if self.legs[position].isRepeated(by: quote) {
            let wasStale = self.legs[position].isStale
            self.legs[position].prove(at: quote.receivedAt)
            if wasStale {
                self.mark(position, .live, at: quote.receivedAt)
                self.reevaluate(position)
            }
            return
        }
        let time = self.engineTime(of: position, at: quote.receivedAt)
        let prices = (bid: quote.bid.double, ask: quote.ask.double)
        let isDoubted = self.isDoubted(quote, bid: prices.bid, ask: prices.ask, at: venue)
        let kind = self.legs[position].replace(with: quote, prices, isDoubted: isDoubted, at: time)
        self.windows.append(kind, quote.instrument, time: time, bid: quote.bid, ask: quote.ask)
        let top = self.legs[position].top
        cell.use { $0.store(top) }
        for index in self.links.range(of: position) {
            self.take(quoteOf: position, through: self.links[index], at: time, receivedAt: quote.receivedAt)
        }
        // A seed's time is that of its request: it says nothing of how fast we are.
        guard !quote.flags.contains(.seeded) else { return }
        let elapsed = max(0, clock().nanoseconds(since: quote.receivedAt))
        let origin = QuoteOrigin(instrument: quote.instrument, number: quote.sequence, time: quote.receivedAt)
        venue.use { $0.endToEnd?.record(nanoseconds: elapsed, of: origin) }
    }

    private mutating func apply(_ trade: Trade) {
        let time = self.engineTime(of: trade.instrument.position, at: trade.receivedAt)
        self.windows.append(trade, time: time)
    }

    private func count(_ flags: QuoteFlags, at venue: VenueCells) {
        guard !flags.isDisjoint(with: [.crossed, .locked, .oneSided, .repeated]) else { return }
        if flags.contains(.crossed) { venue.flagged[Int(QuoteFlag.crossed.rawValue)].add() }
        if flags.contains(.locked) { venue.flagged[Int(QuoteFlag.locked.rawValue)].add() }
        if flags.contains(.oneSided) { venue.flagged[Int(QuoteFlag.oneSided.rawValue)].add() }
        if flags.contains(.repeated) { venue.flagged[Int(QuoteFlag.repeated.rawValue)].add() }
    }

    mutating func becomeStale(_ position: Int, _ reason: StaleReason, at instant: Timestamp) {
        guard self.legs[position].hasQuote, !self.legs[position].isStale else { return }
        self.legs[position].becomeStale()
        self.cells.venues[self.legs[position].venue.position].stale[Int(reason.rawValue)].add()
        self.mark(position, .stale, at: instant)
        self.reevaluate(position)
    }

    private mutating func withdraw(_ position: Int, at instant: Timestamp) {
        guard self.legs[position].hasQuote else { return }
        self.legs[position].withdraw()
        self.mark(position, .withdrawn, at: instant)
        self.reevaluate(position)
    }

    /// Records what is no quote, so that a later join sees what the live one saw.
    private mutating func mark(_ position: Int, _ mark: RetainedKind, at instant: Timestamp) {
        let time = self.engineTime(of: position, at: instant)
        self.windows.append(mark, InstrumentIndex(position), time: time)
    }

    /// Gives an event its place in the one order of its symbol's events.
    mutating func engineTime(of position: Int, at instant: Timestamp) -> Int64 {
        let symbol = self.legs[position].symbol.position
        // What has no instant of its own, such as the mark for a displaced quote, is not late.
        if let late = self.order[symbol].place(instant.nanoseconds), instant != .never {
            self.cells.venues[self.legs[position].venue.position].late[Int(late.rawValue)].add()
        }
        return self.order[symbol].time
    }

    /// Brings the gauges of an instrument's pairs in line with a change that is no quote.
    private mutating func reevaluate(_ position: Int) {
        self.cells.instruments[position].store(self.legs[position].top)
        for index in self.links.range(of: position) {
            for pair in self.links[index].pairs { self.reevaluate(pair, at: self.legs[position].provedAt) }
        }
    }

    /// What happens because time passes, not because something came.
    private mutating func advance(to now: Timestamp) {
        for position in self.legs.indices where self.legs[position].hasQuote && !self.legs[position].isStale {
            let venue = self.cells.universe.venues[self.legs[position].venue.position]
            guard let limit = venue.repeatStaleAfter else { continue }
            if now.nanoseconds(since: self.legs[position].provedAt) > limit {
                self.becomeStale(position, .subscription, at: now)
            }
        }
        self.windows.advance(to: now)
        self.publishWindows(at: now)
        let limit = now.nanoseconds - self.settings.band.maxAge
        for pair in self.pairs.indices { self.pairs[pair].expireBand(before: limit, settings: self.settings.band) }
    }
}

// MARK: - Windows

extension SpreadEngine {
    private func publishWindows(at now: Timestamp) {
        for (index, cells) in self.cells.venues.enumerated() {
            var (quotes, trades, bytes, shortest) = (0, 0, 0, Int64.max)
            var exits = WindowExits(repeating: 0)
            for position in self.legs.indices where self.legs[position].venue.position == index {
                let extent = self.windows.extent(of: InstrumentIndex(position), at: now)
                quotes += extent.quotes
                trades += extent.trades
                bytes += extent.bytes
                if let span = extent.span { shortest = min(shortest, span) }
                let left = self.windows.quoteExits(of: InstrumentIndex(position))
                for exit in exits.indices { exits[exit] &+= left[exit] }
            }
            cells.windowQuotes.set(Int64(quotes))
            cells.windowTrades.set(Int64(trades))
            cells.windowBytes.set(Int64(bytes))
            cells.windowSpan.set(shortest)
            for exit in exits.indices { cells.windowExits[exit].set(Int64(exits[exit])) }
        }
    }

    /// The retained quotes of one instrument, oldest first.
    public func retainedQuotes(of instrument: InstrumentIndex) -> [RetainedQuote] {
        self.windows.quotes(of: instrument)
    }

    /// The retained trades of one instrument, oldest first.
    public func retainedTrades(of instrument: InstrumentIndex) -> [RetainedTrade] {
        self.windows.trades(of: instrument)
    }
}
