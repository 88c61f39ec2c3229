import TestSupport
import Testing

@testable import Core

@Suite("Drop-oldest ring")
struct DropOldestRingTests {
    @Test("behaves as an array that loses its first element when full", arguments: Seeds.fresh(10))
    func model(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let capacity = random.int(1...16)
        var ring = DropOldestRing<Int>(capacity: capacity)
        var (model, sent) = ([Int](), 0)
        for _ in 0..<3_000 {
            if random.oneIn(2) {
                sent += 1
                let displaced = ring.push(sent)
                #expect(displaced == (model.count == capacity ? model.removeFirst() : nil))
                model.append(sent)
            } else {
                let popped = ring.pop()
                #expect(popped == (model.isEmpty ? nil : model.removeFirst()))
            }
            #expect(ring.count == model.count)
        }
    }

    @Test("conserves elements and keeps their order under any interleaving", arguments: Seeds.fresh(10))
    func conservation(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var ring = DropOldestRing<Int>(capacity: random.int(1...64))
        var (sent, received, displaced, newest) = (0, 0, 0, 0)
        for _ in 0..<200 {
            // Bursts of either kind, so that the ring is often full and often empty.
            for _ in 0..<random.int(0...80) {
                sent += 1
                guard let oldest = ring.push(sent) else { continue }
                displaced += 1
                #expect(oldest > newest, "displaced out of order")
                newest = oldest
            }
            for _ in 0..<random.int(0...80) {
                guard let element = ring.pop() else { break }
                received += 1
                #expect(element > newest, "received out of order")
                newest = element
            }
            #expect(sent == received + displaced + ring.count)
        }
    }

    @Test("lets go of what was taken out of it")
    func release() {
        final class Tenant {}
        var ring = DropOldestRing<Tenant>(capacity: 2)
        weak var first: Tenant?
        weak var second: Tenant?
        do {
            let tenants = (Tenant(), Tenant())
            (first, second) = tenants
            #expect(ring.push(tenants.0) == nil)
            #expect(ring.push(tenants.1) == nil)
        }
        #expect(first != nil && second != nil)
        _ = ring.pop()
        #expect(first == nil && second != nil)
        _ = ring.pop()
        #expect(second == nil)
    }
}

extension DropOldestRingTests {
    @Test("refuses to be without room")
    func noRoom() async {
        await #expect(processExitsWith: .failure) { _ = DropOldestRing<Int>(capacity: 0) }
    }
}
