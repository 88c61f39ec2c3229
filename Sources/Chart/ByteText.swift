import Core
import Metrics

/// JSON written straight into bytes: a history has tens of thousands of numbers, and a string for each would cost more
/// than the number.
extension [UInt8] {
    /// Appends the decimal digits of `value`.
    mutating func appendDecimal(_ value: UInt64) { NumberBytes.append(value, to: &self) }

    /// Appends milliseconds since 1970 with as many decimals as the nanoseconds need, at most six.
    ///
    /// With integers: a `Double` of today's milliseconds resolves no more than a quarter of a microsecond.
    mutating func appendMilliseconds(_ time: Timestamp) {
        if time.nanoseconds < 0 { self.append(UInt8(ascii: "-")) }
        let (whole, rest) = time.nanoseconds.magnitude.quotientAndRemainder(dividingBy: 1_000_000)
        self.appendDecimal(whole)
        guard rest > 0 else { return }
        // One more digit in front keeps the zeros behind the point; it then makes room for the point.
        let point = self.count
        self.appendDecimal(1_000_000 + rest)
        self[point] = UInt8(ascii: ".")
        while self.last == UInt8(ascii: "0") { self.removeLast() }
    }

    /// Appends the shortest text that reads back as exactly this number, such as `0.25`, `3` or `1e-05`.
    ///
    /// JSON has no word for what is not finite: that becomes `null`.
    mutating func appendNumber(_ value: Double) {
        guard value.isFinite else { return self.append(contentsOf: "null".utf8) }
        NumberBytes.append(value, to: &self)
    }

    /// Appends `text` in double quotes, all in ASCII, so that nothing in it can surprise a terminal or a parser.
    mutating func appendQuoted(_ text: String) {
        self.append(UInt8(ascii: "\""))
        for scalar in text.unicodeScalars { self.appendEscaped(scalar) }
        self.append(UInt8(ascii: "\""))
    }

    private mutating func appendEscaped(_ scalar: Unicode.Scalar) {
        switch scalar {
        case "\"", "\\":
            self.append(UInt8(ascii: "\\"))
            self.append(UInt8(ascii: scalar))
        case " "..."~":
            self.append(UInt8(ascii: scalar))
        default:
            for unit in String(scalar).utf16 {
                self.append(contentsOf: "\\u".utf8)
                for shift in [12, 8, 4, 0] as [UInt16] { self.append(Self.hexadecimal[Int(unit >> shift & 0xF)]) }
            }
        }
    }

    private static let hexadecimal = [UInt8]("0123456789abcdef".utf8)
}

extension String {
    /// At most 64 characters, counted as they are escaped: as much of a client's own text as an answer repeats.
    var excerpt: String {
        var (kept, width) = (String.UnicodeScalarView(), 0)
        for scalar in self.unicodeScalars {
            switch scalar {
            case "\"", "\\": width += 2
            case " "..."~": width += 1
            default: width += scalar.utf16.count * 6
            }
            guard width <= 64 else { return String(kept) + "..." }
            kept.append(scalar)
        }
        return self
    }
}
