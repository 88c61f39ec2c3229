/// How many series there can be, and how many of them are left for pairs.
struct SeriesBudget: Sendable, Equatable {
    /// Spread, net spread, notional and the band's three: they come and go together.
    static let perPair = 6
    /// Bid and ask.
    static let perInstrument = 2

    /// `metrics.series_limit`.
    let limit: Int
    /// Most series of everything but the gauges of pairs and the tops of book.
    let fixed: Int

    /// What is left for pairs and tops of book.
    var room: Int { max(0, self.limit - self.fixed) }

    /// Whether the gauges of so many pairs fit, with the tops of book of so many instruments.
    func fits(pairs: Int, instruments: Int) -> Bool {
        pairs * Self.perPair + instruments * Self.perInstrument <= self.room
    }

    /// Most pairs whose gauges fit with the tops of book of their legs, which are among so many instruments.
    func mostPairs(instruments: Int) -> Int {
        // Pairs that share no leg, or pairs over all instruments: what lets more of them in.
        let apart = self.room / (Self.perPair + 2 * Self.perInstrument)
        let together = (self.room - instruments * Self.perInstrument) / Self.perPair
        return max(0, apart, together)
    }
}
