/// What is told of single pairs, to those who asked.
extension SpreadEngine {
    /// Tells of each point of a pair from now on, until it is unwatched.
    ///
    /// A pair that is not known or no longer listed is ignored.
    public mutating func watch(_ pair: PairIndex) { self.setWatched(pair, true) }

    public mutating func unwatch(_ pair: PairIndex) { self.setWatched(pair, false) }

    private mutating func setWatched(_ pair: PairIndex, _ isWatched: Bool) {
        guard self.isListed(pair) else { return }
        self.pairs[pair.position].isWatched = isWatched
    }

    private func isListed(_ pair: PairIndex) -> Bool {
        guard pair.position < self.pairs.count else { return false }
        let entry = self.pairs[pair.position].entry
        return !self.legs[entry.sell.position].isDelisted && !self.legs[entry.buy.position].isDelisted
    }

    /// Whether there are points for ``takePoints(into:)``.
    public var hasPoints: Bool { !self.newPoints.isEmpty }

    /// Moves the points of watched pairs made since the last call to the end of `points`, in order.
    public mutating func takePoints(into points: inout [PairPoint]) {
        points.append(contentsOf: self.newPoints)
        self.newPoints.removeAll(keepingCapacity: true)
    }

    /// What the pair's points can be computed from, as of now; `nil` for a pair that is not known or no longer listed.
    ///
    /// Costs the same whatever the windows hold.
    public func history(of pair: PairIndex) -> PairHistory? {
        guard self.isListed(pair) else { return nil }
        let entry = self.pairs[pair.position].entry
        return PairHistory(
            pair: pair,
            number: self.pairs[pair.position].points,
            sell: (self.windows.window(of: entry.sell), self.legs[entry.sell.position].venue),
            buy: (self.windows.window(of: entry.buy), self.legs[entry.buy.position].venue),
            settings: self.settings
        )
    }

    /// Everything that is known of the pair now; `nil` for a pair that is not known or no longer listed.
    public func report(of pair: PairIndex) -> PairReport? {
        guard self.isListed(pair) else { return nil }
        let entry = self.pairs[pair.position].entry
        let (sell, buy) = (self.legs[entry.sell.position], self.legs[entry.buy.position])
        return PairReport(
            reading: self.pairs[pair.position].reading,
            missing: self.pairs[pair.position].missing(JoinFault(sell.join, buy.join)),
            sell: StandingQuote(sell),
            buy: StandingQuote(buy),
            points: self.pairs[pair.position].points,
            summary: self.summaries.isEmpty ? nil : self.summaries[pair.position]
        )
    }
}
