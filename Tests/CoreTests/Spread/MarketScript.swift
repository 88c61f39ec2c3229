import Core
import TestSupport

/// A quote as the script spells it: whole units of 10^-places.
struct ScriptedQuote: Equatable {
    var bid: Int64
    var ask: Int64
    var places: Int
    var bidSize: Int64
    var askSize: Int64
    /// Sizes are whole units of 10^-sizePlaces.
    var sizePlaces = 0
    var isUnsized = false
    var sequence: UInt64 = 0

    /// 10^places: exact as a double, for there are few places.
    private var unit: Double { Self.unit(self.places) }
    private static func unit(_ places: Int) -> Double { (0..<places).reduce(1) { power, _ in power * 10 } }
    var bidVolume: Double { Double(self.bidSize) / Self.unit(self.sizePlaces) }
    var askVolume: Double { Double(self.askSize) / Self.unit(self.sizePlaces) }
    /// Both operands are exact, so each quotient is the nearest double to the price.
    var bidPrice: Double { Double(self.bid) / self.unit }
    var askPrice: Double { Double(self.ask) / self.unit }
    var isOneSided: Bool {
        self.bid <= 0 || self.ask <= 0 || (!self.isUnsized && (self.bidSize <= 0 || self.askSize <= 0))
    }
    var isCrossed: Bool { !self.isOneSided && self.bid > self.ask }
    var isLocked: Bool { !self.isOneSided && self.bid == self.ask }
}

/// What happens to the engine, in the script's own words.
enum MarketEvent {
    case quote(instrument: Int, ScriptedQuote, at: Timestamp, isRepeat: Bool, isSeed: Bool)
    case stale(instrument: Int, StaleReason, at: Timestamp)
    case withdrawn(instrument: Int, at: Timestamp)
    case delisted(instrument: Int, at: Timestamp)
    case trade(instrument: Int, price: Int64, at: Timestamp)
    case control
    case heartbeat(at: Timestamp)

    /// The instrument that this is about.
    var subject: Int? {
        if case .trade(let instrument, _, _) = self { instrument } else { self.instrument }
    }

    /// When it came; `nil` for what says nothing of the market.
    var instant: Timestamp? {
        switch self {
        case .quote(_, _, let instant, _, _), .stale(_, _, let instant), .withdrawn(_, let instant): instant
        case .delisted(_, let instant), .trade(_, _, let instant), .heartbeat(let instant): instant
        case .control: nil
        }
    }

    /// The instrument whose knowledge goes when this is displaced.
    var instrument: Int? {
        switch self {
        case .quote(let instrument, _, _, _, _), .stale(let instrument, _, _), .withdrawn(let instrument, _),
            .delisted(let instrument, _):
            instrument
        case .trade, .control, .heartbeat: nil
        }
    }

    /// What the feed would have sent.
    func element(venue: VenueIndex) -> RawElement {
        switch self {
        case .quote(let instrument, let quote, let instant, let isRepeat, let isSeed):
            var flags: QuoteFlags = quote.isUnsized ? .unsized : []
            if isRepeat { flags.insert(.repeated) }
            if isSeed { flags.insert(.seeded) }
            let built = Quote(
                instrument: InstrumentIndex(instrument),
                bid: ExactDecimal(mantissa: quote.bid, scale: UInt8(quote.places)),
                bidSize: ExactDecimal(mantissa: quote.bidSize, scale: UInt8(quote.sizePlaces)),
                ask: ExactDecimal(mantissa: quote.ask, scale: UInt8(quote.places)),
                askSize: ExactDecimal(mantissa: quote.askSize, scale: UInt8(quote.sizePlaces)),
                sequence: quote.sequence,
                receivedAt: instant,
                flags: flags
            )
            return RawElement(.quote(built), venue: venue)
        case .stale(let instrument, let reason, let instant):
            return RawElement(.stale(InstrumentIndex(instrument), reason, at: instant), venue: venue)
        case .withdrawn(let instrument, let instant):
            return RawElement(.withdrawn(InstrumentIndex(instrument), at: instant), venue: venue)
        case .delisted(let instrument, let instant):
            return RawElement(.delisted(InstrumentIndex(instrument), at: instant), venue: venue)
        case .trade(let instrument, let price, let instant):
            let trade = Trade(
                instrument: InstrumentIndex(instrument),
                price: ExactDecimal(mantissa: price, scale: 2),
                size: ExactDecimal(mantissa: price + 1, scale: 1),
                taker: price % 2 == 0 ? .buy : .sell,
                id: 7,
                exchangeTime: instant,
                receivedAt: instant
            )
            return RawElement(.trade(trade), venue: venue)
        case .control: return RawElement(.control, venue: venue)
        case .heartbeat(let instant): return RawElement(.heartbeat(loop: 1, sentAt: instant), venue: .none)
        }
    }
}

