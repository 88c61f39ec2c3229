import Simulation
import Testing

@Suite("What a socket has not taken")
struct OutboxTests {
    @Test("holds every frame that was not taken whole, and none twice")
    func untaken() {
        var outbox = Outbox()
        for _ in 0..<4 { outbox.append(bytes: 10, isCounted: true) }
        outbox.left(untakenBytes: 25)
        #expect(outbox.abandon() == 3)
        #expect(outbox.abandon() == 0)
    }

    @Test("does not count pings and closes, whose bytes wait like any others")
    func uncounted() {
        var outbox = Outbox()
        outbox.append(bytes: 10, isCounted: true)
        outbox.append(bytes: 6, isCounted: false)
        outbox.append(bytes: 10, isCounted: true)
        outbox.left(untakenBytes: 16)
        #expect(outbox.abandon() == 1)
    }

    @Test("agrees with a plain sum over many frames, whatever the socket takes at a time")
    func manyFrames() {
        var (outbox, generator) = (Outbox(), SplitMix64(seed: 11))
        var (ends, taken) = ([Int](), 0)
        for _ in 0..<5_000 {
            outbox.append(bytes: 1 + Int(generator.next() % 200), isCounted: true)
            ends.append(outbox.bytes)
            taken += Int(generator.next() % UInt64(outbox.bytes - taken + 1)) / 4
            outbox.left(untakenBytes: outbox.bytes - taken)
        }
        #expect(outbox.abandon() == ends.count { $0 > taken })
    }
}

@Suite("What TLS has not sent")
struct RecordsTests {
    @Test("a record that is not there to its last byte is not there at all")
    func wholeRecords() {
        var records = Records()
        // A handshake of 300 bytes came first, and 50 bytes of tickets between the two.
        records.append(plainBytes: 100, endingAt: 422)
        records.append(plainBytes: 40, endingAt: 534)
        #expect(records.untakenBytes(afterSealed: 300) == 140)
        #expect(records.untakenBytes(afterSealed: 421) == 140)
        #expect(records.untakenBytes(afterSealed: 422) == 40)
        #expect(records.untakenBytes(afterSealed: 533) == 40)
        records.append(plainBytes: 7, endingAt: 563)
        #expect(records.untakenBytes(afterSealed: 534) == 7)
        #expect(records.untakenBytes(afterSealed: 563) == 0)
    }

    @Test("a frame that is judged by its beginning counts as received with it")
    func judged() {
        var outbox = Outbox()
        outbox.append(bytes: 10, isCounted: true)
        outbox.append(bytes: 2_000_010, isCounted: true, judgedAfter: 10)
        outbox.left(untakenBytes: 2_000_001)
        var early = outbox
        #expect(early.abandon() == 1)
        outbox.left(untakenBytes: 2_000_000)
        #expect(outbox.abandon() == 0)
    }
}
