/// What all histograms of one family have in common.
// Invariant: `limits` points to `bounds.count` initialised numbers from init to deinit, never written again.
@safe final class HistogramShape: @unchecked Sendable {
    /// The upper bounds of the classic buckets, ascending, without `+Inf`; empty for a purely native histogram.
    let bounds: [Double]
    /// How finely the sum is kept: 1e9 keeps nanoseconds of seconds.
    let unitsPerOne: Double
    let native: NativeIndex?
    private let limits: UnsafeMutablePointer<Double>

    init(bounds: [Double], native: NativeScale? = nil, unitsPerOne: Double = 1e9) {
        self.bounds = bounds
        self.unitsPerOne = unitsPerOne
        self.native = native.map(NativeIndex.init)
        unsafe self.limits = .allocate(capacity: max(1, bounds.count))
        for (index, bound) in bounds.enumerated() { unsafe (self.limits + index).initialize(to: bound) }
    }

    deinit { unsafe self.limits.deallocate() }

    /// The position of the first bound that the value does not exceed, or of `+Inf`, where NaN belongs too.
    func classicBucket(of value: Double) -> Int {
        // Compared with all of them without a branch: cheaper for some fifteen bounds than to guess where to stop.
        var exceeded = 0
        for index in 0..<self.bounds.count { exceeded += unsafe value <= self.limits[index] ? 0 : 1 }
        return exceeded
    }

    /// Where the value belongs, in both kinds.
    func key(of value: Double, classic: Int, _ native: NativeIndex) -> BucketKey {
        // Not a number is above every bound, as in the classic buckets.
        guard !value.isNaN else { return self.key(of: .infinity, classic: classic, native) }
        guard value.magnitude > native.scale.zeroThreshold else { return BucketKey(.zero, index: 0, classic: classic) }
        return BucketKey(
            value > 0 ? .positive : .negative,
            index: native.bucket(of: value.magnitude),
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
