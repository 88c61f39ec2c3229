public import Synchronization

/// A count that only grows; one relaxed atomic add.
///
/// Relaxed suffices: the count orders nothing else, and no decision is made from it. Half of the threads add to one
/// cell and half to another, in different cache lines, so that two that count the same thing at once seldom wait for
/// each other's line.
public final class Counter: Sendable {
    // In this order: the gap keeps the cells 64 bytes apart.
    @usableFromInline let even = Atomic<UInt64>(0)
    private let gap: (UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0, 0, 0, 0)
    @usableFromInline let odd = Atomic<UInt64>(0)

    @usableFromInline init() {}

    @inlinable public func increment(by amount: UInt64 = 1) {
        if Self.isOddThread {
            self.odd.wrappingAdd(amount, ordering: .relaxed)
        } else {
            self.even.wrappingAdd(amount, ordering: .relaxed)
        }
    }

    /// Never less than what one reader saw before: neither cell shrinks.
    @inlinable public var value: UInt64 {
        self.even.load(ordering: .relaxed) &+ self.odd.load(ordering: .relaxed)
    }

    /// Tells threads apart by where their stacks are: these are neighbours, 8 MB each.
    @inlinable static var isOddThread: Bool {
        unsafe withUnsafeTemporaryAllocation(byteCount: 1, alignment: 1) {
            Int(bitPattern: $0.baseAddress) >> 23 & 1 == 1
        }
    }
}
