/// How a quote is held against the symbol's other venues.
extension SpreadEngine {
    /// Whether the quote is an outlier that nothing has confirmed; counts it when it is one at all.
    mutating func isDoubted(_ quote: Quote, bid: Double, ask: Double, at venue: Kept<VenueCells>) -> Bool {
        guard let rule = self.outlierRule else { return false }
        let position = quote.instrument.position
        guard quote.givesSpread else {
            self.legs[position].outliers.interrupt()
            return false
        }
        let sum = bid + ask
        var others = OutlierRule.Count()
        for index in self.links.range(of: position) {
            guard let top = self.legs[Int(self.links[index].other)].top else { continue }
            others.compare(sum, with: top.bid + top.ask, rule)
        }
        let verdict = self.legs[position].outliers.judge(sum, among: others, rule)
        if verdict != .usual { venue.use { $0.flagged[Int(QuoteFlag.outlier.rawValue)].add() } }
        return verdict == .unconfirmed
    }
}
