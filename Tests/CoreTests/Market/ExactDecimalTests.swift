import Core
import TestSupport
import Testing

@Suite("Exact decimal")
struct ExactDecimalTests {
    @Test(
        "parses every spelling of a number to its shortest form",
        arguments: [
            ("0", 0, 0), ("-0", 0, 0), ("0.000", 0, 0), ("0e5", 0, 0), ("0.0e-30", 0, 0), ("7", 7, 0),
            ("007.50", 75, 1),
            ("67012.50", 670125, 1), ("-0.1", -1, 1), ("1200", 1200, 0), ("1200.00", 1200, 0), ("10.010", 1001, 2),
            ("1e-7", 1, 7), ("1E-7", 1, 7), ("1e-12", 1, 12), ("0.000000000001", 1, 12), ("1.50e1", 15, 0),
            ("1.5e+3", 1500, 0), ("100e-2", 1, 0), ("12e0", 12, 0), ("-2.5e-3", -25, 4),
            ("1e18", 1_000_000_000_000_000_000, 0),
            ("1e-18", 1, 18), ("0.000000000000000001", 1, 18), ("5.000000000000000001", 5_000_000_000_000_000_001, 18),
            ("1.0000000000000000000000", 1, 0), ("9223372036854775807", .max, 0), ("-9.223372036854775807", -.max, 18),
            ("0.123456789012345678", 123_456_789_012_345_678, 18), ("1.230000e-16", 123, 18),
        ] as [(String, Int64, UInt8)]
    )
    func spellings(_ text: String, mantissa: Int64, scale: UInt8) throws {
        let number = try ExactDecimal(text)
        #expect(number.mantissa == mantissa)
        #expect(number.scale == scale)
    }

