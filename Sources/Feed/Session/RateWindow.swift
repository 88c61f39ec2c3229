/// Admits at most `limit` events in any stretch of `period`: exact where a token bucket lets twice as many through.
struct RateWindow: Sendable {
    let limit: Int
    let period: Duration
    /// The last `limit` events, oldest first.
    private var recent: [MonotonicInstant] = []

    /// - Precondition: `limit` is positive.
    init(limit: Int, per period: Duration) {
        precondition(limit > 0, "a rate window admits something")
        (self.limit, self.period) = (limit, period)
    }

    /// When the next event is admitted; never later than `now` when it is admitted now.
    func nextAdmission(at now: MonotonicInstant) -> MonotonicInstant {
        guard self.recent.count == self.limit, let oldest = self.recent.first else { return now }
        return max(now, oldest.advanced(by: self.period))
    }

    /// Counts an event, admitted or not.
    mutating func record(at now: MonotonicInstant) {
        if self.recent.count == self.limit { self.recent.removeFirst() }
        self.recent.append(now)
    }
}
