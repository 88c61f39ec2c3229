import Core
import Testing

@Suite("Spread engine")
struct SpreadEngineTests {
    @Test("a quote re-evaluates its own pairs, and no other")
    func ownPairs() throws {
        // Venues 0, 1 and 2 list BTC (instruments 0, 1, 2); venues 0 and 1 list ETH (3, 4).
        let desk = try Desk(listing: [(0, "BTC"), (1, "BTC"), (2, "BTC"), (0, "ETH"), (1, "ETH")])
        for instrument in 0..<5 { desk.quote(instrument, bid: 100, ask: 101) }
        var before = desk.evaluations
        desk.quote(4, bid: 100, ask: 102)
        #expect(desk.evaluations.minus(before) == [0, 1, 0, 1, 0, 0, 0, 0, 0])
        before = desk.evaluations
        desk.quote(2, bid: 100, ask: 102)
        #expect(desk.evaluations.minus(before) == [0, 0, 1, 0, 0, 1, 1, 1, 0])
        before = desk.evaluations
        desk.quote(2, bid: 100, ask: 102, sequence: desk.lastSequence, flags: .repeated)
        desk.process([RawElement(.stale(InstrumentIndex(0), .session, at: desk.now), venue: VenueIndex(0))])
        desk.heartbeat()
        #expect(desk.evaluations == before, "only quotes are counted")
    }

    @Test("the spread is bid over ask less one, net of both fees, and its notional what both tops let through")
    func figures() throws {
        let desk = try Desk(fees: [0.001, 0.002, 0])
        desk.quote(0, bid: 110, ask: 111)
        desk.quote(1, bid: 99, ask: 100)
        let reading = desk.reading(sell: 0, buy: 1)
        #expect(reading.status == .fresh)
        #expect(reading.spread == 110.0 / 100.0 - 1)
        #expect(reading.netSpread == (110 * (1 - 0.001)) / (100 * (1 + 0.002)) - 1)
        #expect(reading.notional == 100)
        #expect(desk.reading(sell: 1, buy: 0).spread == 99.0 / 111.0 - 1)
        #expect(desk.board.freshPairCount == 2)
    }

    @Test("a stale leg removes the spread until its next proof", arguments: StaleReason.allCases)
    func staleLeg(reason: StaleReason) throws {
        let desk = try Desk()
        desk.quote(0, bid: 100, ask: 101)
        desk.quote(1, bid: 100, ask: 101)
        desk.process([RawElement(.stale(InstrumentIndex(1), reason, at: desk.now), venue: VenueIndex(1))])
        #expect(desk.reading(sell: 0, buy: 1).status == .stale)
        #expect(desk.reading(sell: 1, buy: 0).status == .stale)
        #expect(desk.board.read().instruments[1].read() == nil)
        #expect(desk.board.freshPairCount == 0)
        desk.quote(0, bid: 100, ask: 102)
        #expect(desk.reading(sell: 0, buy: 1).status == .stale, "the other leg proves nothing")
        desk.quote(1, bid: 100, ask: 101)
        #expect(desk.reading(sell: 0, buy: 1).status == .fresh)
        #expect(desk.board.freshPairCount == 2)
    }

    @Test("a repeat renews the proof, makes no point and no evaluation, and leaves the leg's age alone")
    func repeats() throws {
        let desk = try Desk()
        desk.quote(0, bid: 100, ask: 101)
        desk.quote(1, bid: 100, ask: 101)
        let sequence = desk.lastSequence
        desk.process([RawElement(.stale(InstrumentIndex(1), .subscription, at: desk.now), venue: VenueIndex(1))])
        let (points, evaluations, changedAt) = (
            desk.points, desk.evaluations, desk.reading(sell: 0, buy: 1).olderLegChangedAt
        )
        desk.quote(1, bid: 100, ask: 101, sequence: sequence, flags: .repeated)
        #expect(desk.reading(sell: 0, buy: 1).status == .fresh)
        #expect(desk.reading(sell: 0, buy: 1).olderLegChangedAt == changedAt)
        #expect(desk.points == points)
        #expect(desk.evaluations == evaluations)
        #expect(desk.engine.retainedQuotes(of: InstrumentIndex(1)).count == 1)
        #expect(desk.board.read().venues[1].flagged[Int(QuoteFlag.repeated.rawValue)].value == 1)
    }

