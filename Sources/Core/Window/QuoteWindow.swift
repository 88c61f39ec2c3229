/// One retained quote: when it came in the engine's order of events, and its two prices in units of the chunk's scale.
struct WindowEntry: Sendable, Equatable {
    var time: Int64
    var bid: Int64
    var ask: Int64
}

/// Consecutive quotes of one instrument whose prices share a scale. Small at first, so that quiet instruments cost
/// little.
struct WindowChunk: Sendable {
    static let smallest = 8
    static let largest = 256

    /// Counts chunks over all instruments: a chunk with a smaller number was begun earlier.
    let serial: UInt64
    /// Decimal places of the prices in `entries`.
    let scale: UInt8
    let capacity: Int
    private(set) var entries: [WindowEntry] = []

    init(serial: UInt64, scale: UInt8, capacity: Int) {
        (self.serial, self.scale, self.capacity) = (serial, scale, capacity)
        self.entries.reserveCapacity(capacity)
    }

    var isFull: Bool { self.entries.count == self.capacity }
    var bytes: Int { self.capacity * MemoryLayout<WindowEntry>.stride }
    var newestTime: Int64 { self.entries.last?.time ?? .min }

    mutating func append(_ entry: WindowEntry) { self.entries.append(entry) }
}

/// The quotes of one instrument that are still in the window, oldest chunk first.
struct QuoteWindow: Sendable {
    private(set) var chunks: [WindowChunk] = []
    /// The quote that stood where the window begins: the newest one that left it. It is never evicted.
    private(set) var standing: (entry: WindowEntry, scale: UInt8)?
    /// The finest scale seen: prices are written in it, so that a trimmed zero does not begin a new chunk.
    private var scale: UInt8 = 0

    var count: Int { self.chunks.reduce(0) { $0 + $1.entries.count } }
    var bytes: Int { self.chunks.reduce(0) { $0 + $1.bytes } }
    var oldestTime: Int64? { self.chunks.first?.entries.first?.time }

    /// Appends a quote; a new chunk is begun when the last one is full or too coarse.
    ///
    /// - Returns: The bytes of storage that this took, and whether a chunk was begun; `nil` when the prices do not fit.
    mutating func append(
        time: Int64,
        bid: ExactDecimal,
        ask: ExactDecimal,
        nextSerial: UInt64
    ) -> (bytes: Int, beganChunk: Bool)? {
        let finest = max(self.scale, bid.scale, ask.scale)
        guard let bidUnits = bid.units(scale: finest), let askUnits = ask.units(scale: finest) else {
            // Too long for the finest scale seen so far: one odd price must not cost each later one its own chunk.
            let own = max(bid.scale, ask.scale)
            guard let bidOwn = bid.units(scale: own), let askOwn = ask.units(scale: own) else { return nil }
            self.scale = own
            return self.append(WindowEntry(time: time, bid: bidOwn, ask: askOwn), scale: own, nextSerial: nextSerial)
        }
        self.scale = finest
        return self.append(WindowEntry(time: time, bid: bidUnits, ask: askUnits), scale: finest, nextSerial: nextSerial)
    }

    private mutating func append(
        _ entry: WindowEntry,
        scale: UInt8,
        nextSerial: UInt64
    ) -> (bytes: Int, beganChunk: Bool) {
        if let last = self.chunks.last, !last.isFull, last.scale == scale {
            self.chunks[self.chunks.count - 1].append(entry)
            return (0, false)
        }
        let capacity = min((self.chunks.last?.capacity ?? WindowChunk.smallest / 2) * 2, WindowChunk.largest)
        var chunk = WindowChunk(serial: nextSerial, scale: scale, capacity: capacity)
        chunk.append(entry)
        self.chunks.append(chunk)
        return (chunk.bytes, true)
    }

    /// Takes the oldest chunk out; its newest quote becomes the standing one at the window's start.
    mutating func removeOldest() -> WindowChunk? {
        guard !self.chunks.isEmpty else { return nil }
        let chunk = self.chunks.removeFirst()
        if let last = chunk.entries.last { self.standing = (last, chunk.scale) }
        return chunk
    }
}

extension ExactDecimal {
    /// The number as a whole count of `10^-scale`, or `nil` when that needs more than 64 bits.
    func units(scale: UInt8) -> Int64? {
        guard scale >= self.scale else { return nil }
        let (product, overflowed) = self.mantissa.multipliedReportingOverflow(
            by: wholePowersOfTen[Int(scale - self.scale)]
        )
        return overflowed ? nil : product
    }
}
