import Synchronization

/// Counts observations in classic buckets.
///
/// An observation is one wait-free add to its bucket and one add to the sum, which retries only while another thread
/// observes into the same child. Nothing else is stored: the cumulative counts, the `+Inf` bucket and `_count` are all
/// derived from one reading of the buckets, so they agree in every scrape. `_sum` may be ahead or behind by the
/// observations that are in flight at that moment.
public final class Histogram: Sendable {
    /// The upper bounds, ascending, without `+Inf`.
    let bounds: [Double]
    private let buckets: AtomicCells
    private let sum = Atomic<Double>(0)

    init(bounds: [Double]) {
        self.bounds = bounds
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
        guard !value.isNaN else { return }
        let amount = value * Double(count)
        var seen = self.sum.load(ordering: .relaxed)
        while true {
            let (exchanged, original) = self.sum.weakCompareExchange(
                expected: seen,
                desired: seen + amount,
                ordering: .relaxed
            )
            if exchanged { return }
            seen = original
        }
    }

    /// What the buckets held at one moment.
    struct Reading: Sendable {
        /// For each bound and then `+Inf`: how many observations were at most that.
        var cumulative: [UInt64]
        var sum: Double
        var count: UInt64 { self.cumulative.last ?? 0 }
    }

    func read() -> Reading {
        let sum = self.sum.load(ordering: .relaxed)
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
