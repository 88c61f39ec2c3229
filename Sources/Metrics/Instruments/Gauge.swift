public import Synchronization

/// A number that goes up and down.
public final class Gauge: Sendable {
    @usableFromInline let current = Atomic<Double>(0)

    @usableFromInline init() {}

    @inlinable public func set(_ value: Double) {
        self.current.store(value, ordering: .relaxed)
    }

    /// Adds `amount` (negative to subtract); retries only while another thread changes the same gauge.
    public func add(_ amount: Double) {
        var seen = self.current.load(ordering: .relaxed)
        while true {
            let (exchanged, original) = self.current.weakCompareExchange(
                expected: seen,
                desired: seen + amount,
                ordering: .relaxed
            )
            if exchanged { return }
            seen = original
        }
    }

    @inlinable public var value: Double { self.current.load(ordering: .relaxed) }
}