    @Test("a venue that repeats goes stale by a heartbeat when it was silent for too long, others never do")
    func repeatStaleAfter() throws {
        let desk = try Desk(repeatStaleAfter: [nil, 10 * second, nil])
        desk.quote(0, bid: 100, ask: 101)
        let proof = desk.now
        desk.quote(1, bid: 100, ask: 101)
        let sequence = desk.lastSequence
        desk.now = proof + 10 * second
        desk.heartbeat()
        #expect(desk.reading(sell: 0, buy: 1).status == .fresh, "exactly the limit is not yet too long")
        let renewal = desk.now
        desk.quote(1, bid: 100, ask: 101, sequence: sequence, flags: .repeated)
        desk.now = renewal + 10 * second
        desk.heartbeat()
        #expect(desk.reading(sell: 0, buy: 1).status == .fresh, "the repeat renewed the proof")
        desk.now = renewal + 10 * second + 1
        desk.heartbeat()
        #expect(desk.reading(sell: 0, buy: 1).status == .stale)
        #expect(desk.board.read().instruments[0].read() != nil, "quiet is not stale on a venue that sends changes only")
    }

    @Test("a displaced element leaves its instrument stale until something newer of it arrives")
    func lost() throws {
        let desk = try Desk()
        desk.quote(0, bid: 100, ask: 101)
        desk.quote(1, bid: 100, ask: 101)
        desk.process([], displaced: [1, 77])
        #expect(desk.reading(sell: 0, buy: 1).status == .stale)
        desk.quote(1, bid: 103, ask: 104, displaced: [1])
        #expect(desk.reading(sell: 1, buy: 0).status == .fresh, "the loss came before the batch")
        #expect(desk.reading(sell: 1, buy: 0).spread == 103.0 / 101.0 - 1)
    }

    @Test("a list without sizes that says the same prices makes no quote younger, and neither does the next frame")
    func unsized() throws {
        let desk = try Desk()
        let start = desk.now
        desk.quote(0, bid: 100, ask: 101)
        desk.quote(1, bid: 100, ask: 101)
        for (size, flags) in [(0, [.seeded, .unsized]), (1, [])] as [(Int64, QuoteFlags)] {
            desk.now = desk.now + second
            desk.quote(0, bid: 100, ask: 101, flags: flags, size: size)
            #expect(desk.reading(sell: 0, buy: 1).olderLegChangedAt == start)
        }
        desk.quote(0, bid: 100, ask: 101, size: 2)
        #expect(desk.reading(sell: 0, buy: 1).olderLegChangedAt == start + 1, "a size is a change")
    }

    @Test("what a loss marks has no time of its own, and is not late")
    func lossIsNotLate() throws {
        let desk = try Desk()
        desk.quote(0, bid: 100, ask: 101)
        desk.process([], displaced: [0])
        #expect(desk.board.read().venues[0].late.allSatisfy { $0.value == 0 })
    }

    @Test("the repeat of a quote that was displaced brings that quote, not the one before it back")
    func repeatOfLost() throws {
        let desk = try Desk()
        desk.quote(0, bid: 100, ask: 101)
        desk.quote(1, bid: 100, ask: 101, sequence: 7)
        // Quote 8 was displaced; the venue says it again.
        desk.quote(1, bid: 150, ask: 151, sequence: 8, flags: .repeated, displaced: [1])
        #expect(desk.reading(sell: 1, buy: 0).spread == 150.0 / 101.0 - 1)
        #expect(desk.engine.retainedQuotes(of: InstrumentIndex(1)).count == 2)
    }

    @Test("a withdrawn quote leaves nothing until the next good one")
    func withdrawn() throws {
        let desk = try Desk()
        desk.quote(0, bid: 100, ask: 101)
        desk.quote(1, bid: 100, ask: 101)
        desk.process([RawElement(.withdrawn(InstrumentIndex(1), at: desk.now), venue: VenueIndex(1))])
        #expect(desk.reading(sell: 0, buy: 1).status == .missing)
        #expect(desk.board.read().instruments[1].read() == nil)
        desk.process([RawElement(.stale(InstrumentIndex(1), .session, at: desk.now), venue: VenueIndex(1))])
        #expect(desk.reading(sell: 0, buy: 1).status == .missing, "no quote is worse than a stale one")
        desk.quote(1, bid: 100, ask: 101)
        #expect(desk.reading(sell: 0, buy: 1).status == .fresh)
    }

    @Test("crossed and one-sided quotes give no spread, a locked one a spread without a point")
    func flaggedQuotes() throws {
        let desk = try Desk()
        desk.quote(0, bid: 100, ask: 101)
        for (bid, ask) in [(102, 101), (0, 101), (101, 0)] as [(Int64, Int64)] {
            desk.quote(1, bid: bid, ask: ask)
            #expect(desk.reading(sell: 0, buy: 1).status == .missing)
            #expect(desk.board.read().instruments[1].read() == nil)
        }
        let points = desk.points
        desk.quote(1, bid: 101, ask: 101)
        #expect(desk.reading(sell: 0, buy: 1).status == .fresh)
        #expect(desk.points == points)
        let missing = desk.board.read().venuePair(sell: VenueIndex(0), buy: VenueIndex(1)).pointsMissing
        #expect(missing[Int(PointMissing.locked.rawValue)].value == 1)
        #expect(missing[Int(PointMissing.crossed.rawValue)].value == 3)
    }

