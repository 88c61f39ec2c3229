import Testing

@testable import Core

@Suite("Opportunities")
struct OpportunityTests {
    /// Two venues without fees; it begins at 1 % with 200 to be had, and ends below half a per cent.
    private func desk(kept: Int = 10, isBasis: Bool = false, includesBasis: Bool = false) throws -> Desk {
        var settings = OpportunitySettings()
        (settings.enter, settings.exit, settings.minNotional) = (0.01, 1_005.0 / 1_000 - 1, 200)
        (settings.phantomAge, settings.kept, settings.includesBasis) = (second, kept, includesBasis)
        return try Desk(arePerpetual: [false, isBasis, false], opportunities: settings)
    }

    private func open(_ desk: Desk) throws {
        desk.quote(0, bid: 1_000, ask: 1_000)
        desk.quote(1, bid: 1_010, ask: 1_011)
    }

    @Test("begins at the quote that pays enough, has its peak, and ends at the one that does not")
    func life() throws {
        let desk = try self.desk()
        try self.open(desk)
        let open = try #require(desk.engine.opportunities.open.first)
        #expect(desk.engine.opportunities.open.count == 1)
        #expect(open.netSpread == 1_010.0 / 1_000 - 1 && open.notional == 1_000 && open.end == nil)
        #expect(open.legAge == 1, "the other leg came a nanosecond before")
        desk.quote(1, bid: 1_020, ask: 1_021)
        desk.quote(1, bid: 1_005, ask: 1_006)
        #expect(desk.engine.opportunities.open.count == 1, "exactly the exit is not below it")
        desk.now = desk.now + second
        desk.quote(0, bid: 1_001, ask: 1_001)
        let ended = try #require(desk.engine.opportunities.ended.first)
        #expect(desk.engine.opportunities.open.isEmpty)
        #expect(ended.end == .exit && ended.peak == 1_020.0 / 1_000 - 1)
        #expect(ended.duration(at: .never) == second + 3)
        let counts = desk.board.read().venuePair(sell: VenueIndex(1), buy: VenueIndex(0))
        #expect(counts.opportunities.value == 1 && counts.opportunitiesActive == 0)
    }

    @Test("a price that was old at the beginning and gone at its next quote was a phantom", arguments: [true, false])
    func phantom(isOld: Bool) throws {
        let desk = try self.desk()
        desk.quote(0, bid: 1_000, ask: 1_000)
        desk.now = desk.now + (isOld ? second : second - 1)
        desk.quote(1, bid: 1_010, ask: 1_011)
        desk.quote(1, bid: 1_012, ask: 1_013)
        desk.quote(0, bid: 1_010, ask: 1_010)
        #expect(desk.engine.opportunities.ended.map(\.end) == [isOld ? .phantom : .exit])
    }

    @Test("it is none when the old leg quoted again and it went on, or when the other leg ended it")
    func noPhantom() throws {
        let desk = try self.desk()
        for isProved in [true, false] {
            desk.quote(1, bid: 1_000, ask: 1_011)
            desk.quote(0, bid: 1_000, ask: 1_000)
            desk.now = desk.now + 2 * second
            desk.quote(1, bid: 1_010, ask: 1_011)
            if isProved { desk.quote(0, bid: 1_000, ask: 1_000) }
            desk.quote(isProved ? 0 : 1, bid: 1_000, ask: 1_010)
        }
        #expect(desk.engine.opportunities.ended.map(\.end) == [.exit, .exit])
    }

    @Test("a leg that is not known to stand, or was withdrawn, ends it as stale; none begins until the next quote")
    func stale() throws {
        let desk = try self.desk()
        try self.open(desk)
        let sequence = desk.lastSequence
        desk.process([RawElement(.stale(InstrumentIndex(1), .session, at: desk.now), venue: VenueIndex(1))])
        #expect(desk.engine.opportunities.ended.map(\.end) == [.stale])
        desk.quote(1, bid: 1_010, ask: 1_011, sequence: sequence, flags: .repeated)
        #expect(desk.reading(sell: 1, buy: 0).status == .fresh && desk.engine.opportunities.open.isEmpty)
        desk.quote(0, bid: 1_000, ask: 1_000)
        #expect(desk.engine.opportunities.open.count == 1)
        desk.process([RawElement(.withdrawn(InstrumentIndex(1), at: desk.now), venue: VenueIndex(1))])
        #expect(desk.engine.opportunities.ended.map(\.end) == [.stale, .stale])
    }

    @Test("a quote that gives no spread ends it like one that pays nothing")
    func crossed() throws {
        let desk = try self.desk()
        try self.open(desk)
        desk.quote(0, bid: 1_001, ask: 1_000)
        #expect(desk.engine.opportunities.ended.map(\.end) == [.exit])
    }

    @Test("needs something to be had, and a pair of one kind of market")
    func requirements() throws {
        let small = try Desk(opportunities: OpportunitySettings())
        small.quote(0, bid: 50, ask: 50)
        small.quote(1, bid: 60, ask: 61)
        #expect(small.engine.opportunities.open.isEmpty, "50 is less than 100")
        for includesBasis in [false, true] {
            let desk = try self.desk(isBasis: true, includesBasis: includesBasis)
            try self.open(desk)
            #expect(desk.engine.opportunities.open.count == (includesBasis ? 1 : 0))
        }
    }

    @Test("quarantine ends it at the minute at which it begins")
    func quarantine() throws {
        let desk = try self.desk()
        desk.now = .origin + 20 * second
        desk.quote(0, bid: 1_000, ask: 1_000)
        desk.quote(1, bid: 1_100, ask: 1_101)
        desk.now = .origin + 3_600 * second
        desk.heartbeat()
        let ended = try #require(desk.engine.opportunities.ended.first)
        #expect(ended.end == .quarantined && desk.engine.opportunities.open.isEmpty)
        // The origin is 20 s before a whole minute: the first look is at it, the fiftieth 49 minutes later.
        let (endedAt, minute) = (try #require(ended.endedAt), 60 * second)
        #expect(endedAt.nanoseconds % minute == 0)
        #expect((49 * minute...50 * minute).contains(ended.duration(at: .never)))
    }

    @Test("the end of the engine ends them all, and the last ones are kept, youngest first")
    func shutdown() throws {
        let desk = try self.desk(kept: 2)
        for spread in 1...3 as ClosedRange<Int64> {
            desk.quote(0, bid: 1_000, ask: 1_000)
            desk.quote(1, bid: 1_010 + spread, ask: 1_021)
            if spread < 3 { desk.quote(1, bid: 1_000, ask: 1_021) }
        }
        desk.finish()
        let ended = desk.engine.opportunities.ended
        #expect(ended.map(\.end) == [.shutdown, .exit])
        let expected: [Double] = [1_013.0 / 1_000 - 1, 1_012.0 / 1_000 - 1]
        #expect(ended.map(\.netSpread) == expected)
        let counts = desk.board.read().venuePair(sell: VenueIndex(1), buy: VenueIndex(0))
        #expect(counts.opportunities.value == 3 && counts.opportunitiesActive == 0)
        let byReason = counts.opportunitiesEnded.map(\.value)
        #expect(byReason == [2, 0, 0, 0, 0, 1])
    }
}
