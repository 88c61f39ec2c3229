/// Whole numbers as decimal digits.
enum DecimalDigits {
    /// How many digits a number has; one for 0.
    @inline(__always)
    static func count(of value: UInt64) -> Int {
        // 1233 / 4096 is a little more than log10(2); one comparison settles what that leaves open.
        let guess = ((64 - (value | 1).leadingZeroBitCount) * 1233) >> 12
        return guess + ((value | 1) >= self.powers[guess] ? 1 : 0)
    }

    /// Writes the digits of a number so that the last one stands just before `end`: two at a time.
    @inline(__always)
    static func write(_ value: UInt64, endingAt end: UnsafeMutablePointer<UInt8>) {
        var (rest, position) = unsafe (value, end)
        while rest >= 100 {
            let (quotient, pair) = rest.quotientAndRemainder(dividingBy: 100)
            unsafe position -= 2
            unsafe self.write(pair: pair, at: position)
            rest = quotient
        }
        if rest >= 10 {
            unsafe self.write(pair: rest, at: position - 2)
        } else {
            unsafe position[-1] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest)
        }
    }

    @inline(__always)
    private static func write(pair: UInt64, at position: UnsafeMutablePointer<UInt8>) {
        let small = UInt32(truncatingIfNeeded: pair)
        let tens = (small * 205) >> 11  // small / 10, for two digits
        unsafe position[0] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: tens)
        unsafe position[1] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: small - tens * 10)
    }

    private static let powers: [UInt64] = [
        1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000, 10_000_000_000,
        100_000_000_000, 1_000_000_000_000, 10_000_000_000_000, 100_000_000_000_000, 1_000_000_000_000_000,
        10_000_000_000_000_000, 100_000_000_000_000_000, 1_000_000_000_000_000_000, 10_000_000_000_000_000_000,
    ]
}
