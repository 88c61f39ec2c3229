public import Synchronization

/// Time that only grows, printed in seconds; kept in whole nanoseconds, so its sum is exact in any order.
public final class SecondsCounter: Sendable {
    // Relaxed: like a counter, it orders nothing else. 2^64 ns are 584 years.
    @usableFromInline let nanoseconds = Atomic<UInt64>(0)

    @usableFromInline init() {}

    /// Adds a time; a negative one, which a clock could give by mistake, adds nothing.
    @inlinable public func add(nanoseconds: Int64) {
        guard nanoseconds > 0 else { return }
        self.nanoseconds.wrappingAdd(UInt64(nanoseconds), ordering: .relaxed)
    }

    /// In seconds.
    public var value: Double { Double(self.nanoseconds.load(ordering: .relaxed)) / 1e9 }
}
