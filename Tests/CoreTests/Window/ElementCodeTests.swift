import TestSupport
import Testing

@testable import Core

@Suite("Element code")
struct ElementCodeTests {
    @Test("gives back any numbers, times, scales and kinds after any others", arguments: Seeds.fresh(4), [false, true])
    func anyNumbers(seed: UInt64, isLinked: Bool) {
        var random = SplitMix64(seed: seed)
        var (bytes, sent): ([UInt8], [(kind: UInt8, numbers: ElementBase)]) = ([], [])
        var before = ElementBase()
        for _ in 0..<2_000 {
            var now = before
            now.time = random.oneIn(20) ? random.any() : before.time &+ random.any() >> random.int(1...63)
            if random.oneIn(10) { (now.firstScale, now.secondScale) = (random.scale(), random.scale()) }
            now.first = random.oneIn(3) ? before.first : random.any() >> random.int(0...63)
            now.second = random.oneIn(3) ? before.second : random.any() >> random.int(0...63)
            let kind = UInt8(random.int(0...6))
            let code = ElementCode(kind, before: before, now: now, isLinked: isLinked)
            let start = bytes.count
            bytes += Array(repeating: 0xFF, count: code.length)
            var span = bytes.mutableSpan
            code.write(to: &span, at: start)
            #expect(code.length <= ElementCode.longest)
            sent.append((kind, now))
            before = now
        }
        var (numbers, offset) = (ElementBase(), 0)
        for element in sent {
            let kind = ElementCode.read(bytes.span, at: &offset, into: &numbers, isLinked: isLinked)
            #expect(kind == element.kind)
            #expect(numbers == element.numbers)
        }
        #expect(offset == bytes.count)
    }

    struct Spelling: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var kind: UInt8 = 0
        var time: Int64 = 1_000
        var first: Int64 = 0
        var second: Int64 = 0
        var scale: UInt8 = 2
        var bytes: [UInt8]
    }

    @Test(
        "is as short as its differences",
        arguments: [
            Spelling(testDescription: "no price moved", bytes: [0b00_00_00_00, 0xE8, 0x03]),
            Spelling(
                testDescription: "both prices up by a tick, after a quarter of a second",
                time: 250_000_000,
                first: 1,
                second: 1,
                bytes: [0b00_10_01_00, 0x80, 0xB2, 0xE6, 0x0E, 2]
            ),
            Spelling(
                testDescription: "crossed, the ask alone down by 300 ticks",
                kind: 2,
                second: -300,
                bytes: [0b10_00_00_10, 0xE8, 0x03, 0x57, 0x02]
            ),
            Spelling(
                testDescription: "the bid up by 100,000 ticks, and the ask as far",
                first: 100_000,
                second: 100_000,
                bytes: [0b00_00_11_00, 0xE8, 0x03, 0x40, 0x0D, 0x03, 0]
            ),
            Spelling(testDescription: "a mark", kind: 3, bytes: [0b11_011_001, 0, 0xE8, 0x03]),
            Spelling(
                testDescription: "after 20 minutes",
                time: 1_200_000_000_000,
                bytes: [0b11_000_101, 0, 0, 0xE0, 0x92, 0x65, 0x17, 0x01]
            ),
            Spelling(testDescription: "at the same time", time: 0, bytes: [0, 0, 0]),
            Spelling(
                testDescription: "in other scales",
                first: 5,
                second: 6,
                scale: 3,
                bytes: [0b11_111_000, 3, 3, 0b00_00_01_01, 0xE8, 0x03, 10, 2]
            ),
        ]
    )
    func spelling(_ spelling: Spelling) {
        // With other scales, the numbers count from 0.
        let before = ElementBase(time: 7, first: 10_000, second: 10_001, firstScale: 2, secondScale: 2)
        var now = before
        now.time += spelling.time
        (now.firstScale, now.secondScale) = (spelling.scale, spelling.scale)
        if spelling.scale != 2 { (now.first, now.second) = (0, 0) }
        (now.first, now.second) = (now.first + spelling.first, now.second + spelling.second)
        let code = ElementCode(spelling.kind, before: before, now: now, isLinked: true)
        var bytes = Array(repeating: 0 as UInt8, count: code.length)
        var span = bytes.mutableSpan
        code.write(to: &span, at: 0)
        #expect(bytes == spelling.bytes)
    }
}

extension SplitMix64 {
    fileprivate mutating func any() -> Int64 { Int64(bitPattern: self.next()) }
    fileprivate mutating func scale() -> UInt8 { UInt8(self.int(0...18)) }
}
