/// A quote as the window gives it back.
public struct RetainedQuote: Equatable, Sendable {
    /// Engine time.
    public let time: Timestamp
    public let bid: ExactDecimal
    public let ask: ExactDecimal
}

/// The windows of all instruments: bounded by time for each, and by bytes for all together.
///
/// Expiry and eviction take whole chunks: what is older than the span leaves with its chunk, and when the budget is
/// used up the chunk that was begun first goes, whoever it belongs to.
public struct WindowStore: ~Copyable {
    private let span: Int64
    private let maxBytes: Int
    private var windows: [QuoteWindow] = []
    /// Chunks in the order in which they were begun; those that expired meanwhile are skipped by their serial.
    private var order: [(serial: UInt64, instrument: Int)] = []
    private var orderHead = 0
    private var nextSerial: UInt64 = 0
    public private(set) var bytes = 0
    /// Elements held now. Kept up with every change, and counted anew in the chunks themselves by ``advance(to:)``.
    public private(set) var held: UInt64 = 0
    public private(set) var appended: UInt64 = 0
    public private(set) var expired: UInt64 = 0
    public private(set) var evicted: UInt64 = 0
    /// Quotes whose prices have too many digits to be kept side by side.
    public private(set) var unheld: UInt64 = 0

    /// Keeps each quote for `span` nanoseconds of engine time, and all together within `maxBytes`.
    public init(span: Int64, maxBytes: Int) {
        precondition(span > 0 && maxBytes >= 1 << 20, "a window needs a span, and a budget of at least 1 MiB")
        (self.span, self.maxBytes) = (span, maxBytes)
    }

    public mutating func extend(toInstruments count: Int) {
        while self.windows.count < count { self.windows.append(QuoteWindow()) }
    }

    /// Appends a quote. One whose prices have too many digits to be kept side by side is counted, and leaves a mark.
    mutating func append(
        _ kind: RetainedKind,
        _ instrument: InstrumentIndex,
        time: Int64,
        bid: ExactDecimal,
        ask: ExactDecimal
    ) {
        let position = instrument.position
        let serial = self.nextSerial
        if let taken = self.windows[position].append(kind, time: time, bid: bid, ask: ask, nextSerial: serial) {
            self.count(taken, of: position, at: time)
        } else {
            self.appended &+= 1
            self.unheld &+= 1
            self.append(.unheld, instrument, time: time)
        }
    }

    /// Appends what is no quote.
    mutating func append(_ mark: RetainedKind, _ instrument: InstrumentIndex, time: Int64) {
        let taken = self.windows[instrument.position].append(mark, time: time, nextSerial: self.nextSerial)
        self.count(taken, of: instrument.position, at: time)
    }

    private mutating func count(_ taken: (bytes: Int, beganChunk: Bool), of position: Int, at time: Int64) {
        self.appended &+= 1
        self.held &+= 1
        guard taken.beganChunk else { return }
        self.order.append((self.nextSerial, position))
        self.nextSerial &+= 1
        self.bytes += taken.bytes
        self.expire(position, before: time - self.span)
        while self.bytes > self.maxBytes, self.evictOldest() {}
    }

    /// Lets every window advance to `now`, also those whose instruments fell silent.
    public mutating func advance(to now: Timestamp) {
        let limit = now.nanoseconds - self.span
        for position in self.windows.indices { self.expire(position, before: limit) }
        self.compactOrder()
        self.held = self.windows.reduce(0) { $0 + UInt64($1.count) }
    }

    private mutating func expire(_ position: Int, before limit: Int64) {
        while let chunk = self.windows[position].chunks.first, chunk.newestTime < limit {
            guard let removed = self.windows[position].removeOldest() else { return }
            self.expired &+= UInt64(removed.entries.count)
            self.held &-= UInt64(removed.entries.count)
            self.bytes -= removed.bytes
        }
    }

    private mutating func evictOldest() -> Bool {
        while self.orderHead < self.order.count {
            let (serial, position) = self.order[self.orderHead]
            self.orderHead += 1
            guard self.windows[position].chunks.first?.serial == serial else { continue }
            guard let removed = self.windows[position].removeOldest() else { continue }
            self.evicted &+= UInt64(removed.entries.count)
            self.held &-= UInt64(removed.entries.count)
            self.bytes -= removed.bytes
            return true
        }
        return false
    }

    private mutating func compactOrder() {
        while self.orderHead < self.order.count {
            let (serial, position) = self.order[self.orderHead]
            if let first = self.windows[position].chunks.first, first.serial <= serial { break }
            self.orderHead += 1
        }
        if self.orderHead > 1_024, self.orderHead * 2 > self.order.count {
            self.order.removeFirst(self.orderHead)
            self.orderHead = 0
        }
    }

    /// Elements held of one instrument, their bytes of storage, and the age in nanoseconds of the oldest.
    public func extent(of instrument: InstrumentIndex, at now: Timestamp) -> (quotes: Int, bytes: Int, span: Int64) {
        let window = self.windows[instrument.position]
        guard let oldest = window.oldestTime else { return (0, 0, 0) }
        return (window.count, window.bytes, now.nanoseconds - oldest)
    }

    /// The retained quotes of one instrument, oldest first, led by the one that stood where the window begins.
    public func quotes(of instrument: InstrumentIndex) -> [RetainedQuote] {
        let window = self.windows[instrument.position]
        var quotes: [RetainedQuote] = []
        if let standing = window.standing { quotes.append(RetainedQuote(standing)) }
        for chunk in window.chunks {
            for index in chunk.entries.indices where chunk.kinds[index].isQuote {
                quotes.append(RetainedQuote(chunk.element(index)))
            }
        }
        return quotes
    }

    func window(of instrument: InstrumentIndex) -> QuoteWindow { self.windows[instrument.position] }
}

extension RetainedQuote {
    fileprivate init(_ element: RetainedElement) {
        self.time = Timestamp(nanoseconds: element.time)
        (self.bid, self.ask) = (element.bid, element.ask)
    }
}
