/// Numbers as the text formats print them: the shortest text that reads back as exactly the same double.
enum NumberText {
    /// How many bytes beyond its start a text may touch: `-0.0001` with sixteen digits behind it, and what the digits'
    /// words write too much.
    static let room = 40

    /// Writes `1`, `0.5`, `1e-06`, `NaN`, `+Inf`, and gives where the text ends. Needs ``room``.
    ///
    /// The point stands within the digits from 0.0001 to 2^53; elsewhere there is an exponent.
    @inline(__always)
    static func write(
        _ value: Double,
        _ powers: PowersOfTen,
        at start: UnsafeMutablePointer<UInt8>
    ) -> UnsafeMutablePointer<UInt8> {
        let magnitude = value.magnitude
        // Up to 2^53 every whole number is a double. Not a number is not up to anything.
        guard magnitude <= 0x1p53 else { return unsafe self.writeRare(value, powers, at: start) }
        unsafe start[0] = UInt8(ascii: "-")
        let position = unsafe start + (value.sign == .minus ? 1 : 0)
        let whole = UInt64(bitPattern: Int64(magnitude))
        if Double(Int64(bitPattern: whole)) == magnitude { return unsafe DecimalDigits.write(whole, at: position) }
        guard magnitude >= 1 else { return unsafe self.writeSmall(magnitude, powers, at: position) }
        return unsafe self.write(magnitude, whole: whole, powers, at: position)
    }

    /// A number above 1 that is not whole. Its shortest decimal has the same whole part, since that is a double too.
    @inline(__always)
    private static func write(
        _ magnitude: Double,
        whole: UInt64,
        _ powers: PowersOfTen,
        at start: UnsafeMutablePointer<UInt8>
    ) -> UnsafeMutablePointer<UInt8> {
        let decimal = ShortestDecimal(magnitude, powers)
        // Of 17 digits at most 16 are behind the point.
        let behind = -decimal.exponent
        let rest = decimal.digits &- whole &* DecimalDigits.powers[behind]
        let point = unsafe DecimalDigits.write(whole, at: start)
        unsafe point[0] = UInt8(ascii: ".")
        let kept = unsafe DecimalDigits.writeSixteen(rest &* DecimalDigits.powers[16 - behind], at: point + 1)
        return unsafe point + 1 + kept
    }

    /// A number between 0 and 1.
    @inline(__always)
    private static func writeSmall(
        _ magnitude: Double,
        _ powers: PowersOfTen,
        at start: UnsafeMutablePointer<UInt8>
    ) -> UnsafeMutablePointer<UInt8> {
        let decimal = NormalDecimal(ShortestDecimal(magnitude, powers))
        guard decimal.point > -4 else { return unsafe self.writeScientific(decimal, at: start) }
        // As many zeros as there may be; the digits then cover those that are not wanted.
        unsafe UnsafeMutableRawPointer(start).storeBytes(of: self.zeros, as: UInt64.self)
        let first = unsafe start + (2 - decimal.point)
        unsafe first[0] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: decimal.first)
        return unsafe first + 1 + DecimalDigits.writeSixteen(decimal.rest, at: first + 1)
    }

    /// Beyond 2^53, infinite, or not a number.
    @inline(never)
    private static func writeRare(
        _ value: Double,
        _ powers: PowersOfTen,
        at start: UnsafeMutablePointer<UInt8>
    ) -> UnsafeMutablePointer<UInt8> {
        guard value.isFinite else {
            return unsafe self.write(value.isNaN ? "NaN" : value < 0 ? "-Inf" : "+Inf", at: start)
        }
        unsafe start[0] = UInt8(ascii: "-")
        let position = unsafe start + (value < 0 ? 1 : 0)
        return unsafe self.writeScientific(NormalDecimal(ShortestDecimal(value.magnitude, powers)), at: position)
    }

    @inline(never)
    private static func writeScientific(
        _ decimal: NormalDecimal,
        at start: UnsafeMutablePointer<UInt8>
    ) -> UnsafeMutablePointer<UInt8> {
        unsafe start[0] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: decimal.first)
        unsafe start[1] = UInt8(ascii: ".")
        let kept = unsafe DecimalDigits.writeSixteen(decimal.rest, at: start + 2)
        var position = unsafe start + (kept == 0 ? 1 : 2 + kept)
        let exponent = decimal.point - 1
        unsafe position = self.write(exponent < 0 ? "e-" : "e+", at: position)
        if exponent.magnitude < 10 { unsafe position = self.write("0", at: position) }
        return unsafe DecimalDigits.write(UInt64(exponent.magnitude), at: position)
    }

    @inline(__always)
    private static func write(
        _ text: StaticString,
        at start: UnsafeMutablePointer<UInt8>
    ) -> UnsafeMutablePointer<UInt8> {
        unsafe start.update(from: text.utf8Start, count: text.utf8CodeUnitCount)
        return unsafe start + text.utf8CodeUnitCount
    }

    /// `0.000000`, the first byte in the lowest place.
    private static let zeros = UInt64(0x3030_3030_3030_2E30).littleEndian
}

/// A decimal as one digit and sixteen behind it: `0.` then all of them, times ten to the power of `point`.
private struct NormalDecimal {
    let first: UInt64
    let rest: UInt64
    let point: Int

    @inline(__always)
    init(_ decimal: ShortestDecimal) {
        let count = DecimalDigits.count(of: decimal.digits)
        let digits = decimal.digits &* DecimalDigits.powers[17 - count]
        (self.first, self.rest) = digits.quotientAndRemainder(dividingBy: DecimalDigits.powers[16])
        self.point = count + decimal.exponent
    }
}
