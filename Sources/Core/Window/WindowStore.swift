/// The windows of all instruments: bounded by time for each, and by bytes for all together.
///
/// Expiry and eviction take whole chunks: what is older than the span leaves with its chunk, and when the budget is
/// used up the chunk that was begun first goes, whoever it belongs to.
public struct WindowStore: ~Copyable {
    private let maxBytes: Int
    private var quotes: WindowShelf<QuoteState>
    private var trades: WindowShelf<TradeState>
    /// Whose chunks were begun, in that order: the instrument's position, doubled, and one more for trades.
    ///
    /// The first is that of the chunk numbered ``orderSerial``. Those of chunks that expired meanwhile stay until their
    /// turn comes.
    private var order: [UInt32] = []
    private var orderHead = 0
    private var orderSerial: UInt64 = 0

    /// Keeps each element for a time of its sort, and all together within a budget.
    ///
    /// - Parameters:
    ///   - span: Nanoseconds of engine time for quotes.
    ///   - tradeSpan: The same for trades.
    ///   - maxBytes: For the chunks of all windows.
    public init(span: Int64, tradeSpan: Int64, maxBytes: Int) {
        precondition(span > 0 && tradeSpan > 0 && maxBytes >= 1 << 20, "a window needs a span, and at least 1 MiB")
        self.maxBytes = maxBytes
        self.quotes = WindowShelf(span: span)
        self.trades = WindowShelf(span: tradeSpan)
    }

    public mutating func extend(toInstruments count: Int) {
        self.quotes.extend(to: count)
        self.trades.extend(to: count)
    }

    /// Has the processor bring near what the next quote of an instrument touches: steps 0 and 1, one after the other.
    @inline(__always)
    func prefetchQuotes(of position: Int, step: Int) { self.quotes.prefetch(position, step: step) }

    /// Appends a quote.
    @inline(__always)
    mutating func append(
        _ kind: RetainedKind,
        _ instrument: InstrumentIndex,
        time: Int64,
        bid: ExactDecimal,
        ask: ExactDecimal
    ) {
        let position = instrument.position
        let serial = self.nextSerial
        let growth = self.quotes.append(kind, position, time: time, first: bid, second: ask, serial: serial)
        if growth != WindowGrowth() { self.note(growth, UInt32(position) << 1) }
    }

    /// Appends what is no quote.
    mutating func append(_ mark: RetainedKind, _ instrument: InstrumentIndex, time: Int64) {
        let growth = self.quotes.append(mark, instrument.position, time: time, serial: self.nextSerial)
        self.note(growth, UInt32(instrument.position) << 1)
    }

    /// Appends a trade.
    mutating func append(_ trade: Trade, time: Int64) {
        let (position, serial) = (trade.instrument.position, self.nextSerial)
        let (price, size) = (trade.price, trade.size)
        let growth = self.trades.append(trade.taker, position, time: time, first: price, second: size, serial: serial)
        self.note(growth, UInt32(position) << 1 | 1)
    }

    /// Empties the windows of an instrument that is no longer listed.
    mutating func drop(_ instrument: InstrumentIndex) {
        self.quotes.drop(instrument.position)
        self.trades.drop(instrument.position)
    }

    private var nextSerial: UInt64 { self.orderSerial &+ UInt64(self.order.count) }

    private mutating func note(_ growth: WindowGrowth, _ owner: UInt32) {
        if growth.beganChunk { self.order.append(owner) }
        while self.bytes > self.maxBytes, self.evictOldest() {}
    }

    /// Lets every window advance to `now`, also those whose instruments fell silent.
    public mutating func advance(to now: Timestamp) {
        self.quotes.advance(to: now)
        self.trades.advance(to: now)
        self.compactOrder()
    }

    /// Takes out the first chunk of one window.
    mutating func evictFirst(of position: Int, isTrade: Bool) {
        if isTrade {
            guard let serial = self.trades.windows[position].chunks.first?.serial else { return }
            _ = self.trades.evictOldest(of: position, serial: serial)
        } else {
            guard let serial = self.quotes.windows[position].chunks.first?.serial else { return }
            _ = self.quotes.evictOldest(of: position, serial: serial)
        }
    }

    private mutating func evictOldest() -> Bool {
        while self.orderHead < self.order.count {
            let serial = self.orderSerial &+ UInt64(self.orderHead)
            let owner = self.order[self.orderHead]
            self.orderHead += 1
            let position = Int(owner >> 1)
            let isGone =
                owner & 1 == 0
                ? self.quotes.evictOldest(of: position, serial: serial)
                : self.trades.evictOldest(of: position, serial: serial)
            if isGone { return true }
        }
        return false
    }

    private mutating func compactOrder() {
        while self.orderHead < self.order.count {
            let serial = self.orderSerial &+ UInt64(self.orderHead)
            let owner = self.order[self.orderHead]
            let position = Int(owner >> 1)
            if owner & 1 == 0 ? self.quotes.holds(serial, of: position) : self.trades.holds(serial, of: position) {
                break
            }
            self.orderHead += 1
        }
        if self.orderHead > 1_024, self.orderHead * 2 > self.order.count {
            self.order.removeFirst(self.orderHead)
            self.orderSerial &+= UInt64(self.orderHead)
            self.orderHead = 0
        }
    }
}

// MARK: - What is held

extension WindowStore {
    /// What the chunks cost, with the storage that is not used yet.
    public var bytes: Int { self.quotes.bytes + self.trades.bytes }
    /// What the windows cost besides, whether or not they hold anything.
    var fixedBytes: Int {
        self.quotes.windows.bytes + self.trades.windows.bytes + self.order.capacity * MemoryLayout<UInt32>.stride
    }
    /// Elements held now, as the shelves count them.
    public var held: UInt64 { self.quotes.held &+ self.trades.held }
    public var appended: UInt64 { self.quotes.appended &+ self.trades.appended }
    public var expired: UInt64 { self.quotes.expired &+ self.trades.expired }
    public var evicted: UInt64 { self.quotes.evicted &+ self.trades.evicted }
    public var delisted: UInt64 { self.quotes.delisted &+ self.trades.delisted }

    /// What is held of one instrument.
    public struct Extent: Sendable, Equatable {
        /// Quotes and marks.
        public var quotes = 0
        public var trades = 0
        public var bytes = 0
        /// The age of the oldest quote or mark, in nanoseconds; `nil` when there is none.
        public var span: Int64?
    }

    public func extent(of instrument: InstrumentIndex, at now: Timestamp) -> Extent {
        let (quotes, trades) = (self.window(of: instrument), self.tradeWindow(of: instrument))
        return Extent(
            quotes: quotes.count,
            trades: trades.count,
            bytes: quotes.bytes + trades.bytes,
            span: quotes.oldestTime.map { now.nanoseconds - $0 }
        )
    }

    /// The retained quotes of one instrument, oldest first, led by the one that stood where the window begins.
    public func quotes(of instrument: InstrumentIndex) -> [RetainedQuote] { self.window(of: instrument).quotes }

    /// The retained trades of one instrument, oldest first.
    public func trades(of instrument: InstrumentIndex) -> [RetainedTrade] { self.tradeWindow(of: instrument).trades }

    /// Quotes and marks of one instrument that are held no more, by ``WindowExit``.
    func quoteExits(of instrument: InstrumentIndex) -> WindowExits { self.quotes.exits[instrument.position] }

    func window(of instrument: InstrumentIndex) -> QuoteWindow { self.quotes.windows[instrument.position] }

    func tradeWindow(of instrument: InstrumentIndex) -> TradeWindow { self.trades.windows[instrument.position] }
}
