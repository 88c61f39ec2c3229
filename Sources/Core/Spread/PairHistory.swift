/// What the points of one pair can be computed from, handed out by the engine between two batches.
///
/// A plain value that shares the windows' chunks: computing from it happens elsewhere and never stops the engine.
public struct PairHistory: Sendable {
    public let pair: PairIndex
    /// The pair's points so far: an update with a greater number continues this history.
    public let number: UInt64
    let sell: (window: QuoteWindow, venue: VenueIndex)
    let buy: (window: QuoteWindow, venue: VenueIndex)
    let settings: EngineSettings

    /// The points of the last `span` nanoseconds before `now`, each with the band that the live path had.
    public func series(span: Int64, now: Timestamp) -> PairSeries {
        let (begin, _) = now.nanoseconds.subtractingReportingOverflow(span)
        var replay = Replay(self, from: begin)
        replay.run()
        let completeFrom = replay.completeFrom
        return PairSeries(
            points: replay.numberedPoints(upTo: self.number),
            number: self.number,
            completeFrom: completeFrom.flatMap { $0 > begin ? Timestamp(nanoseconds: $0) : nil }
        )
    }
}

/// The points of a pair over a stretch of time, oldest first.
public struct PairSeries: Sendable, Equatable {
    public let points: [PairPoint]
    /// The number of the last point made when the history was taken, whether it is shown or not.
    public let number: UInt64
    /// From when on all points and bands are those that the live path had; `nil`: all of them are.
    ///
    /// Before it a point may be missing, and a band may lack points that had left the window.
    public let completeFrom: Timestamp?
}

/// Runs both legs' windows through the very join that the live path uses, in the one order of engine time.
private struct Replay: ~Copyable {
    private let pair: PairIndex
    private let venues: (sell: VenueIndex, buy: VenueIndex)
    /// Points before this are made for the sake of those after them.
    private let begin: Int64
    private let pointSettings: PointSettings
    private let bandSettings: BandSettings
    private var cursors: (sell: WindowCursor<QuoteState>, buy: WindowCursor<QuoteState>)
    private var legs: (sell: JoinLeg, buy: JoinLeg)
    private var maker = PointMaker()
    /// From here on both legs are known; `nil`: always were.
    private var knownFrom: Int64?
    /// Points made since then.
    private var knownPoints = 0
    private var points: [PairPoint] = []
    private(set) var completeFrom: Int64?

    /// - Parameters:
    ///   - history: The windows, and how points are made.
    ///   - begin: Points before this are not told, and need not be right, nor their bands.
    init(_ history: PairHistory, from begin: Int64) {
        (self.pair, self.venues, self.begin) = (history.pair, (history.sell.venue, history.buy.venue), begin)
        (self.pointSettings, self.bandSettings) = (history.settings.points, history.settings.band)
        let (sell, buy) = (history.sell.window, history.buy.window)
        let known = [sell.past, buy.past].compactMap { $0?.base.time }.max()
        let start = Self.start(begin, history.settings)
        let isKnown = known.map { $0 < start } ?? true
        let from = isKnown ? start : .min
        self.cursors = (WindowCursor(sell, from: from), WindowCursor(buy, from: from))
        self.legs = (JoinLeg(self.cursors.sell.state), JoinLeg(self.cursors.buy.state))
        self.points.reserveCapacity(self.mostPoints(until: max(sell.last.base.time, buy.last.base.time)))
        if let known, !isKnown { self.begin(at: known) }
    }

    /// Where to start so that from `begin` on nothing is missing: before it by the band's memory and by two slots, one
    /// of which is met in its middle.
    private static func start(_ begin: Int64, _ settings: EngineSettings) -> Int64 {
        [settings.band.maxAge, settings.points.every, settings.points.every].reduce(begin) { start, duration in
            let (earlier, overflowed) = start.subtractingReportingOverflow(duration)
            return overflowed ? .min : earlier
        }
    }

    /// No more points than elements, and than slots from the first one that is told to the last element.
    private func mostPoints(until end: Int64) -> Int {
        let elements = self.cursors.sell.count + (self.pointSettings.by == .sell ? 0 : self.cursors.buy.count)
        let (span, overflowed) = end.subtractingReportingOverflow(self.begin)
        guard self.pointSettings.every > 0, !overflowed else { return elements }
        return min(elements, Int(max(0, span) / self.pointSettings.every) + 2)
    }

    mutating func run() {
        while true {
            if self.cursors.sell.nextTime < self.cursors.buy.nextTime || !self.cursors.buy.hasNext {
                guard let element = self.cursors.sell.next() else { return }
                self.take(element, isSell: true)
            } else {
                guard let element = self.cursors.buy.next() else { return }
                self.take(element, isSell: false)
            }
        }
    }

    /// The points, counted so that the last one of all has a number.
    consuming func numberedPoints(upTo number: UInt64) -> [PairPoint] {
        let first = number &- UInt64(self.points.count)
        for index in self.points.indices { self.points[index].number = first &+ UInt64(index) &+ 1 }
        return self.points
    }

    @inline(__always)
    private mutating func take(_ element: RetainedElement, isSell: Bool) {
        if isSell { self.legs.sell.apply(element) } else { self.legs.buy.apply(element) }
        guard element.kind.isQuote else { return }
        // A leg whose past left later than this: the other's state now is not what it was then.
        if let knownFrom = self.knownFrom, element.time < knownFrom { return }
        if self.pointSettings.by == .sell, !isSell { return }
        let outcome = self.maker.take(
            sell: self.legs.sell,
            buy: self.legs.buy,
            fault: JoinFault(self.legs.sell, self.legs.buy),
            spread: self.legs.sell.bid / self.legs.buy.ask - 1,
            at: element.time,
            points: self.pointSettings,
            band: self.bandSettings
        )
        guard case .point(let spread, _) = outcome else { return }
        if element.time >= self.begin {
            self.tell(spread, at: element.time, by: isSell ? self.venues.sell : self.venues.buy)
        }
        self.note(element.time)
    }

    /// Of its number nothing is known before all points are told.
    @inline(__always)
    private mutating func tell(_ spread: Double, at time: Int64, by venue: VenueIndex) {
        self.points.append(
            PairPoint(
                pair: self.pair,
                number: 0,
                time: Timestamp(nanoseconds: time),
                spread: spread,
                band: self.maker.band,
                venue: venue,
                receivedAt: .never
            )
        )
    }

    /// Both legs are known from `time` on, but not what was made of them before.
    private mutating func begin(at time: Int64) {
        self.knownFrom = time
        self.knownPoints = 0
        // A point at this very time, or later in its slot, may have been made and is not ours.
        let every = self.pointSettings.every
        let known = every > 0 ? (time / every + 1) * every : time + 1
        let (until, overflowed) = known.addingReportingOverflow(self.bandSettings.maxAge)
        self.completeFrom = overflowed ? .max : until
        self.maker.skipSlot(of: time, settings: self.pointSettings)
    }

    /// Once the band consists of known points only, it is the live one.
    private mutating func note(_ time: Int64) {
        guard self.knownFrom != nil, let completeFrom = self.completeFrom, time < completeFrom else { return }
        self.knownPoints += 1
        if self.knownPoints == self.bandSettings.points { self.completeFrom = time }
    }
}
