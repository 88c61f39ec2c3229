/// A quantile as an exact fraction, so that a rank never depends on how a `Double` rounds.
public struct Quantile: Hashable, Sendable {
    /// The fraction as it was given.
    public let decimal: ExactDecimal
    private let numerator: Int64
    private let denominator: Int64

    /// - Parameter decimal: Above 0 and at most 1, with at most 9 places, such as `0.97`; anything else gives `nil`.
    public init?(_ decimal: ExactDecimal) {
        guard decimal.scale <= 9, decimal.mantissa > 0 else { return nil }
        guard decimal <= ExactDecimal(mantissa: 1, scale: 0) else { return nil }
        self.decimal = decimal
        self.numerator = decimal.mantissa
        self.denominator = wholePowersOfTen[Int(decimal.scale)]
    }

    /// The nearest-rank index `ceil(count · q) − 1` into `count` ascending values.
    ///
    /// - Precondition: `count` is above 0 and below 2^33.
    public func index(in count: Int) -> Int {
        Int((Int64(count) * self.numerator + self.denominator - 1) / self.denominator) - 1
    }
}