    @Test(
        "refuses what is no number",
        arguments: [
            "", "-", "+1", "--1", ".", ".5", "5.", "-.5", "1..2", "1.2.3", "1,5", " 1", "1 ", "1e", "1e+", "1e-", "e5",
            "1.e5", "1e5.0", "1e5e5", "1-", "0x10", "nan", "inf", "1_000", "1:", "1/", "١",
        ]
    )
    func malformed(_ text: String) { #expect(throws: DecimalError.malformed) { try ExactDecimal(text) } }

    @Test(
        "says so when a number does not fit",
        arguments: [
            "9223372036854775808", "-9223372036854775808", "1e19", "1e-19", "1e1000000000000000000000",
            "1e-99999999999",
            "0.0000000000000000001", "0.1234567890123456789", "10.000000000000000001", "99999999999999999999",
            "922337203685477580700e0", "1.5e18" + "0",
        ]
    )
    func unrepresentable(_ text: String) { #expect(throws: DecimalError.unrepresentable) { try ExactDecimal(text) } }

    @Test("reads back its own description", arguments: Seeds.fresh(8))
    func roundTrip(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        for _ in 0..<2_000 {
            let number = Self.number(&random)
            #expect(try ExactDecimal(number.description) == number)
            #expect(number.scale == 0 || number.mantissa % 10 != 0, "not the shortest form: \(number)")
        }
    }

    @Test("orders numbers of any scale as their digits, written one below the other, do", arguments: Seeds.fresh(8))
    func order(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        for _ in 0..<2_000 {
            let left = Self.number(&random)
            // Half of the time a close neighbour, whatever its scale.
            let right = random.oneIn(2) ? Self.number(&random) : Self.neighbour(of: left, &random)
            let (leftKey, rightKey) = (Self.column(left), Self.column(right))
            #expect((left < right) == Self.precedes(leftKey, rightKey), "\(left) and \(right)")
            #expect((right < left) == Self.precedes(rightKey, leftKey), "\(left) and \(right)")
            #expect((left == right) == (leftKey == rightKey), "\(left) and \(right)")
        }
    }

    @Test("is the correctly rounded double while the digits fit 53 bits", arguments: Seeds.fresh(8))
    func double(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        for _ in 0..<2_000 {
            let magnitude = Int64.random(in: 0...(1 << 53), using: &random) >> random.int(0...52)
            let number = ExactDecimal(
                mantissa: random.oneIn(3) ? -magnitude : magnitude,
                scale: UInt8(random.int(0...18))
            )
            let expected = try #require(Double(number.description))
            #expect(number.double == expected, "\(number)")
        }
    }

    @Test("judges random bytes as the grammar does, and never traps", arguments: Seeds.fresh(8))
    func randomBytes(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let alphabet = Array("0001234567899..--eE+x ".utf8)
        for _ in 0..<4_000 {
            let length = random.int(0...(random.oneIn(4) ? 40 : 8))
            let anything = random.oneIn(4)
            let bytes = (0..<length).map { _ in
                anything ? UInt8.random(in: 0...255, using: &random) : alphabet[random.int(0...(alphabet.count - 1))]
            }
            let expected = SpelledNumber(bytes)
            do throws(DecimalError) {
                let number = try ExactDecimal(ascii: bytes.span)
                #expect(SpelledNumber(Array(number.description.utf8)) == expected, "\(bytes)")
            } catch {
                switch error {
                case .malformed: #expect(expected == nil, "\(bytes)")
                // More digits than fit may be refused before the rest is looked at.
                case .unrepresentable: #expect(expected?.fits != true, "\(bytes)")
                }
            }
        }
    }

    private static func number(_ random: inout SplitMix64) -> ExactDecimal {
        let mantissa = Int64.random(in: (-.max)...(.max), using: &random) >> random.int(0...62)
        return ExactDecimal(mantissa: mantissa, scale: UInt8(random.int(0...18)))
    }

    private static func neighbour(of number: ExactDecimal, _ random: inout SplitMix64) -> ExactDecimal {
        let finer = UInt8(random.int(Int(number.scale)...18))
        let power = (number.scale..<finer).reduce(into: Int64(1)) { power, _ in power *= 10 }
        let (units, overflowed) = number.mantissa.multipliedReportingOverflow(by: power)
        guard !overflowed, units.magnitude < 1 << 62 else { return number }
        return ExactDecimal(mantissa: units + Int64(random.int(-1...1)), scale: finer)
    }

    /// The digits with 20 places before the point and 18 behind, as if written into the columns of a form.
    private static func column(_ number: ExactDecimal) -> (isNegative: Bool, digits: String) {
        let parts = String(number.mantissa.magnitude)
        let padded = String(repeating: "0", count: 40) + parts + String(repeating: "0", count: 18 - Int(number.scale))
        return (number.mantissa < 0, String(padded.suffix(38)))
    }

    private static func precedes(
        _ left: (isNegative: Bool, digits: String),
        _ right: (isNegative: Bool, digits: String)
    ) -> Bool {
        switch (left.isNegative, right.isNegative) {
        case (false, false): left.digits < right.digits
        case (true, true): right.digits < left.digits
        case (true, false): true
        case (false, true): false
        }
    }
}

/// A number as school arithmetic sees it: significant digits and the power of ten of the last one.
private struct SpelledNumber: Equatable {
    var isNegative: Bool
    var digits: String
    var exponent: Int
    /// Whether even a careless reader gets it into a mantissa and a scale: at most 18 digits as written.
    var fits: Bool

    /// `nil` when the bytes are not `-? digit+ ( . digit+ )? ( e [+-]? digit+ )?`.
    init?(_ bytes: [UInt8]) {
        guard bytes.allSatisfy({ $0 < 128 }) else { return nil }
        let text = String(decoding: bytes, as: UTF8.self)
        guard let match = text.wholeMatch(of: /(-?)([0-9]+)(?:\.([0-9]+))?(?:[eE]([+\-]?)([0-9]+))?/) else {
            return nil
        }
        let (whole, fraction) = (match.output.2, match.output.3 ?? "")
        let power = match.output.5.map { Int($0) ?? 100_000 } ?? 0
        self.exponent = (match.output.4 == "-" ? -power : power) - fraction.count
        self.digits = String((whole + fraction).drop { $0 == "0" })
        while self.digits.last == "0" {
            self.digits.removeLast()
            self.exponent += 1
        }
        self.fits = whole.count + fraction.count <= 18
        self.isNegative = match.output.1 == "-"
        if self.digits.isEmpty { (self.isNegative, self.exponent) = (false, 0) }
        // The number must also stand in 19 digits of which 18 behind the point.
        self.fits = self.fits && self.exponent >= -18 && self.digits.count + max(0, self.exponent) <= 18
    }

    static func == (left: SpelledNumber, right: SpelledNumber) -> Bool {
        left.isNegative == right.isNegative && left.digits == right.digits && left.exponent == right.exponent
    }
}