/// A market that does everything a feed may hand over, drawn from one seed.
struct MarketScript {
    /// For each instrument of the whole run, also of those that the engine learns of later: the venue it is on.
    let venueOfInstrument: [Int]
    private(set) var now = Timestamp.origin
    private(set) var random: SplitMix64
    /// The last quote that the feed handed over, whether or not it arrived; `nil` after a withdrawal or a mark.
    private(set) var lastSent: [ScriptedQuote?]
    private var nextSequence: UInt64 = 1
    /// By instrument: what its prices are multiplied with now, in per cent.
    private var levels: [Int64]
    /// Once in so many events an instrument is delisted; `nil`: never.
    private let delistingOneIn: Int?

    init(venueOfInstrument: [Int], delistingOneIn: Int?, random: SplitMix64) {
        (self.venueOfInstrument, self.random) = (venueOfInstrument, random)
        self.delistingOneIn = delistingOneIn
        self.lastSent = Array(repeating: nil, count: venueOfInstrument.count)
        self.levels = Array(repeating: 100, count: venueOfInstrument.count)
    }

    /// Takes a recorded quote in place of one that it makes up.
    mutating func follow(_ quote: ScriptedQuote, of instrument: Int, at instant: Timestamp) -> MarketEvent {
        self.now = instant
        self.lastSent[instrument] = quote
        return .quote(instrument: instrument, quote, at: instant, isRepeat: false, isSeed: false)
    }

    mutating func nextEvent() -> MarketEvent {
        self.pass()
        let instrument = self.random.int(0...(self.venueOfInstrument.count - 1))
        if let times = self.delistingOneIn, self.random.oneIn(times) {
            self.lastSent[instrument] = nil
            return .delisted(instrument: instrument, at: self.now)
        }
        switch self.random.int(0...99) {
        case 0...1: return .heartbeat(at: self.now)
        case 2: return .trade(instrument: instrument, price: Int64(self.random.int(1...5_000)), at: self.now)
        case 3: return .control
        case 4:
            self.lastSent[instrument] = nil
            return .withdrawn(instrument: instrument, at: self.now)
        case 5...7:
            // After a reconnection the feed has forgotten the update numbers: nothing is a repeat.
            self.lastSent[instrument] = nil
            let reason = StaleReason.allCases[self.random.int(0...3)]
            return .stale(instrument: instrument, reason, at: self.now)
        case 8...25:
            guard let last = self.lastSent[instrument] else { return self.quote(of: instrument) }
            return .quote(instrument: instrument, last, at: self.jittered, isRepeat: true, isSeed: false)
        default: return self.quote(of: instrument)
        }
    }

    private mutating func quote(of instrument: Int) -> MarketEvent {
        let places = self.random.int(0...4)
        let scale = (0..<places).reduce(Int64(1)) { power, _ in power * 10 }
        if self.random.oneIn(30) { self.levels[instrument] = Int64(self.random.int(80...120)) }
        if self.random.oneIn(10) { self.levels[instrument] = 100 }
        let bid = self.levels[instrument] * scale + Int64(self.random.int(-3...3)) * max(1, scale / 10)
        var quote = ScriptedQuote(bid: bid, ask: bid, places: places, bidSize: 1, askSize: 1)
        switch self.random.int(0...19) {
        case 0: break  // Locked.
        case 1: quote.ask -= max(1, scale / 100)  // Crossed.
        case 2: quote.bid = 0
        case 3: quote.ask = 0
        default: quote.ask += Int64(self.random.int(1...5)) * max(1, scale / 10)
        }
        (quote.bidSize, quote.askSize) = (Int64(self.random.int(1...50)), Int64(self.random.int(1...50)))
        if self.random.oneIn(20) { quote.askSize = 0 }
        if self.random.oneIn(20) { (quote.isUnsized, quote.bidSize, quote.askSize) = (true, 0, 0) }
        quote.sequence = self.nextSequence
        self.nextSequence += 1
        self.lastSent[instrument] = quote
        return .quote(
            instrument: instrument,
            quote,
            at: self.jittered,
            isRepeat: false,
            isSeed: self.random.oneIn(15)
        )
    }

    /// Two loops' clocks are read one after the other, and handed over the other way round.
    private var jittered: Timestamp {
        mutating get { self.random.oneIn(6) ? self.now + -Int64(self.random.int(0...2)) * millisecond : self.now }
    }

    private mutating func pass() {
        switch self.random.int(0...99) {
        case 0...29: break  // Several in one nanosecond.
        case 30...96: self.now = self.now + Int64(self.random.int(1...30)) * millisecond
        case 97...98: self.now = self.now + Int64(self.random.int(100...2_500)) * millisecond
        default: self.now = self.now + Int64(self.random.int(3...15)) * second
        }
    }
}
