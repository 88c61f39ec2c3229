import Core
import Testing
import Venues

@testable import Feed

@Suite("What is watched")
struct WatchListTests {
    private static func answer(_ names: [String], spelling: (String) -> String = { $0 + "_USDT" }) -> VenueListing {
        VenueListing(
            listing: Listing(
                instruments: names.map { ListedInstrument(venueSymbol: spelling($0), base: $0, quote: "USDT") }
            ),
            volumes: [:]
        )
    }

    private static func list(venues: Int = 2, most: Int = 100) -> WatchList {
        WatchList(
            universe: Universe(
                venues: (0..<venues).map {
                    VenueEntry(name: "\($0)", isPerpetual: false, fee: 0, repeatStaleAfter: nil)
                }
            ),
            planner: UniversePlanner(quoteAssets: ["USDT"], minQuoteVolume: 0, maxInstrumentsPerVenue: most)
        )
    }

    private func changes(_ outcome: WatchList.Outcome) throws -> WatchList.Changes {
        guard case .accepted(let changes) = outcome else { throw Refused(outcome: outcome) }
        return changes
    }

    private struct Refused: Error { let outcome: WatchList.Outcome }

    @Test("an instrument absent twice in a row goes, and one that was absent once only stays")
    func delisting() throws {
        var list = Self.list()
        for venue in 0..<2 { _ = list.take(Self.answer(["A", "B", "C"]), of: venue) }
        let first = try self.changes(list.take(Self.answer(["A", "B"]), of: 1))
        #expect(first.missing == 1 && first.isEmpty)
        #expect(try self.changes(list.take(Self.answer(["A", "B", "C"]), of: 1)).missing == 0)
        #expect(try self.changes(list.take(Self.answer(["A", "B"]), of: 1)).missing == 1, "that was not in a row")
        let before = list.universe
        let gone = try self.changes(list.take(Self.answer(["A", "B"]), of: 1))
        #expect(gone.delisted == ["CUSDT"] && gone.renamed.isEmpty && gone.watch == [[], []])
        #expect(gone.unwatch.map { before.instruments[$0.position].venueSymbol } == ["C_USDT"])
        #expect(list.universe.pair(symbol: "CUSDT", sell: "0", buy: "1") == nil)
        #expect(list.universe.pair(symbol: "AUSDT", sell: "0", buy: "1") != nil)
        #expect(list.count(of: 0) == 3 && list.count(of: 1) == 2)

        let again = try self.changes(list.take(Self.answer(["A", "B", "C"]), of: 1))
        #expect(again.watch[1].map(\.instrument) == [InstrumentIndex(6)], "under a number of its own")
        #expect(list.universe.pair(symbol: "CUSDT", sell: "0", buy: "1") != nil)
    }

    @Test("a spelling that gets another meaning is watched by it once the old one is gone")
    func newMeaning() throws {
        var list = Self.list()
        for venue in 0..<2 { _ = list.take(Self.answer(["A", "B", "C"]), of: venue) }
        _ = list.take(Self.answer(["A", "B", "C", "D"]), of: 0)
        // What was C is D now, by the same spelling.
        let answer = Self.answer(["A", "B", "D"]) { ($0 == "D" ? "C" : $0) + "_USDT" }
        #expect(try self.changes(list.take(answer, of: 1)).watch[1].isEmpty)
        let second = try self.changes(list.take(answer, of: 1))
        #expect(second.delisted == ["CUSDT"] && second.watch[1].map(\.symbol) == ["DUSDT"])
        #expect(second.watch[1].map(\.venueSymbol) == ["C_USDT"])
    }

    @Test("another spelling of a symbol is another instrument of it, whatever its volume")
    func renaming() throws {
        var list = Self.list()
        for venue in 0..<2 { _ = list.take(Self.answer(["A", "B", "C"]), of: venue) }
        let other = Self.answer(["A", "B", "C"]) { $0 == "B" ? "B2_USDT" : $0 + "_USDT" }
        #expect(try self.changes(list.take(other, of: 0)).missing == 1)
        let changes = try self.changes(list.take(other, of: 0))
        #expect(changes.renamed == ["BUSDT"] && changes.delisted.isEmpty)
        #expect(changes.unwatch.count == 1)
        #expect(changes.watch[0].map(\.venueSymbol) == ["B2_USDT"] && changes.watch[1].isEmpty)
        #expect(list.universe.pair(symbol: "BUSDT", sell: "0", buy: "1") != nil)
        #expect(list.count(of: 0) == 3)
    }

    @Test("an answer without most of what was listed before is taken for a fault and changes nothing")
    func implausible() throws {
        var list = Self.list()
        #expect(list.take(Self.answer([]), of: 0) == .implausible(listed: 0, before: 0))
        for venue in 0..<2 { _ = list.take(Self.answer(["A", "B", "C", "D"]), of: venue) }
        let revision = list.universe.revision
        for _ in 0..<3 {
            #expect(list.take(Self.answer([]), of: 0) == .implausible(listed: 0, before: 4))
            #expect(list.take(Self.answer(["A"]), of: 0) == .implausible(listed: 1, before: 4))
            #expect(list.take(Self.answer(["E", "F", "G", "H"]), of: 0) == .implausible(listed: 4, before: 4))
        }
        #expect(list.universe.revision == revision)
        #expect(try self.changes(list.take(Self.answer(["A", "B"]), of: 0)).missing == 2, "half may go")
        #expect(try self.changes(list.take(Self.answer(["A", "B", "C", "D"]), of: 0)).isEmpty)
    }

