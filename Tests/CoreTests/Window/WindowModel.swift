import Core

/// What a window store should hold, in plain arrays: chunks of 8, 16, … 256 quotes whose prices share a scale.
struct WindowModel {
    struct Chunk {
        var begun: Int
        var capacity: Int
        var quotes: [RetainedQuote]
    }

    let span: Int64
    let maxBytes: Int
    private(set) var chunks: [[Chunk]]
    private(set) var standing: [RetainedQuote?]
    private(set) var (appended, expired, evicted) = (0, 0, 0)
    private var begun = 0

    init(instruments: Int, span: Int64, maxBytes: Int) {
        (self.span, self.maxBytes) = (span, maxBytes)
        self.chunks = Array(repeating: [], count: instruments)
        self.standing = Array(repeating: nil, count: instruments)
    }

    var bytes: Int { self.chunks.joined().reduce(0) { $0 + $1.capacity * 25 } }

    func quotes(of instrument: Int) -> [RetainedQuote] {
        var quotes: [RetainedQuote] = []
        if let standing = self.standing[instrument] { quotes.append(standing) }
        for chunk in self.chunks[instrument] { quotes += chunk.quotes }
        return quotes
    }

    mutating func append(_ quote: RetainedQuote, of instrument: Int) {
        self.appended += 1
        if let last = self.chunks[instrument].indices.last,
            self.chunks[instrument][last].quotes.count < self.chunks[instrument][last].capacity
        {
            self.chunks[instrument][last].quotes.append(quote)
            return
        }
        let capacity = min((self.chunks[instrument].last?.capacity ?? 4) * 2, 256)
        self.chunks[instrument].append(Chunk(begun: self.begun, capacity: capacity, quotes: [quote]))
        self.begun += 1
        self.expire(instrument, at: quote.time)
        while self.bytes > self.maxBytes { self.evict() }
    }

    mutating func advance(to now: Timestamp) {
        for instrument in self.chunks.indices { self.expire(instrument, at: now) }
    }

    private mutating func expire(_ instrument: Int, at now: Timestamp) {
        while let newest = self.chunks[instrument].first?.quotes.last, now.nanoseconds(since: newest.time) > self.span {
            self.expired += self.removeFirst(of: instrument)
        }
    }

    private mutating func evict() {
        let holders = self.chunks.indices.filter { !self.chunks[$0].isEmpty }
        guard let earliest = holders.min(by: { self.chunks[$0][0].begun < self.chunks[$1][0].begun }) else { return }
        self.evicted += self.removeFirst(of: earliest)
    }

    private mutating func removeFirst(of instrument: Int) -> Int {
        let chunk = self.chunks[instrument].removeFirst()
        self.standing[instrument] = chunk.quotes.last
        return chunk.quotes.count
    }
}
