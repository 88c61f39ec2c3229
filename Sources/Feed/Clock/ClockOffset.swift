/// The rule of the receive clock, without a clock: when the wall clock has stepped away, follow it once and say so.
struct ClockOffset: Sendable {
    /// A wall clock further away than this was stepped, or the machine slept.
    static let tolerance: Int64 = 100_000_000

    /// Wall clock minus monotonic clock, in nanoseconds, when last taken.
    private(set) var nanoseconds: Int64

    init(monotonic: Int64, wall: Int64) { self.nanoseconds = wall &- monotonic }

    /// Compares the clocks.
    ///
    /// - Returns: By how many nanoseconds the wall clock stepped when it stepped; the offset is then already taken
    ///   anew.
    mutating func compare(monotonic: Int64, wall: Int64) -> Int64? {
        let step = wall &- monotonic &- self.nanoseconds
        guard step.magnitude > Self.tolerance.magnitude else { return nil }
        self.nanoseconds = wall &- monotonic
        return step
    }
}