    @Test("makes one point in each slot, at the first quote of it, while the gauges follow every quote")
    func slots() throws {
        let desk = try Desk(every: 100 * millisecond)
        desk.now = .origin
        desk.quote(0, bid: 100, ask: 101)
        for (offset, bid, points) in [(10, 90, 1), (20, 91, 1), (99, 92, 1), (100, 93, 2), (199, 94, 2), (500, 95, 3)] {
            desk.now = .origin + Int64(offset) * millisecond
            desk.quote(1, bid: Int64(bid), ask: 101)
            #expect(desk.reading(sell: 1, buy: 0).spread == Double(bid) / 101 - 1)
            #expect(desk.board.read().venuePair(sell: VenueIndex(1), buy: VenueIndex(0)).points.value == UInt64(points))
        }
    }

    @Test("a leg exactly as old as allowed still makes a point, a nanosecond later it makes none")
    func pointMaxAge() throws {
        let desk = try Desk(pointMaxAge: 2 * second)
        let begin = desk.now
        desk.quote(0, bid: 100, ask: 101)
        for (age, points) in [(2 * second, 1), (2 * second + 1, 1)] as [(Int64, UInt64)] {
            desk.now = begin + age
            desk.quote(1, bid: 100, ask: 101)
            #expect(desk.board.read().venuePair(sell: VenueIndex(0), buy: VenueIndex(1)).points.value == points)
        }
        let missing = desk.board.read().venuePair(sell: VenueIndex(0), buy: VenueIndex(1)).pointsMissing
        #expect(missing[Int(PointMissing.tooOld.rawValue)].value == 1)
    }

    @Test("a longer universe in mid-run keeps every reading, band, count and window")
    func growth() throws {
        let desk = try Desk(listing: [(0, "BTC"), (1, "BTC")])
        for step in 0..<10 as Range<Int64> {
            desk.quote(0, bid: 100 + step, ask: 111)
            desk.quote(1, bid: 100, ask: 111)
        }
        let before = (
            desk.reading(sell: 0, buy: 1), desk.points, desk.evaluations,
            desk.engine.retainedQuotes(of: InstrumentIndex(0))
        )
        desk.quote(2, bid: 100, ask: 111)
        #expect(desk.tally.rejectedUnknown == 1, "nobody has heard of it yet")
        desk.list(2, "BTC")
        desk.list(2, "ETH")
        #expect(desk.reading(sell: 0, buy: 1) == before.0)
        #expect(before.0.band != nil)
        #expect(desk.points == before.1)
        #expect(desk.evaluations == before.2)
        #expect(desk.engine.retainedQuotes(of: InstrumentIndex(0)) == before.3)
        #expect(desk.board.freshPairCount == 2)
        desk.quote(2, bid: 100, ask: 111)
        #expect(desk.board.freshPairCount == 6)
        #expect(desk.reading(sell: 0, buy: 2).status == .fresh)
    }

    @Test("a heartbeat publishes what each venue's windows hold, and the shortest history among them")
    func windowLevels() throws {
        let desk = try Desk(listing: [(0, "BTC"), (0, "ETH"), (1, "BTC")])
        let begin = desk.now
        for step in 0..<10 as Range<Int64> { desk.quote(0, bid: 100 + step, ask: 111) }
        desk.now = begin + 5 * second
        desk.quote(1, bid: 100, ask: 101)
        for _ in 0..<3 {
            let trade = Trade(
                instrument: InstrumentIndex(2),
                price: .zero,
                size: .zero,
                taker: .buy,
                id: 0,
                exchangeTime: .never,
                receivedAt: desk.now
            )
            desk.process([RawElement(.trade(trade), venue: VenueIndex(1))])
        }
        desk.now = begin + 8 * second
        desk.heartbeat()
        let venues = desk.board.read().venues
        #expect(venues.map(\.windowQuotes.value) == [11, 0, 0])
        #expect(venues.map(\.windowTrades.value) == [0, 3, 0])
        #expect(venues.map(\.windowSpan.value) == [3 * second, .max, .max])
        #expect(Int(venues.reduce(0) { $0 + $1.windowBytes.value }) == desk.board.windowByteCount)
        #expect(venues[0].windowBytes.value > 0 && venues[1].windowBytes.value > 0)
    }
}
