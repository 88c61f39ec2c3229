public import Synchronization

/// A count that only grows; one relaxed atomic add.
///
/// Relaxed suffices: the count orders nothing else, and no decision is made from it.
public final class Counter: Sendable {
    @usableFromInline let total = Atomic<UInt64>(0)

    @usableFromInline init() {}

    @inlinable public func increment(by amount: UInt64 = 1) {
        self.total.wrappingAdd(amount, ordering: .relaxed)
    }

    @inlinable public var value: UInt64 { self.total.load(ordering: .relaxed) }
}
