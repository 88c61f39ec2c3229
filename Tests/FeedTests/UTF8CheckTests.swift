import TestSupport
import Testing

@testable import Feed

@Suite("UTF-8 check")
struct UTF8CheckTests {
    /// First and last bytes of every range of the standard's table, and their neighbours.
    private static let edges: [UInt8] = [
        0x00, 0x41, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC1, 0xC2, 0xDF, 0xE0, 0xE1, 0xEC, 0xED, 0xEE,
        0xEF, 0xF0, 0xF1, 0xF3, 0xF4, 0xF5, 0xFF,
    ]

    @Test("agrees with the standard library on every sequence of two edge bytes, and on random longer ones")
    func agreement() {
        for first in Self.edges { for second in Self.edges { self.compare([first, second]) } }
        for seed in Seeds.fresh(1) {
            var generator = SplitMix64(seed: seed)
            for _ in 0..<20_000 {
                let ascii = [UInt8](repeating: 0x61, count: generator.int(0...20))
                let edges = (0..<generator.int(0...5)).map { _ in Self.edges[generator.int(0...Self.edges.count - 1)] }
                self.compare(ascii + edges + ascii.prefix(generator.int(0...12)), "ARB1D_SEED=\(seed)")
            }
        }
    }

    @Test("finds a wrong byte, and two, wherever they stand in long words")
    func everywhere() {
        for length in [8, 31, 32, 33, 40, 71] {
            for first in 0..<length {
                for second in first..<length {
                    var bytes = [UInt8](repeating: 0x61, count: length)
                    (bytes[first], bytes[second]) = (0x80, 0x80)
                    self.compare(bytes)
                }
            }
        }
    }

    @Test("accepts every character that there is")
    func everyScalar() {
        let text = String(
            String.UnicodeScalarView((0...0x10FFFF as ClosedRange<UInt32>).compactMap(Unicode.Scalar.init))
        )
        let bytes = Array(text.utf8)
        let isUTF8 = bytes.span.isUTF8
        #expect(isUTF8)
    }

    private func compare(_ bytes: [UInt8], _ seed: String = "") {
        let isUTF8 = bytes.span.isUTF8
        guard isUTF8 != (String(validating: bytes, as: UTF8.self) != nil) else { return }
        Issue.record("wrong about \(bytes) \(seed)")
    }
}
