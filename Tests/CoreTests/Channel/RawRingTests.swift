import TestSupport
import Testing

@testable import Core

@Suite("Raw ring")
struct RawRingTests {
    private static func element(_ random: inout SplitMix64, number: Int, instruments: Int) -> RawElement {
        let instrument = InstrumentIndex(random.int(0...(instruments - 1)))
        switch random.int(0...9) {
        case 0: return RawElement(.control, venue: VenueIndex(0))
        case 1: return RawElement(.stale(instrument, .lost, at: .origin + Int64(number)), venue: VenueIndex(1))
        case 2: return RawElement(.heartbeat(loop: 0, sentAt: .origin + Int64(number)), venue: .none)
        default:
            let quote = Quote.at(instrument.position, bid: 1, ask: 2, sequence: UInt64(number), .origin)
            return RawElement(.quote(quote), venue: VenueIndex(0))
        }
    }

    private static func instrument(ofQuote element: RawElement) -> InstrumentIndex? {
        guard case .quote(let quote) = element.payload else { return nil }
        return quote.instrument
    }

    @Test(
        "is an array that gives up what its policy says",
        arguments: Seeds.fresh(12),
        OverflowPolicy.allCases
    )
    func model(seed: UInt64, policy: OverflowPolicy) {
        var random = SplitMix64(seed: seed)
        let capacity = random.oneIn(3) ? random.int(1_000...3_000) : random.int(1...24)
        let instruments = random.int(1...(capacity * 2))
        var ring = RawRing(capacity: capacity, policy: policy)
        var model: [RawElement] = []
        for number in 0..<8_000 {
            if random.oneIn(number % 2_000 < 1_500 ? 12 : 2) {
                for _ in 0..<random.int(0...(capacity / 2)) {
                    let popped = ring.pop()
                    #expect(popped == (model.isEmpty ? nil : model.removeFirst()))
                }
            } else {
                let element = Self.element(&random, number: number, instruments: instruments)
                let loss = ring.push(element)
                var expected: RawRing.Loss?
                if model.count == capacity {
                    let own = Self.instrument(ofQuote: element).flatMap { instrument in
                        model.lastIndex { Self.instrument(ofQuote: $0) == instrument }
                    }
                    if policy == .conflate, let own {
                        expected = .conflated(model.remove(at: own))
                    } else {
                        expected = .displaced(model.removeFirst())
                    }
                }
                #expect(loss == expected)
                model.append(element)
            }
            if ring.count != model.count { Issue.record("\(ring.count) elements, not \(model.count)") }
        }
        while let element = ring.pop() { #expect(element == (model.isEmpty ? nil : model.removeFirst())) }
        #expect(model.isEmpty)
    }

    @Test("conflating, a loud instrument loses its own quotes and the quiet one keeps its only one")
    func loudAndQuiet() {
        let channel = RawChannel(capacity: 4, venues: 2, overflow: .conflate, wake: {})
        func quote(_ instrument: Int, _ sequence: UInt64) -> RawElement {
            let quote = Quote.at(instrument, bid: 1, ask: 2, sequence: sequence, .origin)
            return RawElement(.quote(quote), venue: VenueIndex(instrument))
        }
        var tally = FeedTally()
        var batch = [quote(1, 1)] + (1...100).map { quote(0, $0) }
        for _ in batch { tally.countEvent(.quote) }
        channel.send(&batch, tally: &tally, venue: VenueIndex(0))
        var (taken, displaced) = ([RawElement](), [InstrumentIndex]())
        _ = channel.take(into: &taken, displaced: &displaced, completed: EngineTally())
        #expect(displaced.isEmpty, "nothing is lost that is not newer in the batch")
        #expect(taken == [quote(1, 1), quote(0, 1), quote(0, 2), quote(0, 100)])
        let flow = channel.snapshot()
        #expect(flow.conflated == [97, 0, 0])
        #expect(flow.displaced == [0, 0, 0])
        #expect(flow.residual(.raw) == 0)
    }

    @Test("a ring without room is a mistake")
    func noRoom() async {
        await #expect(processExitsWith: .failure) { _ = RawRing(capacity: 0, policy: .displace) }
    }
}
