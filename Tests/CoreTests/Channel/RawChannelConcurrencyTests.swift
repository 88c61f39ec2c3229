import Core
import Synchronization
import TestSupport
import Testing

@Suite("Raw channel between threads", .timeLimit(.minutes(5)))
struct RawChannelConcurrencyTests {
    @Test(
        "conserves and keeps each producer's order, and every look meanwhile finds the ledger balanced",
        arguments: Seeds.fresh(4)
    )
    func conservation(seed: UInt64) {
        let (producers, perProducer) = (3, 12_000)
        let bell = Bell()
        let channel = RawChannel(capacity: 500, venues: producers, wake: { bell.ring() })
        let remaining = Atomic<Int>(producers)
        let isOver = Atomic<Bool>(false)
        let findings = Findings()
        let looks = Atomic<Int>(0)
        let received = Mutex<[[UInt64]]>(Array(repeating: [], count: producers))
        let named = Mutex<Int>(0)

        var bodies: [@Sendable () -> Void] = (0..<producers).map { venue in
            {
                var random = SplitMix64(seed: seed &+ UInt64(venue))
                Self.produce(perProducer, venue: venue, into: channel, &random)
                if remaining.subtract(1, ordering: .acquiringAndReleasing).newValue == 0 { channel.finish() }
            }
        }
        bodies.append {
            Self.consume(from: channel, bell: bell) { batch, displaced in
                for element in batch {
                    guard let sequence = element.sequence else { continue }
                    received.withLock { $0[element.venue.position].append(sequence) }
                }
                named.withLock { $0 += displaced.count }
            }
            isOver.store(true, ordering: .releasing)
        }
        bodies.append {
            while !isOver.load(ordering: .acquiring) {
                let flow = channel.snapshot()
                for stage in FlowStage.allCases where flow.terms(stage).residual != 0 {
                    findings.note("residual of \(stage): \(flow.terms(stage))")
                }
                looks.add(1, ordering: .relaxed)
            }
        }
        Threads.run(bodies)
        #expect(findings.first.isEmpty)

        let flow = channel.snapshot()
        let taken = received.withLock { $0 }
        #expect(looks.load(ordering: .relaxed) > 0)
        #expect(flow.depth == 0 && flow.engineHeld == 0)
        for venue in 0..<producers {
            #expect(flow.enqueued[venue] == UInt64(perProducer))
            #expect(taken[venue].count + Int(flow.displaced[venue]) == perProducer)
            #expect(zip(taken[venue], taken[venue].dropFirst()).allSatisfy(<), "reordered")
        }
        let displaced = flow.displaced.reduce(0, +)
        #expect(named.withLock { $0 } <= Int(displaced), "named more losses than there were")
        #expect((named.withLock { $0 } > 0) == (displaced > 0))
        for stage in FlowStage.allCases { #expect(flow.terms(stage).residual == 0, "\(stage)") }
    }

    /// Sends numbered elements in bursts of random length, counted as a feed would count them.
    private static func produce(_ total: Int, venue: Int, into channel: RawChannel, _ random: inout SplitMix64) {
        var (sent, batch) = (0, [RawElement]())
        while sent < total {
            var tally = FeedTally()
            for _ in 0..<min(random.int(1...200), total - sent) {
                sent += 1
                batch.append(.numbered(UInt64(sent), instrument: venue, venue: venue))
                tally.countEvent(.quote)
                if random.oneIn(10) {
                    tally.countEvent(.quote)
                    tally.rejectEvent(.quote, .duplicate)
                }
            }
            tally.framesIn = 1
            tally.framesOut = 1
            channel.send(&batch, tally: &tally, venue: VenueIndex(venue))
        }
    }

    /// Takes until the channel is finished, sleeping whenever it is empty.
    private static func consume(
        from channel: RawChannel,
        bell: Bell,
        _ body: ([RawElement], [InstrumentIndex]) -> Void
    ) {
        var (batch, displaced, completed) = ([RawElement](), [InstrumentIndex](), EngineTally())
        while true {
            switch channel.take(into: &batch, displaced: &displaced, completed: completed) {
            case .batch: body(batch, displaced)
            case .empty: bell.wait()
            case .finished: return
            }
            completed = EngineTally()
            completed.applied = UInt64(batch.count)
        }
    }
}

/// What wakes the consumer: a ring before the wait is not lost.
private final class Bell: Sendable {
    private let isRung = Atomic<Bool>(false)

    func ring() { self.isRung.store(true, ordering: .releasing) }

    /// Gives the processor away until the bell was rung: a lost wake-up hangs here, and the time limit shows it.
    func wait() { while !self.isRung.exchange(false, ordering: .acquiring) { Threads.yield() } }
}
