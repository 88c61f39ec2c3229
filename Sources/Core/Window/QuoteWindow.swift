/// The elements of one instrument that are still in the window, oldest chunk first.
///
/// A plain value: a copy shares the chunks, so handing one out costs the engine nothing but the next append's copy of
/// the open chunk.
struct QuoteWindow: Sendable {
    private(set) var chunks: [WindowChunk] = []
    /// The quote that stood where the window begins: the newest one that left it. It is never evicted.
    private(set) var standing: RetainedElement?
    /// What everything that left the window came to; `nil` while nothing has left it.
    private(set) var past: JoinLeg?
    /// The finest scale seen: prices are written in it, so that a trimmed zero does not begin a new chunk.
    private var scale: UInt8 = 0

    var count: Int { self.chunks.reduce(0) { $0 + $1.entries.count } }
    var bytes: Int { self.chunks.reduce(0) { $0 + $1.bytes } }
    var oldestTime: Int64? { self.chunks.first?.entries.first?.time }

    /// Appends a quote; a new chunk is begun when the last one is full or too coarse.
    ///
    /// - Returns: The bytes of storage that this took, and whether a chunk was begun; `nil` when the prices do not fit.
    mutating func append(
        _ kind: RetainedKind,
        time: Int64,
        bid: ExactDecimal,
        ask: ExactDecimal,
        nextSerial: UInt64
    ) -> (bytes: Int, beganChunk: Bool)? {
        var scale = max(self.scale, bid.scale, ask.scale)
        var units = (bid.units(scale: scale), ask.units(scale: scale))
        if units.0 == nil || units.1 == nil {
            // Too long for the finest scale seen so far: one odd price must not cost each later one its own chunk.
            scale = max(bid.scale, ask.scale)
            units = (bid.units(scale: scale), ask.units(scale: scale))
        }
        guard let bidUnits = units.0, let askUnits = units.1 else { return nil }
        self.scale = scale
        return self.append(WindowEntry(time: time, bid: bidUnits, ask: askUnits), kind, nextSerial: nextSerial)
    }

    /// Appends a mark, which always fits.
    mutating func append(_ mark: RetainedKind, time: Int64, nextSerial: UInt64) -> (bytes: Int, beganChunk: Bool) {
        self.append(WindowEntry(time: time, bid: 0, ask: 0), mark, nextSerial: nextSerial)
    }

    private mutating func append(
        _ entry: WindowEntry,
        _ kind: RetainedKind,
        nextSerial: UInt64
    ) -> (bytes: Int, beganChunk: Bool) {
        if let last = self.chunks.last, !last.isFull, last.scale == self.scale {
            self.chunks[self.chunks.count - 1].append(entry, kind)
            return (0, false)
        }
        let capacity = min((self.chunks.last?.capacity ?? WindowChunk.smallest / 2) * 2, WindowChunk.largest)
        var chunk = WindowChunk(serial: nextSerial, scale: self.scale, capacity: capacity)
        chunk.append(entry, kind)
        self.chunks.append(chunk)
        return (chunk.bytes, true)
    }

    /// Takes the oldest chunk out; its newest quote becomes the standing one at the window's start.
    mutating func removeOldest() -> WindowChunk? {
        guard !self.chunks.isEmpty else { return nil }
        let chunk = self.chunks.removeFirst()
        var past = self.past ?? JoinLeg()
        for index in chunk.entries.indices {
            let element = chunk.element(index)
            past.apply(element)
            if element.kind.isQuote { self.standing = element }
        }
        self.past = past
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
