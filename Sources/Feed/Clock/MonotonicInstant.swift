import Core

/// An instant of `CLOCK_MONOTONIC`, in nanoseconds: what timers and timeouts count by.
///
/// Unlike ``Core/Timestamp`` it says nothing about the time of day.
public struct MonotonicInstant: Hashable, Comparable, Sendable {
    public let nanoseconds: Int64

    @inlinable public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

    @inlinable public static func < (left: MonotonicInstant, right: MonotonicInstant) -> Bool {
        left.nanoseconds < right.nanoseconds
    }

    func advanced(by distance: Duration) -> MonotonicInstant {
        let (sum, overflowed) = self.nanoseconds.addingReportingOverflow(distance.wholeNanoseconds)
        return MonotonicInstant(nanoseconds: overflowed ? (distance < .zero ? .min : .max) : sum)
    }

    /// The time from `earlier` to this instant.
    func since(_ earlier: MonotonicInstant) -> Duration { .nanoseconds(self.nanoseconds - earlier.nanoseconds) }
}

extension Duration {
    /// As a number, for metrics.
    var inSeconds: Double { Double(self.wholeNanoseconds) / 1e9 }
}
