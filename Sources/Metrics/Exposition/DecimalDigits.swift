/// Whole numbers as decimal digits, eight at a time in one machine word.
enum DecimalDigits {
    /// How many bytes beyond its start a text may touch: 20 digits, written in words of eight.
    static let room = 24

    static let powers: InlineArray<20, UInt64> = [
        1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000, 10_000_000_000,
        100_000_000_000, 1_000_000_000_000, 10_000_000_000_000, 100_000_000_000_000, 1_000_000_000_000_000,
        10_000_000_000_000_000, 100_000_000_000_000_000, 1_000_000_000_000_000_000, 10_000_000_000_000_000_000,
    ]
    private static let eightDigits: UInt64 = 100_000_000

    /// How many digits a number has; one for 0.
    @inline(__always)
    static func count(of value: UInt64) -> Int {
        // 1233 / 4096 is a little more than log10(2); one comparison settles what that leaves open.
        let guess = ((64 - (value | 1).leadingZeroBitCount) * 1233) >> 12
        return guess + ((value | 1) >= self.powers[guess] ? 1 : 0)
    }

    /// Writes the digits of a number, and gives where they end. Needs ``room``.
    @inline(__always)
    static func write(_ value: UInt64, at start: UnsafeMutablePointer<UInt8>) -> UnsafeMutablePointer<UInt8> {
        guard value >= self.eightDigits else { return unsafe self.writeFirst(value, at: start) }
        let (upper, lower) = value.quotientAndRemainder(dividingBy: self.eightDigits)
        var position: UnsafeMutablePointer<UInt8>
        if upper < self.eightDigits {
            unsafe position = self.writeFirst(upper, at: start)
        } else {
            let (first, middle) = upper.quotientAndRemainder(dividingBy: self.eightDigits)
            unsafe position = self.writeFirst(first, at: start)
            unsafe self.store(self.digits(of: middle), at: position)
            unsafe position += 8
        }
        unsafe self.store(self.digits(of: lower), at: position)
        return unsafe position + 8
    }

    /// Writes sixteen digits, those in front included when they are zeros, and gives how many there are without the
    /// zeros at the end.
    ///
    /// - Precondition: `value` is below 10^16.
    @inline(__always)
    static func writeSixteen(_ value: UInt64, at start: UnsafeMutablePointer<UInt8>) -> Int {
        let (upper, lower) = value.quotientAndRemainder(dividingBy: self.eightDigits)
        let (first, second) = (self.digits(of: upper), self.digits(of: lower))
        unsafe self.store(first, at: start)
        unsafe self.store(second, at: start + 8)
        return second == 0 ? 8 - first.leadingZeroBitCount / 8 : 16 - second.leadingZeroBitCount / 8
    }

    /// Writes up to eight digits without zeros in front.
    @inline(__always)
    private static func writeFirst(
        _ value: UInt64,
        at start: UnsafeMutablePointer<UInt8>
    ) -> UnsafeMutablePointer<UInt8> {
        let digits = self.digits(of: value)
        // The bit keeps the last digit, also of 0.
        let zeros = (digits | 1 << 56).trailingZeroBitCount / 8
        unsafe self.store(digits &>> UInt64(zeros * 8), at: start)
        return unsafe start + (8 - zeros)
    }

    /// The eight digits of a number below 10^8, a byte each, the first in the lowest: halves of four digits side by
    /// side, then pairs, then single ones.
    @inline(__always)
    private static func digits(of value: UInt64) -> UInt64 {
        let upper = value / 10_000
        let fours = upper | (value &- upper &* 10_000) &<< 32
        let hundreds = (fours &* 10_486) &>> 20 & 0x0000_007F_0000_007F  // each / 100
        let pairs = hundreds | (fours &- hundreds &* 100) &<< 16
        let tens = (pairs &* 103) &>> 10 & 0x000F_000F_000F_000F  // each / 10
        return tens | (pairs &- tens &* 10) &<< 8
    }

    @inline(__always)
    private static func store(_ digits: UInt64, at position: UnsafeMutablePointer<UInt8>) {
        let text = (digits | 0x3030_3030_3030_3030).littleEndian
        unsafe UnsafeMutableRawPointer(position).storeBytes(of: text, as: UInt64.self)
    }
}
