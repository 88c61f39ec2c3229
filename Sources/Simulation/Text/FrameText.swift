/// Assembles the bytes of one frame or body, piece by piece.
struct FrameText {
    private(set) var bytes: [UInt8] = []

    init(capacity: Int = 256) { self.bytes.reserveCapacity(capacity) }

    mutating func raw(_ text: String) {
        self.bytes.append(contentsOf: text.utf8)
    }

    mutating func raw(_ more: [UInt8]) {
        self.bytes.append(contentsOf: more)
    }

    mutating func integer(_ value: Int64) {
        if value < 0 { self.bytes.append(UInt8(ascii: "-")) }
        var (rest, divisor) = (value.magnitude, UInt64(1))
        while rest / divisor >= 10 { divisor *= 10 }
        while divisor > 0 {
            self.bytes.append(UInt8(ascii: "0") + UInt8(rest / divisor))
            rest %= divisor
            divisor /= 10
        }
    }

    /// `"..."`, escaped.
    mutating func quoted(_ text: String) {
        self.bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                self.bytes.append(UInt8(ascii: "\\"))
                self.bytes.append(byte)
            case 0..<0x20: self.raw("\\u00" + (byte < 16 ? "0" : "") + String(byte, radix: 16))
            default: self.bytes.append(byte)
            }
        }
        self.bytes.append(UInt8(ascii: "\""))
    }

    /// `["a","b"]`.
    mutating func array(_ texts: some Sequence<String>) {
        self.raw("[")
        for (index, text) in texts.enumerated() {
            if index > 0 { self.raw(",") }
            self.quoted(text)
        }
        self.raw("]")
    }

    /// A value as the client wrote it, to be echoed.
    mutating func value(_ value: JSONValue) {
        switch value {
        case .null: self.raw("null")
        case .bool(let flag): self.raw(flag ? "true" : "false")
        case .number(let spelling): self.raw(spelling)
        case .string(let text): self.quoted(text)
        case .array(let elements):
            self.raw("[")
            for (index, element) in elements.enumerated() {
                if index > 0 { self.raw(",") }
                self.value(element)
            }
            self.raw("]")
        case .object(let members):
            self.raw("{")
            for (index, member) in members.enumerated() {
                if index > 0 { self.raw(",") }
                self.quoted(member.key)
                self.raw(":")
                self.value(member.value)
            }
            self.raw("}")
        }
    }

    /// `"123.45"`, with exactly the decimals of the value, or more where the venue pads with zeros.
    mutating func quotedDecimal(_ decimal: Decimal64, minimumDecimals: Int = 0, trimmed: Bool = false) {
        self.bytes.append(UInt8(ascii: "\""))
        self.decimal(decimal, minimumDecimals: minimumDecimals, trimmed: trimmed)
        self.bytes.append(UInt8(ascii: "\""))
    }

    private mutating func decimal(_ decimal: Decimal64, minimumDecimals: Int, trimmed: Bool) {
        var (units, decimals) = (decimal.units, decimal.decimals)
        while trimmed, decimals > 0, units % 10 == 0 {
            units /= 10
            decimals -= 1
        }
        let power = Decimal64.powerOfTen(decimals)
        self.integer(units / power)
        guard max(decimals, minimumDecimals) > 0 else { return }
        self.bytes.append(UInt8(ascii: "."))
        var (rest, divisor) = (units % power, power / 10)
        for _ in 0..<decimals {
            self.bytes.append(UInt8(ascii: "0") + UInt8(rest / divisor))
            rest %= divisor
            divisor /= 10
        }
        for _ in decimals..<max(decimals, minimumDecimals) { self.bytes.append(UInt8(ascii: "0")) }
    }
}
