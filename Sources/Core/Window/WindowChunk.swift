/// What one retained element says of its instrument.
public enum RetainedKind: UInt8, Sendable {
    /// A quote that gives a spread; one with equal prices is locked and gives no point.
    case quote
    /// The same, with the prices and sizes that stood already: it proves them, and makes them no younger.
    case repeated
    /// Crossed or one-sided: it stands, but gives no spread.
    case unusable
    /// From here on it was not known to stand.
    case stale
    /// Known to stand again, without a new quote.
    case live
    /// No quote from here on.
    case withdrawn
    /// A quote came that could not be kept: what stood from here to the next one is not known.
    case unheld

    /// Whether it carries prices.
    var isQuote: Bool { self.rawValue <= RetainedKind.unusable.rawValue }
}

/// One retained element: when it came in the engine's order of events, and its two prices in units of the chunk's
/// scale (0 for a mark).
struct WindowEntry: Sendable, Equatable {
    var time: Int64
    var bid: Int64
    var ask: Int64
}

/// Consecutive elements of one instrument whose prices share a scale. Small at first, so that quiet instruments cost
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
    private(set) var kinds: [RetainedKind] = []

    init(serial: UInt64, scale: UInt8, capacity: Int) {
        (self.serial, self.scale, self.capacity) = (serial, scale, capacity)
        self.entries.reserveCapacity(capacity)
        self.kinds.reserveCapacity(capacity)
    }

    var isFull: Bool { self.entries.count == self.capacity }
    var bytes: Int { self.capacity * (MemoryLayout<WindowEntry>.stride + MemoryLayout<RetainedKind>.stride) }
    var newestTime: Int64 { self.entries.last?.time ?? .min }

    mutating func append(_ entry: WindowEntry, _ kind: RetainedKind) {
        self.entries.append(entry)
        self.kinds.append(kind)
    }

    /// One element, with its prices as numbers.
    func element(_ index: Int) -> RetainedElement {
        let entry = self.entries[index]
        return RetainedElement(
            kind: self.kinds[index],
            time: entry.time,
            bid: ExactDecimal(mantissa: entry.bid, scale: self.scale),
            ask: ExactDecimal(mantissa: entry.ask, scale: self.scale)
        )
    }
}

/// A retained element as the window gives it back.
struct RetainedElement: Sendable {
    let kind: RetainedKind
    let time: Int64
    let bid: ExactDecimal
    let ask: ExactDecimal
}
