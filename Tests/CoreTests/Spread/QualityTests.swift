import Testing

@testable import Core

@Suite("What a spread is worth")
struct QualityTests {
    // MARK: Outliers

    @Test("a quote far from the other venues gives no spread until the next one agrees with it")
    func outlier() throws {
        let desk = try Desk(listing: [(0, "BTC"), (1, "BTC"), (2, "BTC")], outlierRatio: 0.1)
        for instrument in 0..<3 { desk.quote(instrument, bid: 1_000, ask: 1_000) }
        desk.quote(2, bid: 1_101, ask: 1_101)
        #expect(desk.reading(sell: 2, buy: 0).status == .missing)
        #expect(desk.reading(sell: 0, buy: 1).status == .fresh)
        #expect(desk.board.read().instruments[2].read() == nil)
        let missing = desk.board.read().venuePair(sell: VenueIndex(2), buy: VenueIndex(0)).missing
        #expect(missing[Int(SpreadMissing.outlier.rawValue)].value == 1)
        desk.quote(2, bid: 1_102, ask: 1_102)
        #expect(desk.reading(sell: 2, buy: 0).spread == 1_102.0 / 1_000 - 1)
        #expect(desk.outliers(at: 2) == 2, "confirmed or not, it is counted")
        desk.quote(2, bid: 1_100, ask: 1_100)
        #expect(desk.outliers(at: 2) == 2, "exactly the ratio is not yet too far")
    }

    @Test("an outlier is not confirmed by another one far from it, nor across a quote that gives no spread")
    func unconfirmed() throws {
        let desk = try Desk(listing: [(0, "BTC"), (1, "BTC")], outlierRatio: 0.1)
        desk.quote(0, bid: 1_000, ask: 1_000)
        desk.quote(1, bid: 800, ask: 800)
        desk.quote(1, bid: 1_250, ask: 1_250)
        #expect(desk.reading(sell: 0, buy: 1).status == .missing)
        desk.quote(1, bid: 1_251, ask: 1_250)
        desk.quote(1, bid: 1_250, ask: 1_250)
        #expect(desk.reading(sell: 0, buy: 1).status == .missing)
        desk.quote(1, bid: 1_250, ask: 1_250)
        #expect(desk.reading(sell: 1, buy: 0).spread == 0.25, "the same again is a quote like any other")
    }

    @Test("of two venues that disagree neither makes an outlier of a third")
    func twoOthers() throws {
        let desk = try Desk(listing: [(0, "BTC"), (1, "BTC"), (2, "BTC")], outlierRatio: 0.1)
        desk.quote(0, bid: 1_000, ask: 1_000)
        for _ in 0..<2 { desk.quote(1, bid: 10, ask: 10) }
        desk.quote(2, bid: 1_000, ask: 1_000)
        #expect(desk.reading(sell: 0, buy: 2).status == .fresh)
        #expect(desk.outliers(at: 2) == 0)
        desk.quote(2, bid: 5, ask: 5)
        #expect(desk.reading(sell: 0, buy: 2).status == .missing)
    }

    @Test("alone, a quote is held against the last one that counted")
    func alone() throws {
        let desk = try Desk(listing: [(0, "BTC"), (1, "BTC")], outlierRatio: 0.1)
        desk.quote(0, bid: 1_000, ask: 1_000)
        #expect(desk.board.read().instruments[0].read() != nil, "the first one is held against nothing")
        desk.quote(0, bid: 1_200, ask: 1_200)
        #expect(desk.board.read().instruments[0].read() == nil)
        desk.quote(0, bid: 1_001, ask: 1_001)
        #expect(desk.board.read().instruments[0].read() != nil)
    }

    // MARK: Quarantine

