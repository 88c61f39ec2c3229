import Synchronization

/// A fixed row of atomic counts; the standard arrays cannot hold atomics, which must never be copied.
// Invariant: `cells` points to `count` initialised atomics from init to deinit and is never reassigned; all access to
// them is atomic, and every index is checked against `count`.
@safe struct AtomicCells: ~Copyable, @unchecked Sendable {
    let count: Int
    private let cells: UnsafeMutablePointer<Atomic<UInt64>>

    init(count: Int) {
        self.count = count
        unsafe self.cells = .allocate(capacity: count)
        for index in 0..<count { unsafe (self.cells + index).initialize(to: Atomic(0)) }
    }

    deinit {
        unsafe self.cells.deinitialize(count: self.count)
        unsafe self.cells.deallocate()
    }

    func add(_ amount: UInt64, at index: Int) {
        precondition(index >= 0 && index < self.count, "There is no such cell.")
        unsafe self.cells[index].wrappingAdd(amount, ordering: .relaxed)
    }

    subscript(_ index: Int) -> UInt64 {
        precondition(index >= 0 && index < self.count, "There is no such cell.")
        return unsafe self.cells[index].load(ordering: .relaxed)
    }
}
