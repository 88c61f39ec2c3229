import Synchronization
import Testing

@testable import Core

@Suite("Slab")
struct SlabTests {
    private final class Counted: Sendable {
        let alive: Alive
        init(_ alive: Alive) {
            self.alive = alive
            alive.count.add(1, ordering: .relaxed)
        }
        deinit { self.alive.count.subtract(1, ordering: .relaxed) }
    }

    private final class Alive: Sendable {
        let count = Atomic<Int>(0)
    }

    @Test("keeps what is appended, in order, while it grows, and what is changed in place")
    func elements() {
        var slab = Slab<[Int]>()
        for value in 0..<1_000 { slab.append([value]) }
        for index in slab.indices where index % 3 == 0 { slab[index].append(-index) }
        #expect(slab.count == 1_000)
        for index in slab.indices { #expect(slab[index] == (index % 3 == 0 ? [index, -index] : [index])) }
        let length = slab.look(999) { $0.count }
        #expect(length == 2)
        slab.removeAll()
        #expect(slab.indices.isEmpty)
        slab.append([7])
        #expect(slab[0] == [7])
    }

    @Test("ends each element once, whether it is emptied or ends itself")
    func lifetimes() {
        let alive = Alive()
        var slab = Slab<Counted>()
        for _ in 0..<100 { slab.append(Counted(alive)) }
        #expect(alive.count.load(ordering: .relaxed) == 100)
        slab.removeAll()
        #expect(alive.count.load(ordering: .relaxed) == 0)
        do {
            var inner = Slab<Counted>()
            for _ in 0..<40 { inner.append(Counted(alive)) }
            #expect(alive.count.load(ordering: .relaxed) == 40)
        }
        #expect(alive.count.load(ordering: .relaxed) == 0)
    }

    @Test("what is as large as a line of memory begins with one, and smaller things stand side by side")
    func lines() {
        var large = Slab<InlineArray<9, UInt64>>()
        var small = Slab<UInt32>()
        for value in 0..<40 as Range<UInt64> {
            large.append(InlineArray(repeating: value))
            small.append(UInt32(value))
        }
        for index in large.indices { #expect(large[index][8] == UInt64(index) && small[index] == UInt32(index)) }
        #expect(large.bytes == large.capacity * 128 && small.bytes == small.capacity * 4)
    }

    @Test("asks for memory ahead also where there is none")
    func prefetch() {
        var slab = Slab<Int>()
        slab.prefetch(0)
        slab.append(1)
        for position in [-1, 0, 1, .max, .min] { slab.prefetch(position) }
        #expect(slab[0] == 1)
    }

    @Test("an index beyond the end ends the program instead of reading what is there")
    func bounds() async {
        await #expect(processExitsWith: .failure) {
            var slab = Slab<Int>()
            slab.append(1)
            _ = slab[1]
        }
    }
}
