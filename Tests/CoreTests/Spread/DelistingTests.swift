import Testing

@testable import Core

@Suite("Delisting in mid-stream")
struct DelistingTests {
    @Test("takes the instrument's windows, pairs and prices away, and leaves those of others alone")
    func everythingGoes() throws {
        let desk = try Desk(listing: [(0, "BTC"), (1, "BTC"), (2, "BTC")])
        for instrument in 0..<3 { desk.quote(instrument, bid: 100, ask: 101) }
        desk.heartbeat()
        let before = desk.board.windowByteCount
        #expect(desk.board.freshPairCount == 6)
        desk.delist(0)
        #expect(desk.tally.applied == 1)
        #expect(desk.tally.windowDelisted == 1)
        #expect(desk.tally.windowHeld == 2)
        #expect(desk.board.windowByteCount < before)
        #expect(desk.engine.retainedQuotes(of: InstrumentIndex(0)).isEmpty)
        #expect(desk.engine.retainedQuotes(of: InstrumentIndex(1)).count == 1)
        #expect(desk.board.freshPairCount == 2)
        #expect(desk.board.read().instruments[0].read() == nil)
        #expect(desk.reading(sell: 0, buy: 1) == PairReading())
        #expect(desk.reading(sell: 2, buy: 0) == PairReading())
        #expect(desk.reading(sell: 1, buy: 2).status == .fresh)
    }

    @Test("rejects and counts whatever still comes of it")
    func lateElements() throws {
        let desk = try Desk()
        for instrument in 0..<2 { desk.quote(instrument, bid: 100, ask: 101) }
        desk.delist(0)
        let (evaluations, points) = (desk.evaluations, desk.points)
        let late = Quote.at(0, bid: 99, ask: 100, sequence: 9, desk.now)
        let trade = Trade(
            instrument: InstrumentIndex(0),
            price: late.bid,
            size: late.bidSize,
            taker: .buy,
            id: 1,
            exchangeTime: desk.now,
            receivedAt: desk.now
        )
        let instrument = InstrumentIndex(0)
        let payloads: [RawElement.Payload] = [
            .quote(late), .trade(trade), .stale(instrument, .session, at: desk.now),
            .withdrawn(instrument, at: desk.now), .delisted(instrument, at: desk.now),
        ]
        desk.process(payloads.map { RawElement($0, venue: VenueIndex(0)) }, displaced: [0])
        #expect(desk.tally.rejectedDelisted == 5)
        #expect(desk.tally.applied == 0 && desk.tally.windowAppended == 0)
        desk.quote(1, bid: 98, ask: 99)
        #expect(desk.evaluations == evaluations && desk.points == points, "it has no partner any more")
        #expect(desk.board.freshPairCount == 0)
    }

    @Test("listed again it is another instrument, which knows nothing of the first")
    func listedAgain() throws {
        let desk = try Desk()
        for instrument in 0..<2 { desk.quote(instrument, bid: 100, ask: 101) }
        desk.delist(0)
        desk.list(0, "BTC")
        #expect(desk.pair(sell: 2, buy: 1)?.position == 2 || desk.pair(sell: 2, buy: 1)?.position == 3)
        #expect(desk.reading(sell: 2, buy: 1).status == .missing)
        desk.quote(2, bid: 100, ask: 101)
        #expect(desk.reading(sell: 2, buy: 1).status == .fresh)
        #expect(desk.reading(sell: 0, buy: 1).status == .missing)
        #expect(desk.engine.retainedQuotes(of: InstrumentIndex(2)).count == 1)
        #expect(desk.board.freshPairCount == 2)
    }

    @Test("is not lost when the element that says so is displaced: the instrument goes with the next batch")
    func displaced() throws {
        let desk = try Desk()
        for instrument in 0..<2 { desk.quote(instrument, bid: 100, ask: 101) }
        desk.unlist(0)
        #expect(desk.reading(sell: 0, buy: 1).status == .fresh, "its own element says when")
        desk.process([], displaced: [0])
        #expect(desk.reading(sell: 0, buy: 1) == PairReading())
        #expect(desk.tally.windowDelisted == 1)
        desk.process([RawElement(.delisted(InstrumentIndex(0), at: desk.now), venue: VenueIndex(0))])
        #expect(desk.tally.rejectedDelisted == 1)
    }

    @Test("nobody can watch or ask for a pair of it any more, or of one that came and went unseen")
    func noHistory() throws {
        let desk = try Desk()
        for instrument in 0..<2 { desk.quote(instrument, bid: 100, ask: 101) }
        let pair = try #require(desk.pair(sell: 0, buy: 1))
        #expect(desk.engine.history(of: pair) != nil && desk.engine.report(of: pair) != nil)
        desk.delist(0)
        #expect(desk.engine.history(of: pair) == nil && desk.engine.report(of: pair) == nil)

        var universe = Universe(
            venues: (0..<2).map { _ in VenueEntry(name: "", isPerpetual: false, fee: 0, repeatStaleAfter: nil) }
        )
        for venue in 0..<2 { _ = universe.add(venue: VenueIndex(venue), symbol: "ETH", venueSymbol: "ETH") }
        universe.remove(InstrumentIndex(1))
        let half = try #require(Quantile(ExactDecimal("0.5")))
        let settings = EngineSettings(band: BandSettings(upper: half, lower: half))
        var engine = SpreadEngine(universe: universe, settings: settings, board: Board(universe: universe))
        #expect(engine.history(of: PairIndex(0)) == nil)
        let quote = RawElement.numbered(1, instrument: 1, venue: 1)
        let tally = engine.process([quote], displaced: [], clock: { .origin }, heartbeat: { _, _ in })
        #expect(tally.rejectedDelisted == 1)
    }

    @Test("what left the windows is counted by reason, for its venue")
    func exits() throws {
        let desk = try Desk(listing: [(0, "BTC"), (1, "BTC")])
        for price in 0..<5 as Range<Int64> { desk.quote(0, bid: 100 + price, ask: 110) }
        desk.quote(1, bid: 100, ask: 110)
        desk.delist(0)
        desk.now = desk.now + 3_600 * second
        desk.heartbeat()
        func exits(of venue: Int) -> [Int64] { desk.board.read().venues[venue].windowExits.map(\.value) }
        #expect(exits(of: 0) == [0, 0, 5])
        #expect(exits(of: 1) == [1, 0, 0])
        #expect(exits(of: 2) == [0, 0, 0])
    }
}
