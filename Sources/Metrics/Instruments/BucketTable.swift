import Synchronization

/// The counts of a native histogram's buckets, at one resolution.
///
/// A hash table of fixed size: a slot belongs to the first bucket that claims it, for ever. Adding to a claimed slot is
/// one atomic add, claiming one more exchange, and both look at a bounded number of slots: nobody ever waits. When
/// `limit` slots are claimed, further buckets are counted in a table of half the resolution, and a reading merges the
/// finer counts into the coarser ones. So no count ever moves, and what was given up stays given up.
// Invariant: `slots` and `order` point to `capacity` initialised elements each from init to deinit and are never
// reassigned; all access to them is atomic, and positions are cut to the capacity.
@safe final class BucketTable: @unchecked Sendable {
    private struct Slot: ~Copyable {
        // Relaxed, both: a reader that sees a claim without its first counts sees them in the next scrape.
        let key = Atomic<UInt64>(0)
        let count = Atomic<UInt64>(0)
    }

    /// Even with one bucket for 16 octaves, all doubles of both signs and all classic bounds find room.
    private static let coarsestCapacity = 1024
    /// So many neighbouring buckets are looked for side by side: observations are seldom far from one another.
    private static let lineSlots = 4

    let schema: Int
    private let limit: Int
    private let capacity: Int
    private let shift: UInt64
    private let slots: UnsafeMutablePointer<Slot>
    /// The positions of claimed slots plus one, in the order of the claims, so that a reading visits no empty ones.
    private let order: UnsafeMutablePointer<Atomic<UInt32>>
    private let claimed = Atomic<Int>(0)
    private let next = AtomicLazyReference<BucketTable>()

    /// - Parameters:
    ///   - schema: The resolution.
    ///   - limit: How many slots may be claimed; more by a few when several threads claim at once.
    init(schema: Int, limit: Int) {
        self.schema = schema
        self.limit = limit
        // A third stays free, so that looking for a slot is short.
        var bits = 5
        while 1 << bits < limit + limit / 2 { bits += 1 }
        self.capacity = schema == NativeScale.schemas.lowerBound ? max(1 << bits, Self.coarsestCapacity) : 1 << bits
        self.shift = UInt64(64 - (self.capacity / Self.lineSlots).trailingZeroBitCount)
        // Each four slots are in one line of the caches.
        unsafe self.slots = UnsafeMutableRawPointer.allocate(
            byteCount: self.capacity * MemoryLayout<Slot>.stride,
            alignment: Self.lineSlots * MemoryLayout<Slot>.stride
        ).bindMemory(to: Slot.self, capacity: self.capacity)
        unsafe self.order = .allocate(capacity: self.capacity)
        for position in 0..<self.capacity {
            unsafe (self.slots + position).initialize(to: Slot())
            unsafe (self.order + position).initialize(to: Atomic(0))
        }
    }

    deinit {
        unsafe self.slots.deinitialize(count: self.capacity)
        unsafe self.slots.deallocate()
        unsafe self.order.deinitialize(count: self.capacity)
        unsafe self.order.deallocate()
    }

    @inline(__always)
    func add(_ amount: UInt64, to key: BucketKey, by writers: Writers = .many) {
        let line = Int(
            truncatingIfNeeded: (UInt64(bitPattern: Int64(key.index >> 2)) &* 0x9E37_79B9_7F4A_7C15) &>> self.shift
        )
        let position = line &* Self.lineSlots &+ (key.index & (Self.lineSlots - 1))
        // Nearly always it stands where it is looked for first.
        if unsafe self.slots[position].key.load(ordering: .relaxed) == key.bits {
            unsafe self.slots[position].count.add(amount, by: writers)
        } else {
            self.search(amount, key, from: position)
        }
    }

    @inline(never)
    private func search(_ amount: UInt64, _ key: BucketKey, from start: Int) {
        var position = start
        for _ in 0..<self.capacity {
            let owner = unsafe self.slots[position].key.load(ordering: .relaxed)
            if owner == key.bits || (owner == 0 && self.claim(position, for: key)) {
                unsafe self.slots[position].count.wrappingAdd(amount, ordering: .relaxed)
                return
            }
            // A free slot ends the search: the key cannot stand behind it, unless another one has just taken it.
            if owner == 0, unsafe self.slots[position].key.load(ordering: .relaxed) == 0 { break }
            position = (position + 1) & (self.capacity - 1)
        }
        self.coarser.add(amount, to: key.coarser)
    }

    /// Whether the slot is the key's now.
    private func claim(_ position: Int, for key: BucketKey) -> Bool {
        guard
            self.schema == NativeScale.schemas.lowerBound || self.claimed.load(ordering: .relaxed) < self.limit
        else { return false }
        let outcome = unsafe self.slots[position].key.compareExchange(
            expected: 0,
            desired: key.bits,
            ordering: .relaxed
        )
        if outcome.exchanged {
            // Each slot is claimed once, so there is a place for each claim.
            let place = self.claimed.wrappingAdd(1, ordering: .relaxed).oldValue
            unsafe self.order[place].store(UInt32(position + 1), ordering: .relaxed)
        }
        return outcome.exchanged || outcome.original == key.bits
    }

    private var coarser: BucketTable {
        if let known = self.next.load() { return known }
        precondition(self.schema > NativeScale.schemas.lowerBound, "All doubles have room in the coarsest buckets.")
        return self.next.storeIfNil(BucketTable(schema: self.schema - 1, limit: self.limit))
    }

    /// The table of the resolution that is left, with those of all finer ones before it.
    func forEach(_ body: (_ schema: Int, _ key: BucketKey, _ count: UInt64) -> Void) {
        let claimed = min(self.claimed.load(ordering: .relaxed), self.capacity)
        for place in 0..<claimed {
            // A claim that is being entered is seen in the next scrape.
            let position = unsafe Int(self.order[place].load(ordering: .relaxed)) - 1
            guard position >= 0 else { continue }
            let key = unsafe self.slots[position].key.load(ordering: .relaxed)
            let count = unsafe self.slots[position].count.load(ordering: .relaxed)
            if key != 0, count != 0 { body(self.schema, BucketKey(bits: key), count) }
        }
        self.next.load()?.forEach(body)
    }
}
