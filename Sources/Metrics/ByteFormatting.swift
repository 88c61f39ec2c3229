extension [UInt8] {
    /// Appends the shortest text that reads back as exactly this number: `1`, `0.5`, `1e-06`, `NaN`, `+Inf`.
    mutating func appendNumber(_ value: Double) {
        if value.isNaN {
            self.append(contentsOf: "NaN".utf8)
        } else if value.isInfinite {
            self.append(contentsOf: (value < 0 ? "-Inf" : "+Inf").utf8)
        } else if let whole = Int64(exactly: value), whole.magnitude < 1 << 53, value.sign == .plus || whole != 0 {
            if whole < 0 { self.append(UInt8(ascii: "-")) }
            self.appendDecimal(whole.magnitude)
        } else {
            let text = value.description.utf8
            self.append(contentsOf: value.description.hasSuffix(".0") ? text.dropLast(2) : text.dropLast(0))
        }
    }

    /// Appends the decimal digits of `value` without building a string.
    mutating func appendDecimal(_ value: UInt64) {
        guard value >= 10 else { return self.append(UInt8(ascii: "0") + UInt8(value)) }
        let start = self.count
        var rest = value
        while rest > 0 {
            self.append(UInt8(ascii: "0") + UInt8(rest % 10))
            rest /= 10
        }
        self[start...].reverse()
    }

    /// Appends `text` with backslash and line feed escaped, and the double quote too inside a label value.
    mutating func appendEscaped(_ text: String, quotes: Bool) {
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\\"): self.append(contentsOf: "\\\\".utf8)
            case UInt8(ascii: "\n"): self.append(contentsOf: "\\n".utf8)
            case UInt8(ascii: "\"") where quotes: self.append(contentsOf: "\\\"".utf8)
            default: self.append(byte)
            }
        }
    }
}
