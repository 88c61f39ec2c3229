import Core
import TestSupport
import Testing

@testable import Chart

@Suite("Numbers and texts as bytes")
struct ByteTextTests {
    private static func text(_ write: (inout [UInt8]) -> Void) -> String {
        var bytes = Array("<".utf8)
        write(&bytes)
        return String(decoding: bytes.dropFirst(), as: UTF8.self)
    }

    @Test(
        "a time is milliseconds with the decimals that its nanoseconds need",
        arguments: [
            (0, "0"), (1, "0.000001"), (10, "0.00001"), (1_000_000, "1"), (1_500_000, "1.5"), (999_999, "0.999999"),
            (1_767_225_600_123_456_789, "1767225600123.456789"), (1_767_225_600_100_000_000, "1767225600100"),
            (1_767_225_600_000_020_000, "1767225600000.02"), (-1, "-0.000001"), (-2_500_000, "-2.5"),
            (.max, "9223372036854.775807"), (.min, "-9223372036854.775808"),
        ] as [(Int64, String)]
    )
    func milliseconds(nanoseconds: Int64, expected: String) {
        #expect(Self.text { $0.appendMilliseconds(Timestamp(nanoseconds: nanoseconds)) } == expected)
    }

    @Test(
        "a number is as short as it can be",
        arguments: [
            (0, "0"), (-0.0, "-0"), (1, "1"), (-3, "-3"), (0.25, "0.25"), (100, "100"), (1e-05, "1e-05"),
            (0.1 + 0.2, "0.30000000000000004"), (1e16, "1e+16"), (.nan, "null"), (.infinity, "null"),
            (-.infinity, "null"), (.leastNonzeroMagnitude, "5e-324"), (123456.5, "123456.5"),
        ] as [(Double, String)]
    )
    func numbers(value: Double, expected: String) {
        #expect(Self.text { $0.appendNumber(value) } == expected)
    }

    @Test("a number reads back as itself", arguments: Seeds.fresh(4))
    func readsBack(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        for _ in 0..<2_000 {
            let value = Double(bitPattern: random.next())
            guard value.isFinite else { continue }
            #expect(Double(Self.text { $0.appendNumber(value) })?.bitPattern == value.bitPattern)
        }
    }

    @Test("digits", arguments: [(0, "0"), (9, "9"), (10, "10"), (.max, "18446744073709551615")] as [(UInt64, String)])
    func digits(value: UInt64, expected: String) { #expect(Self.text { $0.appendDecimal(value) } == expected) }

    @Test(
        "a text is ASCII whatever is in it",
        arguments: [
            ("", #""""#), ("BTCUSDT", #""BTCUSDT""#), (#"a"b\c"#, #""a\"b\\c""#),
            ("\n\u{0}\u{7F}", #""\u000a\u0000\u007f""#), ("币", #""\u5e01""#), ("🙂", #""\ud83d\ude42""#),
        ]
    )
    func quoted(text: String, expected: String) { #expect(Self.text { $0.appendQuoted(text) } == expected) }

    @Test(
        "of a client's text at most 64 escaped characters are repeated",
        arguments: [
            (String(repeating: "a", count: 64), 64, false), (String(repeating: "a", count: 65), 64, true),
            (String(repeating: "\"", count: 33), 64, true), (String(repeating: "\u{1}", count: 11), 60, true),
            (String(repeating: "🙂", count: 6), 60, true), ("", 0, false),
        ]
    )
    func excerpts(text: String, width: Int, isCut: Bool) {
        let excerpt = text.excerpt
        #expect(excerpt.hasSuffix("...") == isCut)
        let kept = isCut ? String(excerpt.dropLast(3)) : excerpt
        #expect(Self.text { $0.appendQuoted(kept) }.utf8.count - 2 == width)
        #expect(text.hasPrefix(kept))
    }
}
