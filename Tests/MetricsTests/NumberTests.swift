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
            (.leastNonzeroMagnitude, "5e-324"),
        ] as [(Double, String)]
    )
    func number(value: Double, text: String) {
        var bytes: [UInt8] = []
        bytes.appendNumber(value)
        #expect(String(decoding: bytes, as: UTF8.self) == text)
        if value.isFinite { #expect(Double(text)?.bitPattern == value.bitPattern) }
    }

    @Test("print whole numbers digit by digit", arguments: [0, 9, 10, 99, 100, 1_234_567_890, UInt64.max])
    func decimal(value: UInt64) {
        var bytes = Array("x ".utf8)
        bytes.appendDecimal(value)
        #expect(String(decoding: bytes, as: UTF8.self) == "x \(value)")
    }
}
