/// The shortest decimal that reads back as the same double: `digits` times ten to the power of `exponent`.
///
/// Of several as short, the one that is nearest. The algorithm is Schubfach: Raffaello Giulietti, "The Schubfach way to
/// render doubles" (2020).
struct ShortestDecimal {
    let digits: UInt64
    let exponent: Int

    /// - Parameters:
    ///   - value: A finite number above zero.
    ///   - powers: The table.
    @inline(__always)
    init(_ value: Double, _ powers: PowersOfTen) {
        let fraction = value.bitPattern & (1 << 52 - 1)
        let biased = Int(value.bitPattern >> 52)
        // value = significand × 2^binary
        let significand = biased == 0 ? fraction : fraction | 1 << 52
        let binary = (biased == 0 ? 1 : biased) - 1075
        // Below a power of two the next double is half as far away.
        let isNarrow = fraction == 0 && biased > 1
        let decimal = isNarrow ? (binary * 1_262_611 - 524_031) >> 22 : (binary * 1_262_611) >> 22
        let shift = UInt64(binary + (-decimal * 1_741_647) >> 19 + 1)
        let power = unsafe powers.first[-decimal - PowersOfTen.exponents.lowerBound]
        // Four times the value and the ends of what rounds to it, in units of the decimal's last place.
        let four = significand << 2
        let lowest = Self.product(power, (four - (isNarrow ? 1 : 2)) << shift)
        let middle = Self.product(power, four << shift)
        let highest = Self.product(power, (four + 2) << shift)
        let odd = significand & 1
        let (lower, upper) = (lowest + odd, highest - odd)
        let short = middle >> 2
        if short >= 10 {
            let shorter = short / 10
            let isBelow = lower <= 40 * shorter
            let isAbove = 40 * shorter + 40 <= upper
            if isBelow != isAbove {
                self.digits = shorter + (isAbove ? 1 : 0)
                self.exponent = decimal + 1
                return
            }
        }
        self.exponent = decimal
        let isBelow = lower <= 4 * short
        let isAbove = 4 * short + 4 <= upper
        if isBelow != isAbove {
            self.digits = short + (isAbove ? 1 : 0)
        } else {
            let half = 4 * short + 2
            self.digits = short + (middle > half || (middle == half && short & 1 == 1) ? 1 : 0)
        }
    }

    /// The upper bits of the product, with the lowest one set when anything below them is.
    @inline(__always)
    private static func product(_ power: PowersOfTen.Power, _ factor: UInt64) -> UInt64 {
        let carried = power.low.multipliedFullWidth(by: factor).high
        let upper = power.high.multipliedFullWidth(by: factor)
        let (low, overflow) = upper.low.addingReportingOverflow(carried)
        return (upper.high &+ (overflow ? 1 : 0)) | (low > 1 ? 1 : 0)
    }
}
