/// The highest level of the last minute: twelve slots of 5 s, so that no scrape misses a peak or clears it for another.
struct HighWater: Sendable {
    private static let slotNanoseconds: Int64 = 5_000_000_000
    private var slots = InlineArray<12, UInt64>(repeating: 0)
    private var current = 0
    private var slotNumber = Int64.min

    mutating func note(_ level: UInt64) { self.slots[self.current] = max(self.slots[self.current], level) }

    /// Moves on to the slot of `now`, which begins at `level`; slots that were passed over are emptied.
    mutating func advance(to now: Timestamp, level: UInt64) {
        let number = now.nanoseconds / Self.slotNanoseconds
        guard number > self.slotNumber else { return }
        let passed = self.slotNumber == .min ? 1 : min(number - self.slotNumber, Int64(self.slots.count))
        self.slotNumber = number
        for _ in 0..<passed {
            self.current = (self.current + 1) % self.slots.count
            self.slots[self.current] = level
        }
    }

    var value: UInt64 {
        var highest: UInt64 = 0
        for index in self.slots.indices { highest = max(highest, self.slots[index]) }
        return highest
    }
}
