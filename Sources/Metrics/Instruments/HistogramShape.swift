/// What all histograms of one family have in common.
// Invariant: `limits` points to `bounds.count` initialised numbers from init to deinit, never written again.
@safe final class HistogramShape: @unchecked Sendable {
    /// The upper bounds of the classic buckets, ascending, without `+Inf`; empty for a purely native histogram.
    let bounds: [Double]
    /// How finely the sum is kept: 1e9 keeps nanoseconds of seconds.
    let unitsPerOne: Double
    let native: NativeIndex?
    private let boundCount: Int
    private let limits: UnsafeMutablePointer<Double>

    init(bounds: [Double], native: NativeScale? = nil, unitsPerOne: Double = 1e9) {
        self.bounds = bounds
        self.unitsPerOne = unitsPerOne
        self.native = native.map(NativeIndex.init)
        self.boundCount = bounds.count
        unsafe self.limits = .allocate(capacity: max(1, bounds.count))
        for (index, bound) in bounds.enumerated() { unsafe (self.limits + index).initialize(to: bound) }
    }

    deinit { unsafe self.limits.deallocate() }

    /// The position of the first bound that the value does not exceed, or of `+Inf`, where NaN belongs too.
    @inline(__always)
    func classicBucket(of value: Double) -> Int {
        guard value.isFinite else { return value < 0 ? 0 : self.boundCount }
        // All are compared, by the sign of a difference: without a branch, that is cheaper for some fifteen bounds
        // than to guess where to stop.
        var exceeded: UInt64 = 0
        for index in 0..<self.boundCount { exceeded &+= unsafe (self.limits[index] - value).bitPattern &>> 63 }
        return Int(truncatingIfNeeded: exceeded)
    }

    /// Where the value belongs, in both kinds.
    @inline(__always)
    func key(of value: Double, classic: Int, _ native: NativeIndex) -> BucketKey {
        guard !(value.magnitude <= native.zeroThreshold) else { return BucketKey(.zero, index: 0, classic: classic) }
        // Not a number is above every bound, as in the classic buckets.
        return BucketKey(
            value < 0 ? .negative : .positive,
            index: native.bucket(of: value.isNaN ? .infinity : value.magnitude),
            classic: classic
        )
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
