import Glibc

/// How a native histogram cuts the numbers into exponential buckets.
///
/// Bucket `i` of schema `s` holds what is above `2^((i-1)/2^s)` and at most `2^(i/2^s)`.
/// Source: https://prometheus.io/docs/specs/native_histograms/
public struct NativeScale: Hashable, Sendable {
    /// What the standard allows.
    static let schemas = -4...8
    /// 2^-30: a nanosecond and less is nothing, and the first bucket begins exactly where zero ends.
    public static let standard = NativeScale(schema: 3, zeroThreshold: 0x1p-30, maxBuckets: 160)

    /// -4 to 8; a bucket is `2^(2^-schema)` times as wide as the one below it: 9 % at schema 3.
    public let schema: Int
    /// What is at most so far from zero counts as zero.
    public let zeroThreshold: Double
    /// With more buckets than this in use, resolution is given up: two become one, until they fit.
    public let maxBuckets: Int

    public init(schema: Int, zeroThreshold: Double, maxBuckets: Int) {
        precondition(Self.schemas.contains(schema), "The schema \(schema) is not within \(Self.schemas).")
        precondition(zeroThreshold > 0 && zeroThreshold.isFinite, "A zero threshold is a small number above 0.")
        precondition((8...4096).contains(maxBuckets), "\(maxBuckets) buckets are not within 8 to 4096.")
        self.schema = schema
        self.zeroThreshold = zeroThreshold
        self.maxBuckets = maxBuckets
    }

    /// The upper bound of a bucket.
    static func upperBound(_ index: Int, schema: Int) -> Double { exp2(scalbn(Double(index), Int32(-schema))) }

    /// The bucket of the next coarser schema that holds this one.
    static func coarser(_ index: Int) -> Int { (index + 1) >> 1 }
}
