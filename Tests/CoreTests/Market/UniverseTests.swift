import Core
import Testing

@Suite("Universe")
struct UniverseTests {
    @Test("pairs each instrument with the others of its symbol, both ways, and marks spot against perpetual")
    func pairs() {
        var universe = Universe(venues: [
            VenueEntry(name: "spot", isPerpetual: false, fee: 0, repeatStaleAfter: nil),
            VenueEntry(name: "usdm", isPerpetual: true, fee: 0, repeatStaleAfter: nil),
            VenueEntry(name: "other", isPerpetual: false, fee: 0, repeatStaleAfter: nil),
        ])
        for (venue, symbol) in [(0, "BTCUSDT"), (0, "ETHUSDT"), (1, "BTCUSDT"), (2, "BTCUSDT")] {
            let added = universe.add(venue: VenueIndex(venue), symbol: symbol, venueSymbol: symbol)
            #expect(added != nil)
        }
        let pairs = universe.pairs.map { [$0.sell.position, $0.buy.position, $0.isBasis ? 1 : 0] }
        #expect(Set(pairs) == [[0, 2, 1], [2, 0, 1], [0, 3, 0], [3, 0, 0], [2, 3, 1], [3, 2, 1]])
        #expect(pairs.count == 6)
        #expect(universe.symbols == ["BTCUSDT", "ETHUSDT"])
        #expect(universe.instruments(of: SymbolIndex(0)).map(\.position) == [0, 2, 3])
        #expect(universe.instruments(of: VenueIndex(0)).map(\.position) == [0, 1])
    }

    @Test("refuses a second instrument of one venue and symbol, and keeps every number given before")
    func duplicates() {
        var universe = Universe(venues: [VenueEntry(name: "spot", isPerpetual: false, fee: 0, repeatStaleAfter: nil)])
        let added = [("BTCUSDT", "BTC_USDT"), ("BTCUSDT", "XBTUSDT"), ("ETHUSDT", "ETH_USDT")].map {
            symbol,
            venueSymbol in
            universe.add(venue: VenueIndex(0), symbol: symbol, venueSymbol: venueSymbol)?.position
        }
        #expect(added == [0, nil, 1])
        #expect(universe.instruments.map(\.venueSymbol) == ["BTC_USDT", "ETH_USDT"])
        #expect(universe.instruments.count == 2)
        #expect(universe.pairs.isEmpty)
    }

    @Test("forgets the name of what is removed, but not its number, and gives it a new one when it comes again")
    func removal() {
        var universe = Universe(
            venues: ["a", "b", "c"].map { VenueEntry(name: $0, isPerpetual: false, fee: 0, repeatStaleAfter: nil) }
        )
        for venue in 0..<3 { _ = universe.add(venue: VenueIndex(venue), symbol: "BTC", venueSymbol: "BTC") }
        let before = universe.pair(symbol: "BTC", sell: "a", buy: "b")
        let revision = universe.revision
        universe.remove(InstrumentIndex(0))
        #expect(universe.revision == revision + 1)
        universe.remove(InstrumentIndex(0))
        #expect(universe.revision == revision + 1, "it is gone already")
        #expect(universe.listedCount == 2 && universe.instruments.count == 3)
        #expect(universe.instruments.map(\.isListed) == [false, true, true])
        #expect(universe.pair(symbol: "BTC", sell: "a", buy: "b") == nil)
        #expect(universe.pair(symbol: "BTC", sell: "b", buy: "a") == nil)
        #expect(universe.pair(symbol: "BTC", sell: "b", buy: "c") != nil)
        #expect(universe.pairs.count { $0.isListed } == 2)
        #expect(universe.instruments(of: SymbolIndex(0)).map(\.position) == [1, 2])
        #expect(universe.instruments(of: VenueIndex(0)).isEmpty)

        let again = universe.add(venue: VenueIndex(0), symbol: "BTC", venueSymbol: "XBT")
        #expect(again == InstrumentIndex(3))
        #expect(universe.symbols == ["BTC"])
        #expect(universe.pairs.count == 10 && universe.pairs.count { $0.isListed } == 6)
        let after = universe.pair(symbol: "BTC", sell: "a", buy: "b")
        #expect(after != nil && after != before)
        #expect(universe.listedCount == 3)
    }

    @Test("finds a pair by the names of its symbol and venues")
    func pairByNames() {
        var universe = Universe(
            venues: ["a", "b", "c"].map { VenueEntry(name: $0, isPerpetual: false, fee: 0, repeatStaleAfter: nil) }
        )
        for (venue, symbol) in [(0, "BTC"), (1, "BTC"), (2, "ETH"), (2, "BTC")] {
            _ = universe.add(venue: VenueIndex(venue), symbol: symbol, venueSymbol: symbol)
        }
        for (index, entry) in universe.pairs.enumerated() {
            let (sell, buy) = (universe.instruments[entry.sell.position], universe.instruments[entry.buy.position])
            let found = universe.pair(
                symbol: "BTC",
                sell: universe.venues[sell.venue.position].name,
                buy: universe.venues[buy.venue.position].name
            )
            #expect(found == PairIndex(index))
        }
        #expect(universe.pair(symbol: "ETH", sell: "c", buy: "a") == nil, "not listed there")
        #expect(universe.pair(symbol: "BTC", sell: "a", buy: "a") == nil)
        #expect(universe.pair(symbol: "BTC", sell: "a", buy: "d") == nil)
        #expect(universe.pair(symbol: "XRP", sell: "a", buy: "b") == nil)
    }
}
