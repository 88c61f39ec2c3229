import Testing

@testable import Simulation

@Suite("The market model")
struct MarketModelTests {
    private static func run(
        seed: UInt64 = 3,
        symbols: Int = 12,
        rate: Double = 400,
        seconds: Double = 60
    ) -> [(at: Double, event: MarketEvent)] {
        var settings = MarketModel.Settings()
        (settings.seed, settings.symbols, settings.quotesPerSecond) = (seed, symbols, rate)
        var model = MarketModel(settings: settings, venues: SimulatedVenue.allCases, at: World.start)
        var all: [(at: Double, event: MarketEvent)] = []
        for step in 0...Int(seconds * 100) {
            var events: [MarketEvent] = []
            let passed = Int64(step) * 10_000_000
            let now = Moment(
                nanoseconds: World.start.nanoseconds + passed,
                unixNanoseconds: World.start.unixNanoseconds + passed
            )
            model.advance(to: now, into: &events)
            all += events.map { (at: Double(step) / 100, event: $0) }
        }
        return all
    }

    private static func quotes(_ events: [(at: Double, event: MarketEvent)]) -> [String: [Quote]] {
        var quotes: [String: [Quote]] = [:]
        for case (_, .quote(let venue, let listing, let quote)) in events where !quote.isEmpty {
            quotes["\(venue)/\(listing)", default: []].append(quote)
        }
        return quotes
    }

    @Test("gives the same market for the same seed, another for another")
    func seeds() {
        #expect(Self.run(seconds: 5).map(\.event) == Self.run(seconds: 5).map(\.event))
        #expect(Self.run(seconds: 5).map(\.event) != Self.run(seed: 4, seconds: 5).map(\.event))
    }

    @Test("never crosses or locks a book, keeps to its ticks and never repeats a quote")
    func plausible() {
        var settings = MarketModel.Settings()
        settings.symbols = 12
        let model = MarketModel(settings: settings, venues: SimulatedVenue.allCases, at: World.start)
        for case (_, .quote(let venue, let index, let quote)) in Self.run() where !quote.isEmpty {
            let listing = model.listings(of: venue)[index]
            #expect(quote.bid.units > 0 && quote.bid.units < quote.ask.units)
            #expect(quote.bid.units % listing.tickUnits == 0 && quote.ask.units % listing.tickUnits == 0)
            #expect(quote.bidSize.units > 0 && quote.askSize.units > 0)
        }
        for quotes in Self.quotes(Self.run(seconds: 20)).values {
            for (old, new) in zip(quotes, quotes.dropFirst()) {
                let isSame =
                    old.bid == new.bid && old.ask == new.ask && old.bidSize == new.bidSize && old.askSize == new.askSize
                #expect(!isSame)
                #expect(old.engineMilliseconds <= new.engineMilliseconds)
            }
        }
    }

    @Test("numbers updates upwards, and 65 to 95 % of the steps are not by one")
    func updateNumbers() {
        for (name, quotes) in Self.quotes(Self.run()) where quotes.count > 300 {
            let steps = zip(quotes, quotes.dropFirst()).map { $1.updateID - $0.updateID }
            #expect(steps.allSatisfy { $0 > 0 })
            let share = Double(steps.filter { $0 != 1 }.count) / Double(steps.count)
            #expect((0.60...0.97).contains(share), "\(name): \(share)")
        }
    }

    @Test("quotes at the asked rate, in bursts, with quiet symbols")
    func rate() {
        let events = Self.run(symbols: 20, rate: 500, seconds: 60)
        var perSecond: [Int: Int] = [:]
        var quiet = 0
        for case (let at, .quote(.bybit, let listing, _)) in events {
            perSecond[Int(at), default: 0] += 1
            if listing >= 18 { quiet += 1 }
        }
        let total = perSecond.values.reduce(0, +)
        #expect((29_000...31_000).contains(total))
        #expect((perSecond.values.max() ?? 0) > 900)
        #expect((1...6).contains(quiet))
    }

    @Test("does not make up for a pause")
    func pause() {
        var model = MarketModel(settings: MarketModel.Settings(), venues: [.binance], at: World.start)
        var events: [MarketEvent] = []
        model.advance(to: World.start, into: &events)
        model.advance(to: World.start.advanced(bySeconds: 3_600), into: &events)
        #expect(events.count < 300)
    }

    @Test("offers a profit after fees every few seconds, between the spot venues too, and takes it back")
    func opportunities() {
        let fees: [SimulatedVenue: Double] = [.binance: 0.001, .bybit: 0.001, .gateio: 0.002]
        var standing: [Int: [SimulatedVenue: Quote]] = [:]
        var open: Set<String> = []
        var begun = 0
        var openTicks = 0
        let events = Self.run(symbols: 20, rate: 500, seconds: 120)
        for case (_, .quote(let venue, let listing, let quote)) in events where fees[venue] != nil && !quote.isEmpty {
            standing[listing, default: [:]][venue] = quote
            for (other, against) in standing[listing] ?? [:] where other != venue {
                for (seller, bid, buyer, ask) in [
                    (venue, quote.bid, other, against.ask), (other, against.bid, venue, quote.ask),
                ] {
                    let net = bid.value * (1 - (fees[seller] ?? 0)) / (ask.value * (1 + (fees[buyer] ?? 0))) - 1
                    let name = "\(listing) \(seller) \(buyer)"
                    if net > 0 {
                        openTicks += 1
                        if open.insert(name).inserted { begun += 1 }
                    } else {
                        open.remove(name)
                    }
                }
            }
        }
        #expect((12...400).contains(begun), "\(begun) opportunities in two minutes")
        #expect(openTicks * 4 < events.count, "most of the time there is none")
    }
}
