/// Makes the points of one pair and keeps their band: the same for the live path and for a history from the windows.
struct PointMaker: ~Copyable {
    enum Outcome {
        /// The slot has its point already.
        case taken
        case missing(PointMissing)
        /// A point: its spread, and on which side it left the band as that was before it.
        case point(Double, Breach?)
    }

    enum Breach { case above, below }

    private var points = BandWindow()
    private var lastSlot = Int64.min
    /// Points made so far.
    private(set) var number: UInt64 = 0
    private(set) var band: Band?

    @inline(__always)
    func prefetch() { self.points.prefetch() }

    /// Leaves the slot of `time` without a point: what came in it before is not known.
    mutating func skipSlot(of time: Int64, settings: PointSettings) {
        if settings.every > 0 { self.lastSlot = time / settings.every }
    }

    /// Makes the spread of two standing quotes a point, unless its slot has one already or a leg forbids it.
    ///
    /// `fault` is why the two give no spread, if they do not; `spread` is asked for only when it becomes a point.
    @inline(__always)
    mutating func take(
        sell: JoinLeg,
        buy: JoinLeg,
        fault: JoinFault?,
        spread: @autoclosure () -> Double,
        at time: Int64,
        points settings: PointSettings,
        band: BandSettings
    ) -> Outcome {
        let slot = settings.every > 0 ? time / settings.every : .min
        if slot != .min, slot == self.lastSlot { return .taken }
        if let missing = Self.missing(sell, buy, fault, at: time, settings.maxAge) { return .missing(missing) }
        self.lastSlot = slot
        let spread = spread()
        // A breach is of the band as it is now, not as it was at the last point.
        if self.points.expire(before: time - band.maxAge) { self.band = self.points.band(band) }
        var breach: Breach?
        if let standing = self.band {
            if spread > standing.upper { breach = .above }
            if spread < standing.lower { breach = .below }
        }
        if self.points.append(spread, at: time, settings: band) { self.band = self.points.band(band) }
        self.number &+= 1
        return .point(spread, breach)
    }

    /// Drops points that have grown too old; `true` when that changed the band.
    mutating func expire(before limit: Int64, settings: BandSettings) -> Bool {
        guard self.points.expire(before: limit) else { return false }
        let band = self.points.band(settings)
        defer { self.band = band }
        return band != self.band
    }

    @inline(__always)
    private static func missing(
        _ sell: JoinLeg,
        _ buy: JoinLeg,
        _ fault: JoinFault?,
        at time: Int64,
        _ maxAge: Int64?
    ) -> PointMissing? {
        if let fault { return fault.pointMissing }
        if sell.usability == .usable(locked: true) || buy.usability == .usable(locked: true) { return .locked }
        if let maxAge, time - min(sell.changedAt, buy.changedAt) > maxAge { return .tooOld }
        return nil
    }
}
