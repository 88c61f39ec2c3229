/// An instant in nanoseconds since 1970-01-01 UTC.
///
/// On this host it is read from the receive clock (monotonic plus an offset taken once), so differences are durations.
/// A venue's own times have the same form, but another clock: their difference to ours is a signed lag.
public struct Timestamp: Hashable, Comparable, Sendable {
    public let nanoseconds: Int64

    @inlinable public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }
    @inlinable public init(milliseconds: Int64) { self.nanoseconds = milliseconds &* 1_000_000 }

    /// No instant at all: before every real one.
    public static let never = Timestamp(nanoseconds: .min)

    @inlinable public static func < (left: Timestamp, right: Timestamp) -> Bool { left.nanoseconds < right.nanoseconds }

    /// Nanoseconds from `earlier` to this instant: negative when `earlier` is later, saturating at the ends.
    @inlinable public func nanoseconds(since earlier: Timestamp) -> Int64 {
        let (difference, overflowed) = self.nanoseconds.subtractingReportingOverflow(earlier.nanoseconds)
        return overflowed ? (self.nanoseconds < earlier.nanoseconds ? .min : .max) : difference
    }

    @inlinable public func advanced(byNanoseconds distance: Int64) -> Timestamp {
        let (sum, overflowed) = self.nanoseconds.addingReportingOverflow(distance)
        return Timestamp(nanoseconds: overflowed ? (distance < 0 ? .min : .max) : sum)
    }

    /// Seconds since 1970, as Prometheus wants them.
    @inlinable public var seconds: Double { Double(self.nanoseconds) / 1e9 }
}

extension Duration {
    /// Whole nanoseconds, saturating: what the hot path calculates with instead of 128-bit attoseconds.
    public var wholeNanoseconds: Int64 {
        let (seconds, attoseconds) = self.components
        let (product, overflowed) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        if overflowed { return seconds < 0 ? .min : .max }
        let (sum, carried) = product.addingReportingOverflow(attoseconds / 1_000_000_000)
        return carried ? (product < 0 ? .min : .max) : sum
    }
}
