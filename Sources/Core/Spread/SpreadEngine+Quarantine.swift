/// What happens at whole minutes.
extension SpreadEngine {
    /// Looks at every spread as it stood at each whole minute that has passed: before the first event at or after it.
    @inline(__always)
    mutating func passMinutes(until instant: Timestamp) {
        if instant.nanoseconds >= self.nextMinute { self.lookAtSpreads(until: instant.nanoseconds) }
    }

    /// After so many minutes that all look the same, one more changes nothing.
    private static let mostMinutes: Int64 = 60

    private mutating func lookAtSpreads(until now: Int64) {
        guard now > 0 else { return }
        let interval = self.settings.quarantine.interval
        let (minute, overflowed) = (now / interval + 1).multipliedReportingOverflow(by: interval)
        let next = overflowed ? .max : minute
        // The first event of all: there was nothing to look at before it.
        let first = self.nextMinute == .min ? next : self.nextMinute
        self.nextMinute = next
        let count = min((next - first) / interval, Self.mostMinutes)
        for passed in 0..<max(0, count) {
            for pair in self.pairs.indices { self.lookAtSpread(of: pair, minute: first + passed * interval) }
        }
    }

    private mutating func lookAtSpread(of pair: Int, minute: Int64) {
        let entry = self.pairs[pair].entry
        let (sell, buy) = (self.legs[entry.sell.position].join, self.legs[entry.buy.position].join)
        let spread = JoinFault(sell, buy) == nil ? sell.bid / buy.ask - 1 : nil
        guard self.pairs[pair].quarantine.pass(spread, self.settings.quarantine) else { return }
        if self.pairs[pair].quarantine.isActive { self.endOpportunity(of: pair, .quarantined, at: minute) }
        self.reevaluate(pair, at: Timestamp(nanoseconds: minute))
    }

    /// Takes the first spread of a pair, should it have one now.
    mutating func discover(_ pair: Int) {
        let entry = self.pairs[pair].entry
        let (sell, buy) = (self.legs[entry.sell.position].join, self.legs[entry.buy.position].join)
        guard JoinFault(sell, buy) == nil else { return }
        self.pairs[pair].quarantine.discover(sell.bid / buy.ask - 1, self.settings.quarantine)
    }
}
