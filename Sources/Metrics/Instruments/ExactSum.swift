import Synchronization

/// A sum that does not depend on the order of its additions: whole units in 128 bits, carried by hand between two
/// atomics, so that adding never waits and never repeats.
///
/// A value is rounded to the nearest unit, and one beyond 9e18 units counts as that many.
struct ExactSum: ~Copyable, Sendable {
    private static let largest = 9e18

    /// 1e9 keeps nanoseconds of seconds.
    private let unitsPerOne: Double
    // Two's complement. Relaxed, both: a sum is read beside counts that are not of the same moment either. While a
    // carry is under way, once in 2^64 units, a reader may see the low half without it.
    private let low = Atomic<UInt64>(0)
    private let high = Atomic<UInt64>(0)

    init(unitsPerOne: Double) { self.unitsPerOne = unitsPerOne }

    /// Whole units in 128 bits.
    struct Units {
        static let none = Units(high: 0, low: 0)

        let high: Int64
        let low: UInt64
    }

    /// What `count` times a value adds; nothing when it is no number.
    @inline(__always)
    func units(of value: Double, count: UInt64) -> Units {
        guard !value.isNaN else { return .none }
        let product = Self.whole(value * self.unitsPerOne).multipliedFullWidth(by: Int64(clamping: count))
        return Units(high: product.high, low: product.low)
    }

    @inline(__always)
    func add(_ units: Units, by writers: Writers = .many) {
        let before = self.low.add(units.low, by: writers)
        let carry: UInt64 = before > .max - units.low ? 1 : 0
        let upper = UInt64(bitPattern: units.high) &+ carry
        if upper != 0 { self.high.add(upper, by: writers) }
    }

    func add(_ value: Double, count: UInt64) { self.add(self.units(of: value, count: count)) }

    /// The nearest whole number, the even one of two.
    @inline(__always)
    private static func whole(_ value: Double) -> Int64 {
        // Nearly all are small. Added to a number whose last place is 1, they are rounded by the addition itself, where
        // `rounded()` is a call into the C library.
        if value.magnitude < 0x1p51 {
            let ones = 0x1.8p52
            return Int64(bitPattern: (value + ones).bitPattern &- ones.bitPattern)
        }
        return Int64(min(max(value.rounded(), -self.largest), self.largest))
    }

    var value: Double {
        while true {
            let high = self.high.load(ordering: .relaxed)
            let low = self.low.load(ordering: .relaxed)
            guard self.high.load(ordering: .relaxed) == high else { continue }
            return Double(Int128(Int64(bitPattern: high)) << 64 | Int128(low)) / self.unitsPerOne
        }
    }
}
