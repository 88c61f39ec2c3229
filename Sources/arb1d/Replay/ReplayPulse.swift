/// Says when heartbeats are due on a replay's virtual clock: at every whole second, after the lines of that instant.
///
/// A silence can be years long where recordings of different times are merged. Once everything that waits for time has
/// happened in it, the rest of it is passed over.
struct ReplayPulse {
    private static let second: Int64 = 1_000_000_000

    /// Nanoseconds of silence after which a heartbeat changes nothing any more.
    private let patience: Int64
    private var due: Int64?
    private var lastLine = Int64.min

    init(patience: Int64) { self.patience = patience }

    /// Calls `beat` for each heartbeat that is due before `instant`, when the next line came or the clock ends.
    mutating func advance(to instant: Int64, _ beat: (Int64) -> Void) {
        guard var due = self.due else {
            (self.due, self.lastLine) = (Self.firstSecond(from: instant), instant)
            return
        }
        let (limit, isEndless) = self.lastLine.addingReportingOverflow(self.patience)
        while due < instant {
            if !isEndless, due > limit { due = max(due, Self.firstSecond(from: instant)) }
            guard due < instant else { break }
            beat(due)
            due = due.addingReportingOverflow(Self.second).overflow ? .max : due + Self.second
        }
        (self.due, self.lastLine) = (due, instant)
    }

    /// The first whole second that is not before `instant`.
    private static func firstSecond(from instant: Int64) -> Int64 {
        let rest = instant % self.second
        guard rest > 0 else { return instant }
        let (sum, overflowed) = instant.addingReportingOverflow(self.second - rest)
        return overflowed ? .max : sum
    }
}
