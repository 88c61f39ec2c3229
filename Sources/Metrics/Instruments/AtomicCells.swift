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

    func add(_ amount: UInt64, at index: Int, by writers: Writers = .many) {
        precondition(index >= 0 && index < self.count, "There is no such cell.")
        unsafe self.cells[index].add(amount, by: writers)
    }

    subscript(_ index: Int) -> UInt64 {
        precondition(index >= 0 && index < self.count, "There is no such cell.")
        return unsafe self.cells[index].load(ordering: .relaxed)
    }
}

/// Who adds to a count: with one thread there is nothing to be locked.
enum Writers { case one, many }

extension Atomic<UInt64> {
    /// Adds, in any order with what others do; with one writer that is a plain load and store.
    ///
    /// - Returns: What stood there before.
    @inline(__always) @discardableResult
    func add(_ amount: UInt64, by writers: Writers) -> UInt64 {
        switch writers {
        case .many: return self.wrappingAdd(amount, ordering: .relaxed).oldValue
        case .one:
            let before = self.load(ordering: .relaxed)
            self.store(before &+ amount, ordering: .relaxed)
            return before
        }
    }
}
