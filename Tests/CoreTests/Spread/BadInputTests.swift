import Testing

@testable import Core

@Suite("Bad input to the engine")
struct BadInputTests {
    @Test("receive times that go back or stand still, on one venue or between two, are ordered by engine time")
    func receiveTimes() throws {
        let desk = try Desk()
        let start = desk.now
        let offsets: [(instrument: Int, offset: Int64)] = [
            (0, 0), (1, 0), (0, 0), (1, -5 * second), (0, -1), (1, 3), (0, 2), (1, -3_600 * second), (0, 10),
        ]
        for (step, quote) in offsets.enumerated() {
            desk.now = start + quote.offset
            desk.quote(quote.instrument, bid: 100 + Int64(step), ask: 200)
        }
        let kept = (0..<2).map { desk.engine.retainedQuotes(of: InstrumentIndex($0)) }
        let inOrder = kept.joined().sorted { $0.time < $1.time }
        // As they came, at times that grow strictly: what comes too early follows by a nanosecond.
        #expect(inOrder.map(\.bid.mantissa) == (0..<9).map { 100 + $0 })
        #expect(inOrder.map { $0.time.nanoseconds(since: start) } == [0, 1, 2, 3, 4, 5, 6, 7, 10])
        #expect(desk.tally.applied == 1 && desk.board.freshPairCount == 2)
        // Each counts at its venue: how many went back, were equal, or later but behind those that were moved.
        let late = desk.board.read().venues.map { $0.late.map(\.value) }
        #expect(late[0] == [2, 1, 0] && late[1] == [2, 1, 1])
    }

    @Test("exchange times that go back change nothing: they order nothing")
    func exchangeTimes() throws {
        let (steady, backwards) = (try Desk(every: 100 * millisecond), try Desk(every: 100 * millisecond))
        for step in 0..<200 as Range<Int64> {
            for (desk, direction) in [(steady, Int64(1)), (backwards, -1)] {
                desk.now = Timestamp.origin + step * 10 * millisecond
                let quote = Quote(
                    instrument: InstrumentIndex(Int(step % 2)),
                    bid: ExactDecimal(mantissa: 100 + step % 7, scale: 0),
                    bidSize: ExactDecimal(mantissa: 1, scale: 0),
                    ask: ExactDecimal(mantissa: 110, scale: 0),
                    askSize: ExactDecimal(mantissa: 1, scale: 0),
                    sequence: UInt64(step + 1),
                    exchangeTime: Timestamp.origin + direction * step * 10 * millisecond,
                    receivedAt: desk.now,
                    flags: []
                )
                desk.process([RawElement(.quote(quote), venue: VenueIndex(Int(step % 2)))])
            }
        }
        for instrument in 0..<2 {
            let index = InstrumentIndex(instrument)
            #expect(steady.engine.retainedQuotes(of: index) == backwards.engine.retainedQuotes(of: index))
        }
        #expect(steady.points == backwards.points && steady.points.reduce(0, +) > 30)
        #expect(steady.reading(sell: 0, buy: 1) == backwards.reading(sell: 0, buy: 1))
    }

    @Test("ten thousand instruments at once: each quote evaluates its own pairs, and no other")
    func tenThousand() throws {
        let count = 10_000
        var universe = Universe(
            venues: (0..<2).map { VenueEntry(name: "\($0)", isPerpetual: false, fee: 0, repeatStaleAfter: nil) }
        )
        for number in 0..<count {
            _ = universe.add(venue: VenueIndex(number % 2), symbol: "S\(number / 2)", venueSymbol: "S\(number / 2)")
        }
        let half = try #require(Quantile(ExactDecimal("0.5")))
        let board = Board(universe: universe)
        let settings = EngineSettings(band: BandSettings(upper: half, lower: half))
        var engine = SpreadEngine(universe: universe, settings: settings, board: board)
        let batch = (0..<count).map { RawElement.numbered(1, instrument: $0, venue: $0 % 2) }
        var tally = engine.process(batch, displaced: [], clock: { .origin }, heartbeat: { _, _ in })
        #expect(tally.applied == UInt64(count) && tally.windowHeld == UInt64(count))
        #expect(board.freshPairCount == count)
        #expect(board.read().venuePairs.reduce(0) { $0 + $1.evaluations.value } == UInt64(2 * count))
        // All of them gone at once.
        for number in 0..<count { universe.remove(InstrumentIndex(number)) }
        engine.extend(to: universe)
        let end = (0..<count).map { RawElement(.delisted(InstrumentIndex($0), at: .origin), venue: VenueIndex($0 % 2)) }
        tally = engine.process(end, displaced: [], clock: { .origin }, heartbeat: { _, _ in })
        #expect(tally.windowDelisted == UInt64(count) && tally.windowHeld == 0)
        #expect(board.freshPairCount == 0 && board.windowByteCount == 0)
    }
}
