/// Tells a quote that is far from what the symbol costs elsewhere, before it makes a spread.
///
/// Mids are compared as the sum of bid and ask: twice the mid on both sides of every comparison.
struct OutlierRule: Sendable, Equatable {
    /// `1 + ratio` and `1 − ratio`.
    private let above: Double
    private let below: Double

    /// - Parameter ratio: How far from the median is too far; above 0.
    init(ratio: Double) { (self.above, self.below) = (1 + ratio, 1 - ratio) }

    /// Whether one sum is more than the ratio away from another.
    func isFar(_ sum: Double, from other: Double) -> Bool { sum > other * self.above || sum < other * self.below }

    /// How many of the other venues a sum is too far from, on either side.
    ///
    /// A median is passed exactly when more than half of the values are. With an even number of venues any value
    /// between the two middle ones is a median, and the nearest of them counts: of two venues that disagree neither
    /// makes an outlier of a third.
    struct Count {
        private var (others, aboveThem, belowThem) = (0, 0, 0)

        init() {}

        var isEmpty: Bool { self.others == 0 }

        mutating func compare(_ sum: Double, with other: Double, _ rule: OutlierRule) {
            self.others += 1
            if sum > other * rule.above { self.aboveThem += 1 }
            if sum < other * rule.below { self.belowThem += 1 }
        }

        var isFarFromMedian: Bool { max(self.aboveThem, self.belowThem) * 2 > self.others }
    }
}

/// What a leg remembers of its quotes, so that a second one can confirm an outlier.
struct OutlierMemory: Sendable, Equatable {
    /// Bid and ask of the last quote that gave a spread; not a number before the first.
    private var standing = Double.nan
    /// Bid and ask of the last quote if that was an outlier, else not a number.
    private var suspect = Double.nan

    enum Verdict { case usual, confirmed, unconfirmed }

    /// Judges the next quote that could give a spread.
    ///
    /// An outlier is confirmed by the quote right before it: one that was an outlier too, and no farther from this one
    /// than the rule allows.
    mutating func judge(_ sum: Double, among others: OutlierRule.Count, _ rule: OutlierRule) -> Verdict {
        let isOutlier = others.isEmpty ? rule.isFar(sum, from: self.standing) : others.isFarFromMedian
        guard isOutlier else {
            (self.standing, self.suspect) = (sum, .nan)
            return .usual
        }
        // Nothing is far from what is not a number, and nothing is confirmed by it either.
        let isConfirmed = !self.suspect.isNaN && !rule.isFar(sum, from: self.suspect)
        self.suspect = sum
        guard isConfirmed else { return .unconfirmed }
        self.standing = sum
        return .confirmed
    }

    /// A quote came that gives no spread whatever its price: no two outliers are in a row across it.
    mutating func interrupt() { self.suspect = .nan }
}
