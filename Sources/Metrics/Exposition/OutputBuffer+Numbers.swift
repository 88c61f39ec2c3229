extension OutputBuffer {
    /// Appends the shortest text that reads back as exactly this number: `1`, `0.5`, `1e-06`, `NaN`, `+Inf`.
    mutating func appendNumber(_ value: Double, _ powers: PowersOfTen) {
        guard value.isFinite else { return self.append(value.isNaN ? "NaN" : value < 0 ? "-Inf" : "+Inf") }
        if value.sign == .minus { self.append(UInt8(ascii: "-")) }
        let magnitude = value.magnitude
        // Up to 2^53 every whole number is a double.
        if magnitude <= 0x1p53 {
            let whole = UInt64(magnitude)
            if Double(whole) == magnitude { return self.appendDecimal(whole) }
        }
        self.append(ShortestDecimal(magnitude, powers), isPlain: magnitude <= 0x1p53)
    }

    /// Writes the point within the digits from 0.0001 to 2^53, and elsewhere an exponent.
    private mutating func append(_ decimal: ShortestDecimal, isPlain: Bool) {
        // Trailing zeros come from numbers whose decimal is shorter than 16 digits.
        var (digits, exponent) = (decimal.digits, decimal.exponent)
        while true {
            let (quotient, remainder) = digits.quotientAndRemainder(dividingBy: 10)
            guard remainder == 0 else { break }
            (digits, exponent) = (quotient, exponent + 1)
        }
        let count = DecimalDigits.count(of: digits)
        // The number is 0.digits × 10^point.
        let point = count + exponent
        guard isPlain, point > -4 else { return self.appendScientific(digits, count, point) }
        if point <= 0 {
            self.append("0.")
            self.appendZeros(-point)
            self.appendDecimal(digits)
        } else if exponent >= 0 {
            self.appendDecimal(digits)
            self.appendZeros(exponent)
        } else {
            self.appendDecimal(digits)
            self.insertPoint(beforeLast: -exponent)
        }
    }

    private mutating func appendScientific(_ digits: UInt64, _ count: Int, _ point: Int) {
        self.appendDecimal(digits)
        if count > 1 { self.insertPoint(beforeLast: count - 1) }
        let exponent = point - 1
        self.append(exponent < 0 ? "e-" : "e+")
        if exponent.magnitude < 10 { self.append(UInt8(ascii: "0")) }
        self.appendDecimal(UInt64(exponent.magnitude))
    }

    private mutating func insertPoint(beforeLast digits: Int) {
        let position = self.count - digits
        self.openGap(at: position, length: 1)
        self.set(UInt8(ascii: "."), at: position)
    }
}
