import Core
import Venues

/// What an instrument's next quote is to what came before it.
extension InstrumentState {
    /// So many quotes out of order in a row are a new numbering, not late frames.
    private static let renumberedAfter = 3

    enum Verdict { case accept, repeated, reject(RejectReason) }

    struct Outcome {
        var verdict: Verdict
        /// The first frame on its lane.
        var isFirst: Bool
        /// Two connections brought it, during a rotation.
        var isDouble: Bool
        /// It changes the state of the subscription.
        var isAsleep: Bool
        /// The venue's own instant lies before that of the last one.
        var goesBack = false
    }

    /// Judges a quote, and remembers it if it is a good one.
    ///
    /// - Returns: `nil` where the instrument is not watched.
    mutating func take(_ quote: Quote, _ rule: SequenceRule, at now: Timestamp, on lane: Lane) -> Outcome? {
        guard self.subscription != nil else { return nil }
        let (verdict, isDouble) = self.judge(quote.sequence, rule, at: now)
        let isFirst = self.seen & lane.bit == 0
        var outcome = Outcome(verdict: verdict, isFirst: isFirst, isDouble: isDouble, isAsleep: self.isAsleep)
        if case .reject = verdict { return outcome }
        outcome.goesBack = self.quoteTime.goesBack(to: quote.exchangeTime)
        self.isHanded = true
        self.suspicion = 0
        self.lastQuoteAt = now
        self.rhythm.fresh &+= 1
        (self.bid, self.ask) = (quote.bid, quote.ask)
        return outcome
    }

    /// Compares with the last update number on this connection, and remembers the new one.
    private mutating func judge(
        _ sequence: UInt64,
        _ rule: SequenceRule,
        at now: Timestamp
    ) -> (verdict: Verdict, isDouble: Bool) {
        guard sequence != 0 else { return (.accept, false) }  // The venue sent none.
        var isShared = false
        if self.hasSequence, sequence <= self.lastSequence {
            let isEqual = sequence == self.lastSequence
            isShared = self.sharedUntil > now
            if isEqual || isShared {
                self.strays = 0
                return (isEqual && rule == .repeating ? .repeated : .reject(.duplicate), isShared)
            }
            // 1: a venue that repeats restarted its numbers.
            let isRestart = rule == .repeating && sequence == 1
            if !isRestart, !self.isRenumbered(sequence, rule) { return (.reject(.outOfOrder), false) }
        }
        (self.strays, self.lastSequence, self.hasSequence) = (0, sequence, true)
        return (.accept, isShared)
    }

    /// Counts a quote out of order: the third in a row with increasing numbers shows that the venue numbers anew.
    ///
    /// Where the venue repeats, an equal number counts as well: a quiet book would never bring a greater one.
    private mutating func isRenumbered(_ sequence: UInt64, _ rule: SequenceRule) -> Bool {
        let (strays, last) = (self.strays, self.lastStray)
        let goesOn = strays > 0 && (sequence > last || (sequence == last && rule == .repeating))
        self.strays = goesOn ? strays + 1 : 1
        self.lastStray = sequence
        return self.strays >= Self.renumberedAfter
    }
}

extension Timestamp {
    /// Takes over what a venue gave as the instant of its next event, if it gave one, and says whether it lies before
    /// the last. Such instants order nothing, but who compares them with ours has to know.
    mutating func goesBack(to next: Timestamp) -> Bool {
        guard next != .never else { return false }
        defer { self = next }
        return next < self
    }
}
