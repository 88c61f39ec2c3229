/// What can be wrong with the digits of a number on the wire.
public enum DecimalError: Error, Hashable, Sendable {
    /// Not a decimal number at all.
    case malformed
    /// A number, but with more digits than a 64-bit mantissa or a scale of 18 can hold exactly.
    case unrepresentable
}

/// An exact decimal: `mantissa · 10^-scale`, with a scale of 0 to 18.
///
/// Always in its shortest form (no trailing zeros behind the point), so equal numbers are equal values.
/// Real symbols quote 1e-12 and finer, which no fixed scale and no `Double` carries exactly.
public struct ExactDecimal: Hashable, Sendable {
    public let mantissa: Int64
    public let scale: UInt8

    public static let zero = ExactDecimal(mantissa: 0, scale: 0)

    /// - Precondition: `scale` is at most 18. Trailing zeros behind the point are taken off.
    public init(mantissa: Int64, scale: UInt8) {
        precondition(scale <= 18, "a decimal has at most 18 places")
        var (digits, places) = (mantissa, scale)
        while places > 0, digits % 10 == 0 {
            digits /= 10
            places -= 1
        }
        (self.mantissa, self.scale) = (digits, places)
    }

    /// A decimal that is in its shortest form already: nothing is taken off.
    ///
    /// - Precondition: `scale` is at most 18, and 0 unless the last digit of `mantissa` is another than 0.
    @inlinable
    public init(shortest mantissa: Int64, scale: UInt8) {
        assert(scale == 0 || scale <= 18 && mantissa % 10 != 0, "a decimal is kept in its shortest form")
        self.mantissa = mantissa
        self.scale = scale
    }

    /// The nearest `Double`: correctly rounded while the mantissa is below 2^53, as every real price is.
    @inlinable public var double: Double { Double(self.mantissa) / powersOfTen[Int(self.scale)] }

    @inlinable public var isPositive: Bool { self.mantissa > 0 }
}

extension ExactDecimal: Comparable {
    /// Compares exactly, whatever the scales.
    public static func < (left: ExactDecimal, right: ExactDecimal) -> Bool {
        if left.scale == right.scale { return left.mantissa < right.mantissa }
        // At most 2^63 · 10^18 < 2^127: no overflow.
        return Int128(left.mantissa) * Int128(wholePowersOfTen[Int(right.scale)])
            < Int128(right.mantissa) * Int128(wholePowersOfTen[Int(left.scale)])
    }
}

extension ExactDecimal {
    /// Parses an ASCII decimal such as `67012.50`, `-0.1` or `1e-7` exactly, without allocating.
    ///
    /// - Parameter field: The digits as JSON writes a number; leading zeros and a leading `+` in the exponent are
    ///   accepted, a bare point is not.
    /// - Throws: ``DecimalError/malformed`` when it is not a number, ``DecimalError/unrepresentable`` when it is one
    ///   that does not fit, or whose digits do not fit before its exponent is applied.
    @inlinable
    public init(ascii field: Span<UInt8>) throws(DecimalError) {
        var index = 0
        let end = field.count
        let negative = end > 0 && field[0] == UInt8(ascii: "-")
        if negative { index = 1 }
        var mantissa: Int64 = 0
        var places = 0  // Decimal places that `mantissa` holds.
        var pendingZeros = 0  // Zeros behind the point not yet known to matter.
        var digitCount = 0
        var isFraction = false
        while index < end {
            let byte = field[index]
            let digit = byte &- UInt8(ascii: "0")  // Wraps below "0": one test rejects all other bytes.
            if digit < 10 {
                digitCount += 1
                if isFraction, digit == 0 {
                    pendingZeros += 1
                } else {
                    mantissa = try Self.append(digit, after: pendingZeros, to: mantissa)
                    if isFraction { places += pendingZeros + 1 }
                    pendingZeros = 0
                }
            } else if byte == UInt8(ascii: "."), !isFraction, digitCount > 0, index + 1 < end {
                isFraction = true
            } else if byte | 0x20 == UInt8(ascii: "e"), digitCount > 0, field[index - 1] != UInt8(ascii: ".") {
                let exponent = try Self.exponent(field, from: index + 1)
                self = try Self.shifted(negative ? -mantissa : mantissa, places: places, by: exponent)
                return
            } else {
                throw .malformed
            }
            index += 1
        }
        guard digitCount > 0 else { throw .malformed }
        guard places <= 18 else { throw .unrepresentable }
        self.init(shortest: negative ? -mantissa : mantissa, scale: UInt8(truncatingIfNeeded: places))
    }

    @inlinable
    static func append(_ digit: UInt8, after zeros: Int, to mantissa: Int64) throws(DecimalError) -> Int64 {
        guard zeros < 18 else { throw .unrepresentable }
        let (shifted, shiftOverflowed) = mantissa.multipliedReportingOverflow(by: wholePowersOfTen[zeros + 1])
        let (sum, sumOverflowed) = shifted.addingReportingOverflow(Int64(digit))
        guard !shiftOverflowed, !sumOverflowed else { throw .unrepresentable }
        return sum
    }

    @usableFromInline
    static func exponent(_ field: Span<UInt8>, from start: Int) throws(DecimalError) -> Int {
        var index = start
        var sign = 1
        if index < field.count, field[index] == UInt8(ascii: "-") || field[index] == UInt8(ascii: "+") {
            sign = field[index] == UInt8(ascii: "-") ? -1 : 1
            index += 1
        }
        guard index < field.count else { throw .malformed }
        var value = 0
        while index < field.count {
            let digit = field[index] &- UInt8(ascii: "0")
            guard digit < 10 else { throw .malformed }
            value = min(value * 10 + Int(digit), 1_000)  // Far beyond what is representable: saturates.
            index += 1
        }
        return sign * value
    }

    @usableFromInline
    static func shifted(_ mantissa: Int64, places: Int, by exponent: Int) throws(DecimalError) -> ExactDecimal {
        if mantissa == 0 { return .zero }
        var (digits, scale) = (mantissa, places - exponent)
        while scale > 0, digits % 10 == 0 {
            digits /= 10
            scale -= 1
        }
        guard scale <= 18, scale >= -18 else { throw .unrepresentable }
        if scale < 0 {
            let (product, overflowed) = digits.multipliedReportingOverflow(by: wholePowersOfTen[-scale])
            guard !overflowed else { throw .unrepresentable }
            (digits, scale) = (product, 0)
        }
        return ExactDecimal(shortest: digits, scale: UInt8(scale))
    }
}

extension ExactDecimal: CustomStringConvertible {
    public var description: String {
        let digits = String(self.mantissa.magnitude)
        let sign = self.mantissa < 0 ? "-" : ""
        let places = Int(self.scale)
        guard places > 0 else { return sign + digits }
        let padded = String(repeating: "0", count: max(0, places + 1 - digits.count)) + digits
        return sign + padded.dropLast(places) + "." + padded.suffix(places)
    }
}

/// 10^0 … 10^18 as integers: all that fit 64 bits and a scale.
@usableFromInline
let wholePowersOfTen: InlineArray<19, Int64> = [
    1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000, 10_000_000_000,
    100_000_000_000, 1_000_000_000_000, 10_000_000_000_000, 100_000_000_000_000, 1_000_000_000_000_000,
    10_000_000_000_000_000, 100_000_000_000_000_000, 1_000_000_000_000_000_000,
]

/// 10^0 … 10^18 as doubles: each is exact.
@usableFromInline
let powersOfTen: InlineArray<19, Double> = [
    1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18,
]
