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
struct BandWindow: Sendable {
    /// One of both has an element once there was a point: a number of points is kept, or those of a duration.
    private var counted: CountedPoints?
    private var timed: [TimedPoints] = []

    var count: Int { self.counted?.count ?? self.timed.first?.count ?? 0 }

    /// Adds a point, after those that are too old at its time have left.
    ///
    /// - Returns: `false` when the band is sure to be what it was.
    @discardableResult
    @inline(__always)
    mutating func append(_ value: Double, at time: Int64, settings: BandSettings) -> Bool {
        precondition(!value.isNaN, "a spread is a number")
        let hasExpired = self.expire(before: time - settings.maxAge)
        if self.counted == nil, self.timed.isEmpty { self.begin(settings) }
        let hasMoved = self.counted?.append(value, at: time)
        if hasMoved == nil { self.timed[0].append(value, at: time, settings) }
        return hasExpired || hasMoved ?? true
    }

    /// Takes out the points before `limit`; `true` when there were any.
    @discardableResult
    @inline(__always)
    mutating func expire(before limit: Int64) -> Bool {
        self.counted?.expire(before: limit) ?? (self.timed.isEmpty ? false : self.timed[0].expire(before: limit))
    }

    mutating func band(_ settings: BandSettings) -> Band? {
        guard self.count >= settings.minPoints, self.count > 0 else { return nil }
        return self.counted?.band() ?? self.timed.first?.band
    }

    private mutating func begin(_ settings: BandSettings) {
        if let points = settings.points {
            self.counted = CountedPoints(most: points, settings)
        } else {
            self.timed = [TimedPoints(settings)]
        }
    }
}