    @Test("gives out no more indices than its bound, however often a venue lists and delists")
    func bound() throws {
        var list = Self.list(most: 3)
        let (with, without) = (Self.answer(["A", "B", "C"]), Self.answer(["A", "B"]))
        for venue in 0..<2 { _ = list.take(with, of: venue) }
        var refused = 0
        for _ in 0..<100 {
            for answer in [without, without, with] { refused += try self.changes(list.take(answer, of: 0)).refused }
        }
        #expect(list.universe.instruments.count == 60)
        #expect(refused > 0)
        #expect(list.count(of: 0) == 2 && list.count(of: 1) == 3, "what is watched stays watched")
    }

    @Test("over any answers: what is watched is listed or missing once, and every change is told once")
    func anything() throws {
        for number in 0..<300 as Range<UInt64> {
            var random = Seed(number)
            var list = Self.list(venues: 3, most: 6)
            var told: [[InstrumentIndex: String]] = [[:], [:], [:]]
            var absent: [[String: Int]] = [[:], [:], [:]]
            for _ in 0..<40 {
                let venue = Int.random(in: 0..<3, using: &random)
                let names = ["A", "B", "C", "D", "E", "F", "G", "H"].filter { _ in
                    Int.random(in: 0..<6, using: &random) > 0
                }
                let isRenamed = Int.random(in: 0..<12, using: &random) == 0
                let answer = Self.answer(names) { isRenamed && $0 == "A" ? "A2" : $0 + "_USDT" }
                let before = list
                guard case .accepted(let changes) = list.take(answer, of: venue) else {
                    #expect(list.universe.revision == before.universe.revision, "\(number)")
                    continue
                }
                let listed = Set(answer.listing.instruments.map(\.venueSymbol))
                for instrument in changes.unwatch {
                    let symbol = told[venue].removeValue(forKey: instrument)
                    #expect(symbol != nil, "\(number): unwatched what was not watched")
                    #expect(absent[venue][symbol ?? ""] == 1, "\(number): it was there last time")
                    #expect(symbol.map { !listed.contains($0) } == true, "\(number): it is there")
                }
                for (venue, additions) in changes.watch.enumerated() {
                    for addition in additions { told[venue][addition.instrument] = addition.venueSymbol }
                }
                absent[venue] = absent[venue].filter { !listed.contains($0.key) }
                for symbol in told[venue].values where !listed.contains(symbol) { absent[venue][symbol] = 1 }
                Self.compare(list, told, number)
            }
        }
    }

    private static func compare(_ list: WatchList, _ told: [[InstrumentIndex: String]], _ seed: UInt64) {
        let universe = list.universe
        for venue in 0..<3 {
            let instruments = universe.instruments(of: VenueIndex(venue))
            #expect(Set(instruments) == Set(told[venue].keys), "\(seed)")
            #expect(list.count(of: venue) == instruments.count && instruments.count <= 6, "\(seed)")
            for instrument in instruments {
                #expect(universe.instruments[instrument.position].venueSymbol == told[venue][instrument], "\(seed)")
            }
        }
        for pair in universe.pairs {
            let (sell, buy) = (universe.instruments[pair.sell.position], universe.instruments[pair.buy.position])
            #expect(pair.isListed == (sell.isListed && buy.isListed), "\(seed)")
        }
    }
}

@Suite("When to ask what is listed")
struct DiscoveryPaceTests {
    @Test("asks at the interval, sooner when something is in doubt, and once where there is none")
    func interval() throws {
        var random = Seed(1)
        var pace = DiscoveryPace(interval: .seconds(600))
        for _ in 0..<20 {
            let usual = try #require(pace.accepted(isInDoubt: false, using: &random))
            #expect((Duration.seconds(540)...Duration.seconds(600)).contains(usual))
            let soon = try #require(pace.accepted(isInDoubt: true, using: &random))
            #expect((Duration.seconds(27)...Duration.seconds(30)).contains(soon))
        }
        var once = DiscoveryPace(interval: nil)
        #expect(once.accepted(isInDoubt: false, using: &random) == nil)
    }

    @Test("backs off while a venue fails, obeys its patience, and says once that it fails")
    func failures() {
        var random = Seed(2)
        var pace = DiscoveryPace(interval: .seconds(600))
        let first = (0..<20).map { _ in pace.failed(patience: .zero, using: &random) }
        #expect(first.map(\.isFirst) == [true] + Array(repeating: false, count: 19))
        #expect(first[0].pause <= .seconds(1) && first[0].pause >= .milliseconds(500))
        #expect(first[19].pause <= .seconds(10) && first[19].pause >= .seconds(5))
        #expect(pace.failed(patience: .seconds(99), using: &random).pause == .seconds(99))
        #expect(pace.isFailing)
        _ = pace.accepted(isInDoubt: false, using: &random)
        #expect(!pace.isFailing)
        let later = (0..<20).map { _ in pace.failed(patience: .zero, using: &random) }
        #expect(later[0].isFirst)
        #expect(later[19].pause <= .seconds(60) && later[19].pause >= .seconds(30))
    }
}
