import Synchronization
import TestSupport
import Testing

@testable import Core

@Suite("Update channel")
struct UpdateChannelTests {
    private static func point(_ number: Int, venue: Int = 0) -> PairPoint {
        PairPoint(
            pair: PairIndex(0),
            number: UInt64(number),
            time: .origin + Int64(number),
            spread: 0.001,
            band: nil,
            venue: VenueIndex(venue),
            receivedAt: .origin
        )
    }

    private final class Bell: Sendable {
        let rings = Mutex(0)
        func ring() { self.rings.withLock { $0 += 1 } }
        var count: Int { self.rings.withLock { $0 } }
    }

    @Test("delivers in order, displaces the oldest, and accounts for every point", arguments: Seeds.fresh(6))
    func model(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let capacity = random.int(1...3_000)
        let channel = UpdateChannel(capacity: capacity, venues: 3, wake: {})
        var waiting: [PairPoint] = []
        var (sent, displaced, received) = (0, [0, 0, 0], 0)
        var points: [PairPoint] = []
        for _ in 0..<200 {
            if random.oneIn(3) {
                _ = channel.take(into: &points)
                #expect(points == waiting)
                received += points.count
                waiting = []
            } else {
                points = (0..<random.int(0...(capacity / 2 + 2))).map { offset in
                    Self.point(sent + offset, venue: random.int(0...2))
                }
                sent += points.count
                waiting += points
                for lost in waiting.dropLast(capacity) { displaced[lost.venue.position] += 1 }
                waiting = waiting.suffix(capacity)
                channel.send(&points, at: .origin)
                #expect(points.isEmpty)
            }
            let flow = channel.snapshot(at: .origin)
            #expect(flow.displaced.map(Int.init) == displaced)
            #expect(flow.depth == UInt64(waiting.count))
            #expect(flow.terms.residual == 0)
            #expect(flow.terms.into == UInt64(sent))
            #expect(flow.terms.out == UInt64(received))
            #expect(flow.depthMax >= flow.depth)
        }
    }

    @Test("a count that is wrong shows in the residual")
    func residual() {
        let channel = UpdateChannel(capacity: 2, venues: 1, wake: {})
        var points = [1, 2, 3].map { Self.point($0) }
        channel.send(&points, at: .origin)
        let flow = channel.snapshot(at: .origin)
        #expect(flow.terms.residual == 0)
        var corrupted = [flow, flow, flow, flow]
        corrupted[0].enqueued[0] += 1
        corrupted[1].dequeued[0] += 1
        corrupted[2].displaced[0] += 1
        corrupted[3].depth += 1
        for flow in corrupted { #expect(flow.terms.residual != 0) }
    }

    @Test("wakes the consumer once a burst, and only when it sleeps")
    func wake() {
        let bell = Bell()
        let channel = UpdateChannel(capacity: 10, venues: 1, wake: { bell.ring() })
        var none: [PairPoint] = []
        channel.send(&none, at: .origin)
        #expect(bell.count == 0)
        for number in 1...3 {
            var points = [Self.point(number)]
            channel.send(&points, at: .origin)
        }
        #expect(bell.count == 1)
        var taken: [PairPoint] = []
        #expect(channel.take(into: &taken))
        #expect(taken.count == 3)
        var points = [Self.point(4)]
        channel.send(&points, at: .origin)
        #expect(bell.count == 1, "it is awake: it found something, and will look again")
        #expect(channel.take(into: &taken))
        #expect(!channel.take(into: &taken), "now it sleeps")
        points = [Self.point(5)]
        channel.send(&points, at: .origin)
        #expect(bell.count == 2)
    }

    @Test("the highest level leaves after a minute, also when nothing comes any more")
    func highWater() {
        let channel = UpdateChannel(capacity: 10, venues: 1, wake: {})
        var points = (1...7).map { Self.point($0) }
        channel.send(&points, at: .origin)
        _ = channel.take(into: &points)
        #expect(channel.snapshot(at: .origin + 50 * second).depthMax == 7)
        #expect(channel.snapshot(at: .origin + 66 * second).depthMax == 0)
    }
}
