/// Counts observations in classic buckets.
///
/// An observation is one wait-free add to its bucket and one to the sum, which is kept in whole units (nanoseconds of
/// seconds) and so does not depend on the order of observations. Nothing else is stored: the cumulative counts, the
/// `+Inf` bucket and `_count` are all derived from one reading of the buckets, so they agree in every scrape. `_sum`
/// may be ahead or behind by the observations that are in flight at that moment.
public final class Histogram: Sendable {
    /// The upper bounds, ascending, without `+Inf`.
    let bounds: [Double]
    private let buckets: AtomicCells
    private let sum: ExactSum

    /// - Parameters:
    ///   - bounds: Ascending, without `+Inf`.
    ///   - unitsPerOne: How finely the sum is kept.
    init(bounds: [Double], unitsPerOne: Double = 1e9) {
        self.bounds = bounds
        self.sum = ExactSum(unitsPerOne: unitsPerOne)
        self.buckets = AtomicCells(count: bounds.count + 1)
    }

    public func observe(_ value: Double) { self.observe(value, count: 1) }

    /// Observes the same value `count` times at the cost of one observation.
    ///
    /// NaN counts as above every bound and leaves the sum alone, which it would spoil for ever.
    public func observe(_ value: Double, count: UInt64) {
        var index = 0
        // A linear walk: there are at most about fifteen bounds, and most observations end in the first half.
        while index < self.bounds.count, !(value <= self.bounds[index]) { index += 1 }
        self.buckets.add(count, at: index)
        if !value.isNaN { self.sum.add(value, count: count) }
    }

    /// What the buckets held at one moment.
    struct Reading: Sendable {
        /// For each bound and then `+Inf`: how many observations were at most that.
        var cumulative: [UInt64]
        var sum: Double
        var count: UInt64 { self.cumulative.last ?? 0 }
    }

    func read() -> Reading {
        let sum = self.sum.value
        var total: UInt64 = 0
        let cumulative = self.buckets.values().map { bucket in
            total &+= bucket
            return total
        }
        return Reading(cumulative: cumulative, sum: sum)
    }

    /// Checks the bounds of a family of histograms.
    static func require(bounds: [Double], of name: String) {
        precondition(!bounds.isEmpty, "The histogram \"\(name)\" needs at least one bucket bound.")
        precondition(
            bounds.allSatisfy(\.isFinite) && zip(bounds, bounds.dropFirst()).allSatisfy(<),
            "The bucket bounds of \"\(name)\" must be finite and ascending: \(bounds)."
        )
    }
}
