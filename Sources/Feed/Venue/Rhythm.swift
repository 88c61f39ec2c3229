/// How often an instrument's quotes come, to tell a pause from its usual silence.
///
/// Costs an addition a quote: the rate itself is brought up to date once a sweep.
struct Rhythm: Sendable {
    /// The rate follows what happens with this time constant.
    private static let memorySeconds = 120.0
    /// So many usual gaps of silence are more than chance: one in 22,000 if quotes come at random.
    private static let gaps = 10.0
    /// No silence below this is called quiet.
    private static let leastSeconds = 10.0

    /// Quotes since the last sweep.
    var fresh: UInt32 = 0
    /// Quotes a second, as it was before the present silence.
    private(set) var rate = 0.0
    private var silentSeconds = 0.0

    /// Takes over what came since the last sweep, `seconds` ago.
    mutating func sweep(seconds: Double) {
        guard self.fresh > 0 else {
            self.silentSeconds += seconds
            return
        }
        let span = max(seconds, 1e-3) + self.silentSeconds
        self.rate += (Double(self.fresh) / span - self.rate) * min(1, span / Self.memorySeconds)
        (self.fresh, self.silentSeconds) = (0, 0)
    }

    /// Whether so much silence is unusual for this instrument.
    func isQuiet(silentFor seconds: Double) -> Bool {
        seconds >= Self.leastSeconds && seconds * self.rate >= Self.gaps
    }
}
