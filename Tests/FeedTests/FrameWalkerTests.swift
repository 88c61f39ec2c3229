import Testing

@testable import Feed

@Suite("Frame walker")
struct FrameWalkerTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let name: String
        let bytes: [UInt8]
        var found: [CollectingSink.Found] = []
        var violation: FrameViolation?
        var testDescription: String { self.name }
    }

    private static let hello = Array("hello".utf8)
    private static let limit = 1000

    static let rows: [Row] = [
        Row(name: "nothing", bytes: []),
        Row(name: "text", bytes: serverFrame(1, hello), found: [.text(hello)]),
        Row(name: "empty text", bytes: serverFrame(1), found: [.text([])]),
        Row(name: "two texts", bytes: serverFrame(1, hello) + serverFrame(1), found: [.text(hello), .text([])]),
        Row(name: "half a frame", bytes: Array(serverFrame(1, hello).dropLast())),
        Row(
            name: "126 bytes",
            bytes: serverFrame(1, .init(repeating: 7, count: 126)),
            found: [.text(.init(repeating: 7, count: 126))]
        ),
        Row(
            name: "exactly the limit",
            bytes: serverFrame(1, .init(repeating: 7, count: limit)),
            found: [.text(.init(repeating: 7, count: limit))]
        ),
        Row(
            name: "fragments with a ping between",
            bytes: serverFrame(1, [1], isFinal: false) + serverFrame(9, [9]) + serverFrame(0, [2], isFinal: false)
                + serverFrame(0, [3]) + serverFrame(1, [4]),
            found: [.ping([9]), .text([1, 2, 3]), .text([4])]
        ),
        Row(
            name: "binary, whole and in fragments",
            bytes: serverFrame(2, [1, 2]) + serverFrame(2, [1], isFinal: false) + serverFrame(0, [2, 3]),
            found: [.binary([1, 2]), .binary([1, 2, 3])]
        ),
        Row(name: "pong", bytes: serverFrame(10, [1]), found: [.pong]),
        Row(
            name: "ping of 125 bytes",
            bytes: serverFrame(9, .init(repeating: 1, count: 125)),
            found: [.ping(.init(repeating: 1, count: 125))]
        ),
        Row(name: "close without a code", bytes: serverFrame(8), found: [.close(nil, "")]),
        Row(
            name: "nothing counts after close",
            bytes: serverFrame(8, [0x03, 0xE8] + hello) + serverFrame(1, hello),
            found: [.close(1000, "hello")]
        ),
        Row(name: "reserved bit", bytes: serverFrame(1, hello, reserved: 0x40), violation: .reservedBits),
        Row(name: "unknown opcode", bytes: serverFrame(3), violation: .unknownOpcode(3)),
        Row(name: "unknown control opcode", bytes: serverFrame(11), violation: .unknownOpcode(11)),
        Row(name: "masked", bytes: serverFrame(1, hello, masked: true), violation: .maskedByServer),
        Row(name: "long ping", bytes: serverFrame(9, .init(repeating: 1, count: 126)), violation: .controlTooLong),
        Row(name: "fragmented ping", bytes: serverFrame(9, isFinal: false), violation: .controlFragmented),
        Row(name: "long form of a short length", bytes: serverFrame(1, hello, lengthForm: 2), violation: .badLength),
        Row(name: "longest form of a short length", bytes: serverFrame(1, hello, lengthForm: 8), violation: .badLength),
        Row(name: "negative length", bytes: [0x81, 127, 0x80, 0, 0, 0, 0, 0, 0, 0], violation: .badLength),
        Row(
            name: "enormous length",
            bytes: [0x81, 127, 0x7F] + .init(repeating: 0xFF, count: 7),
            violation: .oversized
        ),
        Row(
            name: "one byte over the limit",
            bytes: serverFrame(1, .init(repeating: 7, count: limit + 1)),
            violation: .oversized
        ),
        Row(
            name: "fragments over the limit",
            bytes: serverFrame(1, .init(repeating: 7, count: limit), isFinal: false) + serverFrame(0, [7]),
            violation: .oversized
        ),
        Row(
            name: "binary fragments over the limit",
            bytes: serverFrame(2, .init(repeating: 7, count: limit), isFinal: false) + serverFrame(0, [7]),
            violation: .oversized
        ),
        Row(name: "continuation of nothing", bytes: serverFrame(0, hello), violation: .unexpectedContinuation),
        Row(
            name: "text within a message",
            bytes: serverFrame(1, hello, isFinal: false) + serverFrame(1, hello),
            violation: .interruptedMessage
        ),
        Row(
            name: "binary within a message",
            bytes: serverFrame(1, hello, isFinal: false) + serverFrame(2, hello),
            violation: .interruptedMessage
        ),
        Row(name: "text that is not UTF-8", bytes: serverFrame(1, hello + [0xFF]), violation: .badText),
        Row(
            name: "text whose character ends in the next fragment",
            bytes: serverFrame(1, [0xE2, 0x82], isFinal: false) + serverFrame(0, [0xAC]),
            found: [.text([0xE2, 0x82, 0xAC])]
        ),
        Row(
            name: "text in fragments that ends within a character",
            bytes: serverFrame(1, [0xE2], isFinal: false) + serverFrame(0, [0x82]),
            violation: .badText
        ),
        Row(name: "close with one byte", bytes: serverFrame(8, [3]), violation: .badClose),
        Row(name: "close with code 1005", bytes: serverFrame(8, [0x03, 0xED]), violation: .badClose),
        Row(name: "close with code 999", bytes: serverFrame(8, [0x03, 0xE7]), violation: .badClose),
        Row(name: "close with code 5000", bytes: serverFrame(8, [0x13, 0x88]), violation: .badClose),
        Row(
            name: "close with a reason that is not UTF-8",
            bytes: serverFrame(8, [3, 0xE8, 0xFF]),
            violation: .badText
        ),
        Row(
            name: "frames before a violation count",
            bytes: serverFrame(1, hello) + serverFrame(3),
            found: [.text(hello)],
            violation: .unknownOpcode(3)
        ),
    ]

    @Test("finds the same frames in one piece, byte by byte, and in random pieces", arguments: rows)
    func anySplit(row: Row) {
        #expect(self.walk([row.bytes]) == (row.found, row.violation))
        #expect(self.walk(row.bytes.map { [$0] }) == (row.found, row.violation))
        for number in 0..<20 as Range<UInt64> {
            var seed = Seed(number)
            #expect(self.walk(self.split(row.bytes, using: &seed)) == (row.found, row.violation), "\(seed)")
        }
    }

    @Test("finds every frame of a long stream, however it is split")
    func longStreams() {
        for number in 0..<100 as Range<UInt64> {
            var seed = Seed(number)
            var (bytes, expected): ([UInt8], [CollectingSink.Found]) = ([], [])
            for _ in 0..<50 {
                let size = Int.random(in: 0...(Bool.random(using: &seed) ? 20 : Self.limit), using: &seed)
                let payload = (0..<size).map { _ in UInt8.random(in: 0..<128, using: &seed) }
                bytes += serverFrame(1, payload)
                expected.append(.text(payload))
            }
            #expect(self.walk(self.split(bytes, using: &seed)) == (expected, nil), "\(seed)")
        }
    }

    @Test("survives any bytes, and hears the same whatever the split")
    func hostileBytes() {
        for number in 0..<2000 as Range<UInt64> {
            var seed = Seed(number)
            var bytes: [UInt8] = []
            for _ in 0..<Int.random(in: 1...12, using: &seed) {
                // Heads that are almost right reach further into the rules than noise does.
                bytes.append([0x81, 0x01, 0x80, 0x89, 0x88, 0x82, 0x00].randomElement(using: &seed) ?? 0)
                let size = Int.random(in: 0...130, using: &seed)
                bytes.append(UInt8(min(size, 255)))
                bytes += (0..<size).map { _ in UInt8.random(in: .min ... .max, using: &seed) }
                if Int.random(in: 0..<4, using: &seed) == 0 { bytes.removeLast() }
            }
            let whole = self.walk([bytes])
            #expect(self.walk(self.split(bytes, using: &seed)) == whole, "\(seed)")
        }
    }

    @Test("hears the same of texts that are taken in runs, and checks those that are not", arguments: [1, 3, 1000])
    func runs(most: Int) {
        for number in 0..<100 as Range<UInt64> {
            var seed = Seed(number)
            var bytes: [UInt8] = []
            for _ in 0..<Int.random(in: 1...90, using: &seed) {
                let text = Int.random(in: 0..<8, using: &seed) == 0 ? "é" : "ascii"
                switch Int.random(in: 0..<60, using: &seed) {
                case 0: bytes += serverFrame(9, [1])
                case 1: bytes += serverFrame(1, [0x41], isFinal: false) + serverFrame(0, [0x42])
                case 2: bytes += serverFrame(1, [0xFF])
                case 3: bytes += serverFrame(1, .init(repeating: 7, count: 300))
                default: bytes += serverFrame(1, Array(text.utf8))
                }
            }
            let alone = self.walk([bytes])
            #expect(self.walk([bytes], mostTaken: most) == alone, "\(seed)")
            #expect(self.walk(self.split(bytes, using: &seed), mostTaken: most) == alone, "\(seed)")
        }
    }

    @Test("offers no run in the midst of a message, and none behind its end")
    func noRuns() throws {
        var walker = FrameWalker()
        var sink = CollectingSink()
        sink.mostTaken = .max
        let ends = serverFrame(1, [1]) + serverFrame(8) + serverFrame(1, [2])
        try walker.walk((serverFrame(1, [3], isFinal: false) + serverFrame(0, [4]) + ends).span, into: &sink)
        #expect(sink.found == [.text([3, 4]), .text([1]), .close(nil, "")])
        #expect(sink.taken == 1)
        var other = FrameWalker()
        #expect(throws: FrameViolation.interruptedMessage) {
            try other.walk((serverFrame(1, [1], isFinal: false) + serverFrame(1, [2])).span, into: &sink)
        }
        #expect(sink.taken == 1)
    }

    @Test("stops at once when the sink has had enough")
    func sinkRefuses() throws {
        var walker = FrameWalker()
        var sink = CollectingSink()
        sink.textLimit = 1
        let bytes = serverFrame(1, [1]) + serverFrame(1, [2])
        try walker.walk(bytes.span, into: &sink)
        try walker.walk(bytes.span, into: &sink)
        #expect(sink.found == [.text([1])])
        let isEnded = walker.isEnded
        #expect(isEnded)
    }

    @Test("reads back what the encoder wrote, once it is unmasked", arguments: [0, 1, 125, 126, 65535, 65536])
    func encoder(size: Int) throws {
        let payload = (0..<size).map { UInt8($0 % 128) }
        var frame = FrameEncoder.frame(.text, payload, mask: 0xA1B2_C3D4)
        #expect(frame[1] & 0x80 != 0)
        frame[1] &= 0x7F
        let head = FrameHeader.headLength(frame[1])
        let mask = frame[head..<head + 4]
        #expect(Array(mask) == [0xA1, 0xB2, 0xC3, 0xD4])
        let unmasked = frame[(head + 4)...].enumerated().map { $1 ^ [0xA1, 0xB2, 0xC3, 0xD4][$0 % 4] }
        #expect(self.walk([Array(frame[..<head]) + unmasked], limit: 1 << 20) == ([.text(payload)], nil))
    }

    private func walk(
        _ pieces: [[UInt8]],
        limit: Int = Self.limit,
        mostTaken: Int = 0
    ) -> ([CollectingSink.Found], FrameViolation?) {
        var walker = FrameWalker(maxMessageBytes: limit)
        var sink = CollectingSink()
        sink.mostTaken = mostTaken
        for piece in pieces {
            do throws(FrameViolation) {
                try walker.walk(piece.span, into: &sink)
            } catch {
                return (sink.found, error)
            }
        }
        return (sink.found, nil)
    }

    private func split(_ bytes: [UInt8], using seed: inout Seed) -> [[UInt8]] {
        var (pieces, start): ([[UInt8]], Int) = ([], 0)
        while start < bytes.count {
            let end = min(bytes.count, start + Int.random(in: 0...300, using: &seed))
            pieces.append(Array(bytes[start..<end]))
            start = end
        }
        return pieces
    }
}
