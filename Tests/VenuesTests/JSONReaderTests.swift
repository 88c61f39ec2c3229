import Core
import Testing

@testable import Venues

@Suite("JSON reader")
struct JSONReaderTests {
    /// Reads `text` whole, as an adapter would, and says whether it is JSON.
    private func isJSON(_ bytes: [UInt8]) -> Bool {
        do throws(JSONError) {
            var reader = try JSONReader(bytes.span)
            _ = try reader.value(bytes.span)
            try reader.finish(bytes.span)
            return true
        } catch {
            return false
        }
    }

    private func token(_ text: String) throws -> (JSONToken, [UInt8]) {
        let bytes = Array(text.utf8)
        var reader = try JSONReader(bytes.span)
        let token = try reader.value(bytes.span)
        try reader.finish(bytes.span)
        return (token, bytes)
    }

    @Test(
        "accepts what RFC 8259 allows",
        arguments: [
            "0", "-0", "-0.5e+10", "1E5", "10.25", "true", "false", "null", #""""#, "[]", "{}", " [ 1 , 2 ] \n",
            #"{"a":1,"a":2}"#, #"{"":""}"#, #""\"\\\/\b\f\n\r\t\u00e9""#, #""\ud83d\ude00""#, #""\ud83d""#,
            "\"\u{7F}这是测试币\u{1F600}\"", "\t\r\n 1 ", #"[[[{"a":[{}]}]]]"#,
        ]
    )
    func accepts(text: String) { #expect(self.isJSON(Array(text.utf8))) }

    @Test(
        "refuses everything else",
        arguments: [
            "", " ", "{", "}", "[", "]", "[1", "[1,", "[1,]", "[,1]", "[1 2]", #"{"a"}"#, #"{"a":}"#, #"{"a":1,}"#,
            #"{,"a":1}"#, #"{"a":1 "b":2}"#, #"{a:1}"#, "{1:2}", #"{"a":1]"#, #"["a":1]"#, "[1}", "01", "-", "+1", "1.",
            ".5", "1e", "1e+", "--1", "0x1", "NaN", "tru", "truee", "nul", "True", "'a'", #"""#, #""a"#, #""\"#,
            #""\x""#, #""\u12g4""#, #""\u12"#, "\"\n\"", "\"\u{0}\"", "1 2", "{}{}", "{} x", "\u{FEFF}{}", "[1]]", "-a",
        ]
    )
    func refuses(text: String) { #expect(!self.isJSON(Array(text.utf8))) }

    @Test(
        "refuses texts that are not UTF-8",
        arguments: [
            [0x80], [0xC0, 0xAF], [0xC1, 0xBF], [0xC3], [0xC3, 0x28], [0xE0, 0x80, 0x80], [0xE2, 0x82],
            [0xED, 0xA0, 0x80],
            [0xF0, 0x80, 0x80, 0x80], [0xF0, 0x9F, 0x98], [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xFF],
        ] as [[UInt8]]
    )
    func refusesBadUTF8(unit: [UInt8]) {
        #expect(!self.isJSON([0x22] + unit + [0x22]))
        #expect(!self.isJSON([0x22] + unit))
    }

    /// Texts are read eight bytes at a time: what ends or breaks one must be seen at each place in a word.
    @Test("sees every special byte at every position of a text", arguments: 0..<20)
    func specialBytes(position: Int) throws {
        for byte in UInt8.min ... .max {
            var text = [UInt8](repeating: UInt8(ascii: "a"), count: 20)
            text[position] = byte
            let isPlain = byte >= 0x20 && byte < 0x80 && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
            #expect(self.isJSON([0x22] + text + [0x22]) == (isPlain), "\(byte) at \(position)")
            guard byte == UInt8(ascii: "\"") else { continue }
            #expect(self.isJSON([0x22] + text[...position]))
        }
    }

    @Test("follows nesting up to its limit and not beyond")
    func nesting() {
        let limit = JSONReader.nestingLimit
        for bracket in [("[", "]"), (#"{"a":"#, "}")] {
            func nested(_ depth: Int) -> [UInt8] {
                let text = String(repeating: bracket.0, count: depth) + "1" + String(repeating: bracket.1, count: depth)
                return Array(text.utf8)
            }
            #expect(self.isJSON(nested(limit)))
            #expect(!self.isJSON(nested(limit + 1)))
            #expect(!self.isJSON(nested(100_000)))
        }
    }

    @Test("reads alternating objects and arrays back to the right level")
    func alternatingNesting() { #expect(self.isJSON(Array(#"{"a":[{"b":[[],{}]},{"c":{}}],"d":[{"e":[1]}]}"#.utf8))) }

    @Test("builds strings with their escapes resolved")
    func strings() throws {
        let (token, bytes) = try self.token(#""a\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00\ud83dx""#)
        let text = token.string(in: bytes.span)
        #expect(text == "a\"\\/\u{8}\u{C}\n\r\té😀\u{FFFD}x")
    }

    @Test("compares texts by meaning, escapes or not")
    func escapedComparison() throws {
        func matches(_ text: String, _ literal: StaticString) throws -> Bool {
            let (token, bytes) = try self.token(text)
            return token.matches(literal, in: bytes.span)
        }
        #expect(try matches(#""data""#, "data"))
        #expect(try !matches(#""data""#, "date"))
        #expect(try matches(#""d\u0061ta""#, "data"))
        #expect(try !matches(#""d\u0061ta""#, "date"))
        #expect(try !matches("\"\\u0064" + String(repeating: "x", count: 100) + "\"", "data"))
    }

    @Test(
        "reads instants with their unit, and none from what is zero or beyond",
        arguments: [
            ("1723161256313", 6, 1_723_161_256_313_000_000), (#""1606292218213.4578""#, 6, 1_606_292_218_213_457_800),
            (#""1788336082402.208000""#, 6, 1_788_336_082_402_208_000), ("1619093534", 9, 1_619_093_534_000_000_000),
            ("1.7e12", 6, 1_700_000_000_000_000_000), (#""0.0000019""#, 6, 1), ("0", 6, .min), ("-5", 6, .min),
            ("null", 6, .min), (#""""#, 6, .min), ("99999999999999999999", 6, .min), ("1e18", 6, .min),
        ] as [(String, Int, Int64)]
    )
    func instants(text: String, power: Int, nanoseconds: Int64) throws {
        let (token, bytes) = try self.token(text)
        let instant = try token.instant(power: power, in: bytes.span)
        #expect(instant.nanoseconds == nanoseconds)
    }

    @Test(
        "reads unsigned integers, and nothing from what is none",
        arguments: [
            ("0", 0), ("18446744073709551615", .max), ("18446744073709551616", nil), (#""12""#, 12), ("1.5", nil),
            ("-1", nil), (#""a1""#, nil), (#""""#, nil), ("null", nil), (#""\u0031""#, 1), ("[1]", nil),
        ] as [(String, UInt64?)]
    )
    func unsignedIntegers(text: String, value: UInt64?) throws {
        let (token, bytes) = try self.token(text)
        let read = token.unsigned(in: bytes.span)
        #expect(read == value)
    }
}
