/// The settings of all bands.
public struct BandSettings: Sendable, Equatable {
    /// At most so many points.
    public var points = 200
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
/// Beside the points in order of time it keeps their values sorted, so a quantile is one look and a point two binary
/// searches and two short moves of memory. Storage is reserved at the first point; pairs without points cost nothing.
struct BandWindow: Sendable {
    private var times: [Int64] = []
    private var values: [Double] = []
    private var head = 0
    private(set) var count = 0
    private var sorted: [Double] = []

    mutating func append(_ value: Double, at time: Int64, settings: BandSettings) {
        precondition(!value.isNaN, "a spread is a number")
        if self.times.isEmpty {
            self.times = Array(repeating: 0, count: settings.points)
            self.values = Array(repeating: 0, count: settings.points)
            self.sorted.reserveCapacity(settings.points)
        }
        self.expire(before: time - settings.maxAge)
        if self.count == settings.points { self.removeOldest() }
        let tail = (self.head + self.count) % self.times.count
        (self.times[tail], self.values[tail]) = (time, value)
        self.count += 1
        self.sorted.insert(value, at: self.lowerBound(value))
    }

    /// Takes out the points before `limit`; `true` when there were any.
    @discardableResult
    mutating func expire(before limit: Int64) -> Bool {
        let before = self.count
        while self.count > 0, self.times[self.head] < limit { self.removeOldest() }
        return self.count != before
    }

    func band(_ settings: BandSettings) -> Band? {
        guard self.count >= settings.minPoints, self.count > 0 else { return nil }
        return Band(
            upper: self.sorted[settings.upper.index(in: self.count)],
            lower: self.sorted[settings.lower.index(in: self.count)]
        )
    }

    private mutating func removeOldest() {
        self.sorted.remove(at: self.lowerBound(self.values[self.head]))
        self.head = (self.head + 1) % self.times.count
        self.count -= 1
    }

    /// The first place whose value is not below `value`.
    private func lowerBound(_ value: Double) -> Int {
        var (low, high) = (0, self.sorted.count)
        while low < high {
            let middle = (low + high) / 2
            if self.sorted[middle] < value { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
