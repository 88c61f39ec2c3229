/// What all histograms of one family have in common.
final class HistogramShape: Sendable {
    /// The upper bounds of the classic buckets, ascending, without `+Inf`; empty for a purely native histogram.
    let bounds: [Double]
    /// How finely the sum is kept: 1e9 keeps nanoseconds of seconds.
    let unitsPerOne: Double
    let native: NativeIndex?
    private let classic: BoundIndex
    /// What is at most so far from zero counts as zero in native buckets.
    private let zeroThreshold: Double

    init(bounds: [Double], native: NativeScale? = nil, unitsPerOne: Double = 1e9) {
        self.bounds = bounds
        self.unitsPerOne = unitsPerOne
        self.native = native.map(NativeIndex.init)
        self.classic = BoundIndex(bounds)
        self.zeroThreshold = native?.zeroThreshold ?? 0
    }

    /// The position of the first bound that the value does not exceed, or of `+Inf`, where NaN belongs too.
    @inline(__always)
    func classicBucket(of value: Double) -> Int { self.classic.bucket(of: value) }

    /// Where the value belongs, in both kinds; nil when there are no native buckets.
    // Optional chaining, here and where counts are kept: a binding would retain what is bound, which costs more than
    // all the rest of an observation.
    @inline(__always)
    func key(of value: Double, classic: Int) -> BucketKey? {
        guard !(value.magnitude <= self.zeroThreshold) else { return BucketKey(.zero, index: 0, classic: classic) }
        // Not a number is above every bound, as in the classic buckets.
        guard let index = self.native?.bucket(of: value.isNaN ? .infinity : value.magnitude) else { return nil }
        return BucketKey(value < 0 ? .negative : .positive, index: index, classic: classic)
    }

    /// Checks what a family of histograms is registered with.
    static func require(bounds: [Double], native: NativeScale?, of name: String) {
        precondition(
            !bounds.isEmpty || native != nil,
            "The histogram \"\(name)\" needs at least one bucket bound, or native buckets."
        )
        precondition(bounds.count <= 256, "The histogram \"\(name)\" has too many bucket bounds.")
        precondition(
            bounds.allSatisfy(\.isFinite) && zip(bounds, bounds.dropFirst()).allSatisfy(<),
            "The bucket bounds of \"\(name)\" must be finite and ascending: \(bounds)."
        )
    }
}
