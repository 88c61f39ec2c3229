import Core
import TestSupport
import Testing

@Suite("Quantile")
struct QuantileTests {
    @Test(
        "is the nearest rank",
        arguments: [
            ("0.97", 200, 193), ("0.03", 200, 5), ("0.97", 50, 48), ("0.03", 50, 1), ("0.5", 1, 0), ("0.5", 2, 0),
            ("0.5", 3, 1), ("1", 7, 6), ("0.000000001", 200, 0), ("0.07", 100, 6), ("0.29", 100, 28), ("0.57", 100, 56),
        ]
    )
    func ranks(_ text: String, count: Int, index: Int) throws {
        let quantile = try #require(Quantile(ExactDecimal(text)))
        #expect(quantile.index(in: count) == index)
    }

    @Test("is the first index at which the share of values reaches the fraction", arguments: Seeds.fresh(8))
    func definition(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        for _ in 0..<400 {
            let places = random.int(0...9)
            let denominator = (0..<places).reduce(1) { power, _ in power * 10 }
            let numerator = random.int(1...denominator)
            let quantile = try #require(Quantile(ExactDecimal(mantissa: Int64(numerator), scale: UInt8(places))))
            let count = random.oneIn(2) ? random.int(1...300) : random.int(1...((1 << 33) - 1))
            let index = quantile.index(in: count)
            // index + 1 values are at least the fraction of all, index values are not.
            #expect(Int128(index + 1) * Int128(denominator) >= Int128(count) * Int128(numerator))
            #expect(Int128(index) * Int128(denominator) < Int128(count) * Int128(numerator))
        }
    }

    @Test("refuses what is no fraction above 0 and up to 1", arguments: ["0", "-0.5", "1.01", "2", "0.0000000001"])
    func refused(_ text: String) throws { #expect(Quantile(try ExactDecimal(text)) == nil) }
}
