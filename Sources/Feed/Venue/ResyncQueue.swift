import Core

/// The instruments with a hole in their stream that REST shall be asked for, one at a time and not too often.
///
/// A frame is nearly always faster, so each waits a moment first. What was asked for in vain is given up and left to
/// the next request for all book tickers; so is what does not find room.
struct ResyncQueue: Sendable {
    enum Outcome: Equatable, Sendable {
        /// Ask for this one now.
        case ask(InstrumentIndex)
        case nothing
    }

    private struct Entry: Sendable {
        let instrument: InstrumentIndex
        var due: MonotonicInstant
        var attempts = 0
    }

    static let capacity = 64
    private static let mostAttempts = 3
    private static let grace = Duration.milliseconds(250)

    private var waiting: [Entry] = []
    private var underWay: Entry?
    private var requests = RateWindow(limit: 10, per: .seconds(10))

    var isEmpty: Bool { self.waiting.isEmpty && self.underWay == nil }

    /// - Returns: Whether there was room.
    mutating func add(_ instrument: InstrumentIndex, at now: MonotonicInstant) -> Bool {
        guard self.underWay?.instrument != instrument, !self.waiting.contains(where: { $0.instrument == instrument })
        else { return true }
        guard self.waiting.count < Self.capacity else { return false }
        self.waiting.append(Entry(instrument: instrument, due: now.advanced(by: Self.grace)))
        return true
    }

    /// What to ask for now; `isNeeded` says whether an instrument still has no proof.
    mutating func next(at now: MonotonicInstant, isNeeded: (InstrumentIndex) -> Bool) -> Outcome {
        self.waiting.removeAll { !isNeeded($0.instrument) }
        guard self.underWay == nil, self.requests.nextAdmission(at: now) <= now,
            let index = self.waiting.firstIndex(where: { $0.due <= now })
        else { return .nothing }
        self.requests.record(at: now)
        let entry = self.waiting.remove(at: index)
        self.underWay = entry
        return .ask(entry.instrument)
    }

    /// The request was answered, well or badly.
    ///
    /// - Returns: Whether the instrument was given up.
    mutating func answered(well: Bool, at now: MonotonicInstant, using generator: inout FeedGenerator) -> Bool {
        guard var entry = self.underWay else { return false }
        self.underWay = nil
        guard !well else { return false }
        entry.attempts += 1
        guard entry.attempts < Self.mostAttempts else { return true }
        let ceiling = Int64(500 << entry.attempts)
        entry.due = now.advanced(by: .milliseconds(Int64.random(in: ceiling / 2...ceiling, using: &generator)))
        self.waiting.append(entry)
        return false
    }
}
