import TestSupport
import Testing

@testable import Metrics

@Suite("Numbers in the exposition")
struct NumberTests {
    @Test(
        "print the shortest text that reads back",
        arguments: [
            (0, "0"), (-0.0, "-0"), (1, "1"), (-1, "-1"), (0.5, "0.5"), (-0.25, "-0.25"), (1e-06, "1e-06"),
            (0.1 + 0.2, "0.30000000000000004"), (1e15, "1000000000000000"), (1e16, "1e+16"), (1e300, "1e+300"),
            (1_763_835_600.123, "1763835600.123"), (.nan, "NaN"), (.infinity, "+Inf"), (-.infinity, "-Inf"),
            (9_007_199_254_740_991, "9007199254740991"), (9_007_199_254_740_992, "9007199254740992"),
            (.leastNonzeroMagnitude, "5e-324"), (0.0001, "0.0001"), (0.00012345, "0.00012345"),
            (9.999e-05, "9.999e-05"),
            (99_999_999.5, "99999999.5"), (100_000_000.25, "100000000.25"),
            (-0.00030000000000000003, "-0.00030000000000000003"),
            (4_503_599_627_370_495.5, "4503599627370495.5"), (0.9999999999999999, "0.9999999999999999"),
            (-1.2345678901234568e-300, "-1.2345678901234568e-300"), (1e100, "1e+100"),
        ] as [(Double, String)]
    )
    func number(value: Double, text: String) {
        #expect(Self.text(value) == text)
        if value.isFinite { #expect(Double(text)?.bitPattern == value.bitPattern) }
    }

    @Test(
        "print whole numbers digit by digit",
        arguments: [
            0, 9, 10, 99, 100, 9_999_999, 99_999_999, 100_000_000, 1_234_567_890, 9_999_999_999_999_999,
            10_000_000_000_000_000,
            10_000_000_100_000_001, UInt64.max,
        ]
    )
    func decimal(value: UInt64) {
        var output = OutputBuffer()
        output.append("x ")
        output.appendDecimal(value)
        #expect(output.text == "x \(value)")
    }

    @Test(
        "print the text of the standard library, but for the point of whole ones, over all doubles",
        arguments: Seeds.fresh(1)
    )
    func allDoubles(seed: UInt64) {
        var generator = SplitMix64(seed: seed)
        for _ in 0..<20_000 {
            // All bits, and numbers as prices and ratios have them.
            let digits = Double(generator.int(1...10_000_000)) / [1e2, 1e5, 1e8, 1e11][generator.int(0...3)]
            for value in [Double(bitPattern: generator.next()), digits, digits.nextUp] where value.isFinite {
                let standard = value.description
                let text = Self.text(value)
                guard text == (standard.hasSuffix(".0") ? String(standard.dropLast(2)) : standard) else {
                    Issue.record("\(standard) became \(text)")
                    return
                }
            }
        }
    }

    @Test("print every power of two, where the next smaller double is nearer", arguments: [-1074...1023])
    func powersOfTwo(exponents: ClosedRange<Int>) {
        for exponent in exponents {
            let value =
                exponent < -1022
                ? Double(bitPattern: 1 << UInt64(exponent + 1074))
                : Double(sign: .plus, exponent: exponent, significand: 1)
            #expect(Double(Self.text(value))?.bitPattern == value.bitPattern)
            #expect(Self.text(value).utf8.count <= value.description.utf8.count)
        }
    }

    private static func text(_ value: Double) -> String {
        var output = OutputBuffer()
        output.appendNumber(value, .all)
        return output.text
    }
}