    @Test("a pair whose first spread shows a multiple is quarantined at once, and released after 60 minutes within")
    func multiple() throws {
        let desk = try Desk()
        desk.now = .origin
        desk.quote(0, bid: 100, ask: 101)
        desk.quote(1, bid: 100_000, ask: 101_000)
        #expect(desk.reading(sell: 1, buy: 0).status == .quarantined)
        #expect(desk.reading(sell: 1, buy: 0).quarantine == .multiple)
        #expect(desk.reading(sell: 0, buy: 1).status == .quarantined)
        #expect(desk.board.quarantineChangeCount == 2)
        #expect(desk.board.freshPairCount == 0)
        let missing = desk.board.read().venuePair(sell: VenueIndex(1), buy: VenueIndex(0)).missing
        #expect(missing[Int(SpreadMissing.quarantined.rawValue)].value == 1)
        desk.quote(1, bid: 100, ask: 101)
        desk.pass(minutes: 59)
        #expect(desk.reading(sell: 1, buy: 0).status == .quarantined)
        desk.pass(minutes: 1)
        #expect(desk.reading(sell: 1, buy: 0).status == .fresh)
        #expect(desk.reading(sell: 1, buy: 0).quarantine == nil)
        #expect(desk.board.quarantineChangeCount == 4)
        desk.quote(1, bid: 100_000, ask: 101_000)
        #expect(desk.reading(sell: 1, buy: 0).status == .fresh, "only the first spread is enough by itself")
    }

    @Test("50 of 60 minutes beyond the limit quarantine a pair, in one silence or one by one", arguments: [1, 50])
    func persistent(minutesAtOnce: Int) throws {
        let desk = try Desk()
        desk.quote(0, bid: 100, ask: 101)
        desk.quote(1, bid: 107, ask: 108)
        desk.pass(minutes: 49 - 49 % minutesAtOnce, atOnce: minutesAtOnce)
        #expect(desk.reading(sell: 1, buy: 0).status == .fresh)
        desk.pass(minutes: minutesAtOnce, atOnce: minutesAtOnce)
        #expect(desk.reading(sell: 1, buy: 0).quarantine == .beyondLimit)
        // 7 % one way is 7.4 % the other.
        #expect(desk.reading(sell: 0, buy: 1).quarantine == .beyondLimit)
    }

    @Test("minutes without a spread neither condemn a pair nor release it")
    func minutesWithoutSpread() {
        var quarantine = Quarantine()
        quarantine.discover(0.06, QuarantineSettings())
        func pass(_ spread: Double?, minutes: Int) -> Int {
            (0..<minutes).filter { _ in quarantine.pass(spread, QuarantineSettings()) }.count
        }
        #expect(pass(0.06, minutes: 49) + pass(nil, minutes: 11) == 0)
        #expect(pass(0.06, minutes: 1) == 0, "the first of the 49 is more than an hour ago")
        #expect(pass(-0.06, minutes: 48) == 0, "11 of the last 60 had no spread")
        #expect(pass(-0.06, minutes: 1) == 1)
        #expect(quarantine.reason == .beyondLimit)
        #expect(pass(0.05, minutes: 59) + pass(nil, minutes: 100) == 0)
        #expect(pass(0.05, minutes: 1) == 1)
        #expect(!quarantine.isActive)
    }

    @Test("a symbol or a pair that is allowed is never quarantined", arguments: ["BTC", "BTC:v1:v0", "BTC:v0:v1", "B"])
    func allowed(name: String) throws {
        let desk = try Desk(allowed: [name])
        desk.quote(0, bid: 100, ask: 101)
        desk.quote(1, bid: 300, ask: 301)
        desk.pass(minutes: 60)
        #expect((desk.reading(sell: 1, buy: 0).status == .fresh) == ["BTC", "BTC:v1:v0"].contains(name))
        #expect((desk.reading(sell: 0, buy: 1).status == .fresh) == ["BTC", "BTC:v0:v1"].contains(name))
    }
}

extension Desk {
    /// Flagged quotes of a venue.
    fileprivate func outliers(at venue: Int) -> UInt64 {
        self.board.read().venues[venue].flagged[Int(QuoteFlag.outlier.rawValue)].value
    }

    /// Lets time go by with nothing but a heartbeat now and then.
    fileprivate func pass(minutes: Int, atOnce: Int = 1) {
        for _ in 0..<(minutes / atOnce) {
            self.now = self.now + Int64(atOnce) * 60 * second
            self.heartbeat()
        }
    }
}
