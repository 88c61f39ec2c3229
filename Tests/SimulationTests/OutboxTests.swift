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
