import Core

/// How far a venue's clock is from ours, by its answers to a question for the time.
///
/// An answer of a request that took `d` was made at some time in between: its middle is at most `d / 2` off. The best
/// of the last answers counts, since a slow one knows less.
struct ClockEstimate: Sendable {
    struct Reading: Equatable, Sendable {
        /// Their clock minus ours, in nanoseconds.
        let offset: Int64
        /// How far that may be off.
        let error: Int64
    }

    /// So many answers are remembered: old ones know nothing of a clock that drifts.
    private static let memory = 8
    /// Times of the wire are in milliseconds, cut off.
    private static let resolution: Int64 = 1_000_000

    private var readings: [Reading] = []

    /// The best reading; `nil` before the first.
    var best: Reading? { self.readings.min { $0.error < $1.error } }

    mutating func take(theirs: Timestamp, askedAt: Timestamp, took: Duration) {
        let half = took.wholeNanoseconds / 2
        let middle = askedAt.advanced(byNanoseconds: half)
        self.readings.append(Reading(offset: theirs.nanoseconds(since: middle), error: half + Self.resolution))
        if self.readings.count > Self.memory { self.readings.removeFirst() }
    }
}
