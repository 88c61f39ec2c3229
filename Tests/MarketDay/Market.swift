import Core

/// Instruments on three venues that speak at recorded rhythms, and the engine that hears them, in virtual time.
struct Market: ~Copyable {
    private struct Voice {
        let rhythm: Int
        /// When its rhythm began the last time.
        var begun: Int64
        var next = 0
        var told: UInt64 = 0
    }

    private static let second: Int64 = 1_000_000_000
    private static let start: Int64 = 1_700_000_000 * Market.second

    let board: Board
    private let rhythms: [Rhythm]
    private var voices: [Voice] = []
    private var engine: SpreadEngine
    private var batch: [RawElement] = []
    private(set) var seconds: Int64 = 0
    private(set) var quotes = 0
    private(set) var held: UInt64 = 0
    /// Time of a processor that the engine took, in nanoseconds.
    private(set) var busy: Int64 = 0

    /// The first symbol is as loud as BTCUSDT was, on all venues; the others take the quiet rhythms in turn.
    init(instruments: Int, rhythms: [Rhythm], isLoud: Bool) {
        var universe = Universe(
            venues: (0..<3).map {
                VenueEntry(name: "\($0)", isPerpetual: $0 == 1, fee: 0.001, repeatStaleAfter: nil)
            }
        )
        for number in 0..<instruments {
            let (symbol, venue) = (number / 3, number % 3)
            _ = universe.add(venue: VenueIndex(venue), symbol: "S\(symbol)", venueSymbol: "S\(symbol)")
            let quiet = 2 + symbol % (rhythms.count - 2)
            let rhythm = symbol == 0 && isLoud ? (venue == 1 ? 0 : 1) : quiet
            // No two begin at once.
            let phase = Int64(number) &* 7_919_000_003 % rhythms[rhythm].length
            self.voices.append(Voice(rhythm: rhythm, begun: Self.start - phase))
        }
        self.rhythms = rhythms
        self.board = Board(universe: universe)
        guard let high = Quantile(ExactDecimal(mantissa: 97, scale: 2)),
            let low = Quantile(ExactDecimal(mantissa: 3, scale: 2))
        else { preconditionFailure("0.97 and 0.03 are quantiles") }
        let settings = EngineSettings(band: BandSettings(upper: high, lower: low))
        self.engine = SpreadEngine(universe: universe, settings: settings, board: self.board)
    }

    /// One second of everybody's quotes in the order of time, and the heartbeat at its end.
    mutating func passSecond() {
        let end = Self.start + (self.seconds + 1) * Self.second
        for index in self.voices.indices { self.speak(index, until: end) }
        self.batch.sort { Self.time($0) < Self.time($1) }
        self.quotes += self.batch.count
        let now = Timestamp(nanoseconds: end)
        self.batch.append(RawElement(.heartbeat(loop: 0, sentAt: now), venue: .none))
        let begun = Processor.nanoseconds
        let tally = self.engine.process(self.batch, displaced: [], clock: { now }, heartbeat: { _, _ in })
        self.busy += Processor.nanoseconds - begun
        self.held = tally.windowHeld
        self.batch.removeAll(keepingCapacity: true)
        self.seconds += 1
    }

    private mutating func speak(_ index: Int, until end: Int64) {
        let venue = VenueIndex(index % 3)
        while true {
            let voice = self.voices[index]
            let rhythm = self.rhythms[voice.rhythm]
            let beat = rhythm.beats[voice.next]
            let instant = voice.begun + beat.offset
            guard instant < end else { return }
            self.voices[index].told += 1
            self.voices[index].next += 1
            if self.voices[index].next == rhythm.beats.count {
                (self.voices[index].next, self.voices[index].begun) = (0, voice.begun + rhythm.length)
            }
            guard instant >= Self.start else { continue }
            let quote = Quote(
                instrument: InstrumentIndex(index),
                bid: beat.quote.bid,
                bidSize: beat.quote.bidSize,
                ask: beat.quote.ask,
                askSize: beat.quote.askSize,
                sequence: voice.told,
                receivedAt: Timestamp(nanoseconds: instant),
                flags: beat.quote.flags
            )
            self.batch.append(RawElement(.quote(quote), venue: venue))
        }
    }

    private static func time(_ element: RawElement) -> Int64 {
        if case .quote(let quote) = element.payload { quote.receivedAt.nanoseconds } else { .max }
    }

    /// What the windows' chunks cost: as it is counted with every change, and as a walk over all of them finds it.
    var windowBytes: (counted: Int, walked: Int) {
        let walked = self.board.read().venues.reduce(0) { $0 + Int($1.windowBytes.value) }
        return (self.board.windowByteCount, walked)
    }
}
