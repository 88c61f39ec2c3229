@testable import Core

/// What a quote window store should hold, and what that should cost, worked out in plain arrays.
///
/// Only for quotes in whole units. It shares nothing with the store but the sizes of its types.
struct WindowModel {
    struct Chunk {
        let begun: Int
        let firstTime: Int64
        var quotes: [RetainedQuote] = []
        /// Of the heap block; 40 of it are headers.
        var size: Int
        var used = 40
    }

    struct Instrument {
        var chunks: [Chunk] = []
        /// In the list of chunks, used or not.
        var places = 0
        var last: (time: Int64, bid: Int64, ask: Int64) = (.min, 0, 0)
        var standing: RetainedQuote?

        var bytes: Int {
            let places = self.places == 0 ? 0 : 40 + self.places * MemoryLayout<WindowChunk<QuoteState>>.stride
            return self.chunks.reduce(places) { $0 + $1.size }
        }
    }

    let span: Int64
    let maxBytes: Int
    private(set) var instruments: [Instrument]
    private(set) var (appended, expired, evicted) = (0, 0, 0)
    private(set) var bytes = 0
    private var begun = 0
    /// By instrument: the number of its first chunk.
    private var oldest: [Int]

    init(instruments: Int, span: Int64, maxBytes: Int) {
        (self.span, self.maxBytes) = (span, maxBytes)
        self.instruments = Array(repeating: Instrument(), count: instruments)
        self.oldest = Array(repeating: .max, count: instruments)
    }

    func quotes(of instrument: Int) -> [RetainedQuote] {
        let (standing, chunks) = (self.instruments[instrument].standing, self.instruments[instrument].chunks)
        return (standing.map { [$0] } ?? []) + chunks.flatMap(\.quotes)
    }

    mutating func append(_ quote: RetainedQuote, of index: Int) {
        let time = quote.time.nanoseconds
        let before = self.instruments[index].bytes
        let length = Self.length(of: quote, after: self.instruments[index].last)
        let hasBegun = self.makeRoom(length, at: time, in: index)
        let open = self.instruments[index].chunks.count - 1
        self.instruments[index].chunks[open].quotes.append(quote)
        self.instruments[index].chunks[open].used += length
        self.instruments[index].last = (time, quote.bid.mantissa, quote.ask.mantissa)
        self.bytes += self.instruments[index].bytes - before
        self.appended += 1
        if hasBegun { self.expire(index, at: quote.time) }
        while self.bytes > self.maxBytes { self.evict() }
    }

    /// Whether that begins a chunk.
    private mutating func makeRoom(_ length: Int, at time: Int64, in index: Int) -> Bool {
        // A full chunk is an eighth of the window, from 256 bytes to 8 KiB; it grows from a quarter by doubling.
        let whole = Self.size(holding: min(max(self.instruments[index].bytes / 8, 256), 8_192))
        let last = self.instruments[index].chunks.count - 1
        if last >= 0 {
            let open = self.instruments[index].chunks[last]
            let covered = time - open.firstTime
            let isOver = covered > self.span || (covered > self.span / 8 && open.used >= 256 + 40)
            if !isOver, open.used + length <= open.size { return false }
            let grown = min(whole, open.size * 2)
            if !isOver, open.used + length <= grown {
                self.instruments[index].chunks[last].size = grown
                return false
            }
            self.instruments[index].chunks[last].size = min(open.size, Self.size(holding: open.used))
        }
        let chunk = Chunk(begun: self.begun, firstTime: time, size: Self.size(holding: whole / 4))
        self.instruments[index].chunks.append(chunk)
        if last + 1 == self.instruments[index].places { self.instruments[index].places += 1 + (last + 1) / 4 }
        self.oldest[index] = min(self.oldest[index], self.begun)
        self.begun += 1
        return true
    }

    /// 128, 144, 160 … 256, 288, 320 … 512 and so on: eight sizes to each doubling.
    private static func size(holding bytes: Int) -> Int {
        var (size, step) = (128, 16)
        while size < bytes {
            size += step
            if size == step * 16 { step *= 2 }
        }
        return size
    }

    /// Bytes of a quote: one or two, and as many as each difference to the quote before needs.
    private static func length(of quote: RetainedQuote, after last: (time: Int64, bid: Int64, ask: Int64)) -> Int {
        func needed(_ value: UInt64) -> Int { value == 0 ? 0 : 1 + needed(value >> 8) }
        func signed(_ value: Int64) -> Int { needed(UInt64(value < 0 ? -2 * value - 1 : 2 * value)) }
        let bid = quote.bid.mantissa - last.bid
        let time = needed(UInt64(bitPattern: quote.time.nanoseconds &- last.time))
        let prices = [signed(bid), signed(quote.ask.mantissa - last.ask - bid)]
        if time > 5 || prices.contains(where: { $0 > 4 }) { return 2 + max(time, 1) + prices[0] + prices[1] }
        return 1 + max(time, 2) + prices.reduce(0) { $0 + ($1 == 3 ? 4 : $1) }
    }

    mutating func advance(to now: Timestamp) {
        for instrument in self.instruments.indices { self.expire(instrument, at: now) }
    }

    private mutating func expire(_ index: Int, at now: Timestamp) {
        while let newest = self.instruments[index].chunks.first?.quotes.last,
            now.nanoseconds(since: newest.time) > self.span
        {
            self.expired += self.removeFirst(of: index)
        }
    }

    private mutating func evict() {
        guard let oldest = self.oldest.min(), let earliest = self.oldest.firstIndex(of: oldest) else { return }
        self.evicted += self.removeFirst(of: earliest)
    }

    private mutating func removeFirst(of index: Int) -> Int {
        let before = self.instruments[index].bytes
        let chunk = self.instruments[index].chunks.removeFirst()
        self.instruments[index].standing = chunk.quotes.last
        self.oldest[index] = self.instruments[index].chunks.first?.begun ?? .max
        let left = self.instruments[index].chunks.count
        if left == 0 || self.instruments[index].places > 2 * left + 4 { self.instruments[index].places = left }
        self.bytes += self.instruments[index].bytes - before
        return chunk.quotes.count
    }
}
