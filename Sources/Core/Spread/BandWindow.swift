/// The settings of all bands.
public struct BandSettings: Sendable, Equatable {
    /// At most so many points; `nil`: all that are young enough.
    public var points: Int? = 200
    /// And none older than this, in nanoseconds of engine time.
    public var maxAge: Int64 = 15 * 60 * 1_000_000_000
    /// Fewer points than this make no band.
    public var minPoints = 50
    public var upper: Quantile
    public var lower: Quantile

    public init(upper: Quantile, lower: Quantile) { (self.upper, self.lower) = (upper, lower) }
}

/// The quantile band of one pair.
public struct Band: Equatable, Sendable {
    public let upper: Double
    public let lower: Double

    public init(upper: Double, lower: Double) { (self.upper, self.lower) = (upper, lower) }
}

/// The last points of one pair, and their nearest-rank quantiles, maintained point by point.
///
/// Storage is reserved at the first point; pairs without points cost nothing.
struct BandWindow: ~Copyable {
    /// A number of points is kept here, those of a duration in the one element that ``timed`` then has.
    private var counted = CountedPoints()
    private var timed: [TimedPoints] = []

    var count: Int { self.timed.first?.count ?? self.counted.count }

    /// Adds a point, after those that are too old at its time have left.
    ///
    /// - Returns: `false` when the band is sure to be what it was.
    @discardableResult
    @inline(__always)
    mutating func append(_ value: Double, at time: Int64, settings: BandSettings) -> Bool {
        precondition(!value.isNaN, "a spread is a number")
        let hasExpired = self.expire(before: time - settings.maxAge)
        if settings.points == nil { return self.appendToTimed(value, at: time, settings) }
        if !self.counted.isBegun { self.counted.begin(most: settings.points ?? 1, settings) }
        return self.counted.append(value, at: time) || hasExpired
    }

    @inline(never)
    private mutating func appendToTimed(_ value: Double, at time: Int64, _ settings: BandSettings) -> Bool {
        if self.timed.isEmpty { self.timed = [TimedPoints(settings)] }
        self.timed[0].append(value, at: time, settings)
        return true
    }

    /// Takes out the points before `limit`; `true` when there were any.
    @discardableResult
    @inline(__always)
    mutating func expire(before limit: Int64) -> Bool {
        self.timed.isEmpty ? self.counted.expire(before: limit) : self.timed[0].expire(before: limit)
    }

    @inline(__always)
    func prefetch() { self.counted.prefetch() }

    mutating func band(_ settings: BandSettings) -> Band? {
        guard self.count >= settings.minPoints, self.count > 0 else { return nil }
        return self.timed.first?.band ?? self.counted.band(settings)
    }
}
