/// The powers of ten that printing a double needs, each as the upper 128 bits of its binary form, rounded up.
///
/// Computed once with exact whole numbers, a fraction of a millisecond, where tables in source cannot be reviewed.
// Invariant: `first` points to one power for each exponent from init on, never written again and never freed, since the
// only instance lives as long as the process.
@safe final class PowersOfTen: @unchecked Sendable {
    struct Power: Sendable {
        let high: UInt64
        let low: UInt64
    }

    /// What ``ShortestDecimal`` asks for over all doubles.
    static let exponents = -292...324
    static let all = PowersOfTen()

    /// The power of the lowest exponent; the others follow.
    let first: UnsafeMutablePointer<Power>

    private init() {
        var negative: [Power] = []
        // Large enough that 128 bits are left of the smallest power; a floor of a floor is the floor of the whole.
        var fraction = WideNumber(bit: 1152)
        for _ in 1...(-Self.exponents.lowerBound) {
            fraction.divideByTen()
            negative.append(fraction.upperBits(isExact: false))
        }
        var positive: [Power] = []
        var whole = WideNumber(bit: 0)
        for _ in 0...Self.exponents.upperBound {
            positive.append(whole.upperBits(isExact: true))
            whole.multiplyByTen()
        }
        let powers = negative.reversed() + positive
        unsafe self.first = .allocate(capacity: powers.count)
        for (index, power) in powers.enumerated() { unsafe (self.first + index).initialize(to: power) }
    }
}

/// A whole number of up to 1,184 bits, with the three operations that the powers need.
private struct WideNumber {
    /// The lowest 32 bits first.
    private var limbs = [UInt32](repeating: 0, count: 37)

    init(bit: Int) { self.limbs[bit / 32] = 1 << UInt32(bit % 32) }

    mutating func multiplyByTen() {
        var carry: UInt64 = 0
        for index in self.limbs.indices {
            let product = UInt64(self.limbs[index]) * 10 + carry
            self.limbs[index] = UInt32(truncatingIfNeeded: product)
            carry = product >> 32
        }
    }

    mutating func divideByTen() {
        var rest: UInt64 = 0
        for index in self.limbs.indices.reversed() {
            let (quotient, remainder) = (rest << 32 | UInt64(self.limbs[index])).quotientAndRemainder(dividingBy: 10)
            self.limbs[index] = UInt32(quotient)
            rest = remainder
        }
    }

    private func bit(_ position: Int) -> UInt64 {
        position < 0 ? 0 : UInt64(self.limbs[position / 32] >> UInt32(position % 32) & 1)
    }

    /// The 128 bits from the highest set one down; one more unless the number ends there and is known exactly.
    func upperBits(isExact: Bool) -> PowersOfTen.Power {
        let top = (0..<self.limbs.count * 32).reversed().first { self.bit($0) == 1 } ?? 0
        let high = (0..<64).reduce(0) { $0 << 1 | self.bit(top - $1) }
        let low = (64..<128).reduce(0) { $0 << 1 | self.bit(top - $1) }
        let hasMore = !isExact || (0..<max(0, top - 127)).contains { self.bit($0) == 1 }
        let (raised, overflow) = low.addingReportingOverflow(hasMore ? 1 : 0)
        return PowersOfTen.Power(high: high + (overflow ? 1 : 0), low: raised)
    }
}
