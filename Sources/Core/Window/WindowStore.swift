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
    /// Quotes held now. Kept up with every change, and counted anew in the chunks themselves by ``advance(to:)``.
    public private(set) var held: UInt64 = 0
    public private(set) var appended: UInt64 = 0
    public private(set) var expired: UInt64 = 0
    public private(set) var evicted: UInt64 = 0

    /// Keeps each quote for `span` nanoseconds of engine time, and all together within `maxBytes`.
    public init(span: Int64, maxBytes: Int) {
        precondition(span > 0 && maxBytes >= 1 << 20, "a window needs a span, and a budget of at least 1 MiB")
        (self.span, self.maxBytes) = (span, maxBytes)
    }

    public mutating func extend(toInstruments count: Int) {
        while self.windows.count < count { self.windows.append(QuoteWindow()) }
    }

    /// - Returns: `false` when the prices have too many digits to be kept side by side; then nothing was kept.
    public mutating func append(_ instrument: InstrumentIndex, time: Timestamp, bid: ExactDecimal, ask: ExactDecimal)
        -> Bool
    {
        let position = instrument.position
        guard
            let taken = self.windows[position].append(
                time: time.nanoseconds,
                bid: bid,
                ask: ask,
                nextSerial: self.nextSerial
            )
        else { return false }
        self.appended &+= 1
        self.held &+= 1
        if taken.beganChunk {
            self.order.append((self.nextSerial, position))
            self.nextSerial &+= 1
            self.bytes += taken.bytes
            self.expire(position, before: time.nanoseconds - self.span)
            while self.bytes > self.maxBytes, self.evictOldest() {}
        }
        return true
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

    /// Quotes held of one instrument, their bytes of storage, and the age in nanoseconds of the oldest.
    public func extent(of instrument: InstrumentIndex, at now: Timestamp) -> (quotes: Int, bytes: Int, span: Int64) {
        let window = self.windows[instrument.position]
        guard let oldest = window.oldestTime else { return (0, 0, 0) }
        return (window.count, window.bytes, now.nanoseconds - oldest)
    }

    /// The retained quotes of one instrument, oldest first, led by the one that stood where the window begins.
    public func quotes(of instrument: InstrumentIndex) -> [RetainedQuote] {
        let window = self.windows[instrument.position]
        var quotes: [RetainedQuote] = []
        if let (entry, scale) = window.standing { quotes.append(RetainedQuote(entry, scale: scale)) }
        for chunk in window.chunks {
            for entry in chunk.entries { quotes.append(RetainedQuote(entry, scale: chunk.scale)) }
        }
        return quotes
    }
}

extension RetainedQuote {
    fileprivate init(_ entry: WindowEntry, scale: UInt8) {
        self.time = Timestamp(nanoseconds: entry.time)
        self.bid = ExactDecimal(mantissa: entry.bid, scale: scale)
        self.ask = ExactDecimal(mantissa: entry.ask, scale: scale)
    }
}
