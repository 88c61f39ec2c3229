import CoreMetrics
import Metrics

/// A counter of a library. Of a counter of fractions, which swift-metrics builds upon this one, whole numbers arrive.
final class LibraryCounter: CounterHandler {
    let child: LibraryChild<Metrics.Counter>

    init(_ child: LibraryChild<Metrics.Counter>) { self.child = child }

    /// Adds what is above 0: a counter never goes back.
    func increment(by amount: Int64) {
        if amount > 0 { self.child.instrument.increment(by: UInt64(amount)) }
    }

    /// Does nothing: Prometheus would take it for a restart, and finds growth by itself.
    func reset() {}
}

/// A meter of a library, or a recorder of which only the last value counts.
final class LibraryGauge: MeterHandler, RecorderHandler {
    let child: LibraryChild<Metrics.Gauge>

    init(_ child: LibraryChild<Metrics.Gauge>) { self.child = child }

    func set(_ value: Int64) { self.child.instrument.set(Double(value)) }

    func set(_ value: Double) { self.child.instrument.set(value) }

    func record(_ value: Int64) { self.child.instrument.set(Double(value)) }

    func record(_ value: Double) { self.child.instrument.set(value) }

    func increment(by amount: Double) { if Self.isAmount(amount) { self.child.instrument.add(amount) } }

    func decrement(by amount: Double) { if Self.isAmount(amount) { self.child.instrument.add(-amount) } }

    /// One that is none would spoil the gauge for ever.
    private static func isAmount(_ amount: Double) -> Bool { amount > 0 && amount.isFinite }
}

/// A recorder of a library that is kept as a histogram.
final class LibraryRecorder: RecorderHandler {
    let child: LibraryChild<Histogram>

    init(_ child: LibraryChild<Histogram>) { self.child = child }

    func record(_ value: Int64) { self.child.instrument.observe(Double(value)) }

    func record(_ value: Double) { self.child.instrument.observe(value) }
}

/// A timer of a library. The unit that it prefers for display has no say: seconds are the base unit.
final class LibraryTimer: TimerHandler {
    let child: LibraryChild<Histogram>

    init(_ child: LibraryChild<Histogram>) { self.child = child }

    /// A negative time, which a clock could give by mistake, counts as none.
    func recordNanoseconds(_ duration: Int64) { self.child.instrument.observe(Double(max(0, duration)) / 1e9) }
}
