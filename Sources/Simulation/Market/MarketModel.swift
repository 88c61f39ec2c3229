#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A market that never was: correlated prices on several venues, each with its own lead, lag and basis.
///
/// Every coin has one true price, a random walk that shares a common factor with all others. A venue follows it
/// with a delay of its own, plus a basis that reverts to its mean. Now and then one book is knocked away from the
/// others by more than the fees, and drifts back within seconds: these are the opportunities.
///
/// Time comes in and quotes come out; the same seed and the same instants give the same quotes.
public struct MarketModel: Sendable {
    public struct Settings: Sendable {
        public var seed: UInt64 = 1
        public var symbols = 20
        /// Quotes per second and venue, of all symbols together, on an average over ten seconds.
        public var quotesPerSecond = 500.0

        public init() {}
    }

    /// After a pause the market goes on from where it was; it does not make up for more than this.
    private static let stepSecondsMax = 0.1
    /// Trades of one order; a venue may pack them into one frame.
    private static let tradesMax = 40

    let catalogue: Catalogue
    public let venues: [SimulatedVenue]
    private let settings: Settings
    private var generator: SplitMix64
    private var seconds = 0.0
    private var lastAdvance: Moment?
    private var truth: [TruePrice]
    private var books: [[VenueBook]]
    private var pace: Pace
    private var owed: [Double]
    private var common = 0.0
    private var nextShock: Double
    private var shocked: [(venue: Int, coin: Int, until: Double)] = []
    private var popularity: [Double]
    private var quietDue: [[Double]]
    private var sequence: Int64 = 75_829_523_783

    public init(settings: Settings, venues: [SimulatedVenue], at now: Moment) {
        precondition(settings.symbols > 0 && settings.quotesPerSecond >= 0, "a market needs symbols and a rate")
        var generator = SplitMix64(seed: settings.seed)
        let catalogue = Catalogue(symbols: settings.symbols, generator: &generator)
        self.catalogue = catalogue
        self.venues = venues
        self.settings = settings
        self.truth = catalogue.coins.enumerated().map { rank, coin in
            TruePrice(coin: coin, rank: rank, generator: &generator)
        }
        self.pace = Pace(generator: &generator)
        self.owed = venues.map { _ in 0 }
        let quiet = settings.symbols >= 5 ? max(1, settings.symbols / 10) : 0
        let busy = settings.symbols - quiet
        var cumulated = 0.0
        self.popularity = (0..<busy).map { rank in
            cumulated += 1 / Double(rank + 4)
            return cumulated
        }
        self.quietDue = venues.map { _ in (0..<quiet).map { _ in generator.uniform(1, 60) } }
        self.nextShock = generator.uniform(0.5, 2)
        self.books = []
        for venue in venues {
            self.books.append(
                catalogue.listings(of: venue).enumerated().map { index, listing in
                    VenueBook(venue: venue, listing: listing, rank: index, generator: &generator)
                }
            )
        }
        self.generator = generator
        for venue in self.venues.indices {
            for coin in self.truth.indices { _ = self.quote(venue: venue, coin: coin, at: now) }
        }
    }

    public func listings(of venue: SimulatedVenue) -> [Listing] { self.catalogue.listings(of: venue) }

    /// The standing quote of each listing of the venue, in the order of its list; nil where there never was one.
    public func standingQuotes(of venue: SimulatedVenue) -> [Quote?] {
        guard let index = self.venues.firstIndex(of: venue) else { return [] }
        return self.books[index].map(\.standing)
    }

    /// Moves the market on to `now` and appends what happened, venue by venue.
    public mutating func advance(to now: Moment, into events: inout [MarketEvent]) {
        defer { self.lastAdvance = now }
        guard let last = self.lastAdvance else { return }
        let step = min(max(0, now.seconds(since: last)), Self.stepSecondsMax)
        guard step > 0 else { return }
        self.seconds += step
        self.common += self.generator.nextGaussian() * 0.6e-4 * step.squareRoot()
        self.knockBooks()
        self.shocked.removeAll { $0.until < self.seconds }
        let factor = self.pace.factor(at: self.seconds, generator: &self.generator)
        for venue in self.venues.indices {
            self.owed[venue] += self.settings.quotesPerSecond * factor * step
            while self.owed[venue] >= 1 {
                self.owed[venue] -= 1
                self.emit(venue: venue, coin: self.nextCoin(venue: venue), at: now, into: &events)
            }
        }
    }

    // MARK: - Choice

    private mutating func nextCoin(venue: Int) -> Int {
        let busy = self.popularity.count
        for quiet in self.quietDue[venue].indices where self.quietDue[venue][quiet] <= self.seconds {
            self.quietDue[venue][quiet] = self.seconds + self.generator.uniform(45, 75)
            return busy + quiet
        }
        if !self.shocked.isEmpty, self.generator.chance(0.15) {
            let shock = self.shocked[Int(self.generator.next() % UInt64(self.shocked.count))]
            if shock.venue == venue || self.generator.chance(0.3) { return shock.coin }
        }
        let target = self.generator.nextUnit() * (self.popularity.last ?? 0)
        var (low, high) = (0, busy - 1)
        while low < high {
            let middle = (low + high) / 2
            if self.popularity[middle] < target { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// Every few seconds one book of a lively coin leaves the others by 35 to 90 bps.
    private mutating func knockBooks() {
        guard self.seconds >= self.nextShock, !self.popularity.isEmpty else { return }
        self.nextShock = self.seconds - 2.5 * log(1 - self.generator.nextUnit()) + 0.2
        let venue = Int(self.generator.next() % UInt64(self.venues.count))
        let coin = Int(self.generator.next() % UInt64(min(self.popularity.count, 40)))
        let size = self.generator.uniform(35e-4, 90e-4) * (self.generator.chance(0.5) ? 1 : -1)
        self.books[venue][coin].knock(by: size)
        self.shocked.append((venue: venue, coin: coin, until: self.seconds + 5))
        if self.settings.quotesPerSecond > 0 { self.owed[venue] = max(self.owed[venue], 1) }
    }

    // MARK: - Quotes and trades

    private mutating func emit(venue: Int, coin: Int, at now: Moment, into events: inout [MarketEvent]) {
        let name = self.venues[venue]
        if name == .gateio, self.generator.chance(1 / 3_000) {
            events.append(.quote(venue: name, listing: coin, VenueBook.emptied()))
            return
        }
        let quote = self.quote(venue: venue, coin: coin, at: now)
        events.append(.quote(venue: name, listing: coin, quote))
        guard self.generator.chance(0.15) else { return }
        let takerSold = self.generator.chance(0.5)
        var trades: [Trade] = []
        repeat {
            self.sequence += 1
            let trade = self.books[venue][coin].trade(
                on: quote,
                sequence: self.sequence,
                takerSold: takerSold,
                generator: &self.generator
            )
            trades.append(trade)
        } while trades.count < Self.tradesMax && self.generator.chance(0.3)
        events.append(.trades(venue: name, listing: coin, trades))
    }

    private mutating func quote(venue: Int, coin: Int, at now: Moment) -> Quote {
        self.sequence += self.generator.integer(in: 1...400)
        let price = self.truth[coin].price(at: self.seconds, common: self.common, generator: &self.generator)
        return self.books[venue][coin].quote(
            logPrice: price,
            seconds: self.seconds,
            sequence: self.sequence,
            at: now,
            generator: &self.generator
        )
    }
}
