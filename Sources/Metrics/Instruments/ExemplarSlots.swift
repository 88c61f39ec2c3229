import Synchronization

/// The latest exemplar of each bucket of one histogram.
///
/// Offering takes a try at the slot and gives up when another thread is at it or the exemplar there is fresh enough:
/// nobody waits, and most observations only read one number. A reader that meets a writer goes without this time.
// Invariant: `slots` points to `count` initialised slots from init to deinit and is never reassigned; all access to
// them is atomic, and every index is checked against `count`.
@safe final class ExemplarSlots: @unchecked Sendable {
    /// An exemplar younger than this is not replaced: a scrape could not show both.
    static let refresh: Int64 = 500_000_000

    private struct Slot: ~Copyable {
        /// Odd while somebody writes.
        let version = Atomic<UInt64>(0)
        let time = Atomic<Int64>(.min)
        let value = Atomic<Double>(0)
        let subject = Atomic<UInt32>(0)
        let number = Atomic<UInt64>(0)
    }

    private let count: Int
    private let slots: UnsafeMutablePointer<Slot>

    init(count: Int) {
        self.count = count
        unsafe self.slots = .allocate(capacity: count)
        for index in 0..<count { unsafe (self.slots + index).initialize(to: Slot()) }
    }

    deinit {
        unsafe self.slots.deinitialize(count: self.count)
        unsafe self.slots.deallocate()
    }

    func offer(_ value: Double, _ evidence: Evidence, in bucket: Int) {
        precondition(bucket >= 0 && bucket < self.count, "There is no such bucket.")
        let last = unsafe self.slots[bucket].time.load(ordering: .relaxed)
        guard last == .min || evidence.time &- last >= Self.refresh || evidence.time < last else { return }
        let version = unsafe self.slots[bucket].version.load(ordering: .relaxed)
        guard version.isMultiple(of: 2) else { return }
        let taken = unsafe self.slots[bucket].version.compareExchange(
            expected: version,
            desired: version + 1,
            ordering: .acquiring
        )
        guard taken.exchanged else { return }
        // Releasing, each: whoever sees one of these also sees that the version is odd, or newer.
        unsafe self.slots[bucket].time.store(evidence.time, ordering: .releasing)
        unsafe self.slots[bucket].value.store(value, ordering: .releasing)
        unsafe self.slots[bucket].subject.store(evidence.subject, ordering: .releasing)
        unsafe self.slots[bucket].number.store(evidence.number, ordering: .releasing)
        unsafe self.slots[bucket].version.store(version + 2, ordering: .releasing)
    }

    /// Appends one entry for each bucket.
    func read(into exemplars: inout [Exemplar?]) {
        for bucket in 0..<self.count { exemplars.append(self.read(bucket)) }
    }

    private func read(_ bucket: Int) -> Exemplar? {
        let version = unsafe self.slots[bucket].version.load(ordering: .acquiring)
        guard version > 0, version.isMultiple(of: 2) else { return nil }
        // Acquiring, each: the version read last is at least as new as what was read before it.
        let evidence = unsafe Evidence(
            subject: self.slots[bucket].subject.load(ordering: .acquiring),
            number: self.slots[bucket].number.load(ordering: .acquiring),
            time: self.slots[bucket].time.load(ordering: .acquiring)
        )
        let value = unsafe self.slots[bucket].value.load(ordering: .acquiring)
        guard unsafe self.slots[bucket].version.load(ordering: .relaxed) == version else { return nil }
        return Exemplar(value: value, evidence: evidence)
    }
}
