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
}
