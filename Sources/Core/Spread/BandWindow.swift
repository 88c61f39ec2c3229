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
/// For a number of points it keeps their values sorted beside them: a quantile is one look, a point two binary searches
/// and two short moves of memory. For a duration, which may hold many thousands, it keeps two heaps a quantile instead,
/// at O(log n) a point. Storage is reserved at the first point; pairs without points cost nothing.
struct BandWindow: Sendable {
    /// Also a duration has a bound: a thousand points a second for a quarter of an hour. Beyond it the oldest leave.
    private static let mostPoints = 1 << 20

    private var times: [Int64] = []
    private var values: [Double] = []
    private var head = 0
    private(set) var count = 0
    private var sorted: [Double] = []
    /// Upper and lower quantile; only for a duration.
    private var heaps: (upper: QuantileHeaps, lower: QuantileHeaps)?

    mutating func append(_ value: Double, at time: Int64, settings: BandSettings) {
        precondition(!value.isNaN, "a spread is a number")
        if self.times.isEmpty { self.reserve(settings) }
        self.expire(before: time - settings.maxAge)
        if self.count == self.times.count {
            let mayGrow = settings.points == nil && self.count < Self.mostPoints
            if mayGrow { self.grow(settings) } else { self.removeOldest() }
        }
        let tail = (self.head + self.count) % self.times.count
        (self.times[tail], self.values[tail]) = (time, value)
        self.count += 1
        if settings.points == nil {
            self.heaps?.upper.insert(tail, self.values)
            self.heaps?.lower.insert(tail, self.values)
        } else {
            self.sorted.insert(value, at: self.lowerBound(value))
        }
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
        if let heaps = self.heaps {
            return Band(upper: self.values[heaps.upper.slot], lower: self.values[heaps.lower.slot])
        }
        return Band(
            upper: self.sorted[settings.upper.index(in: self.count)],
            lower: self.sorted[settings.lower.index(in: self.count)]
        )
    }

    private mutating func reserve(_ settings: BandSettings) {
        let capacity = settings.points ?? 256
        self.times = Array(repeating: 0, count: capacity)
        self.values = Array(repeating: 0, count: capacity)
        if settings.points == nil {
            self.heaps = (QuantileHeaps(settings.upper), QuantileHeaps(settings.lower))
        } else {
            self.sorted.reserveCapacity(capacity)
        }
    }

    /// Twice the room. The slots are numbered anew from the oldest point on, so the heaps are built again.
    private mutating func grow(_ settings: BandSettings) {
        let order = (0..<self.count).map { (self.head + $0) % self.times.count }
        let spare = self.times.count
        self.times = order.map { self.times[$0] } + Array(repeating: 0, count: spare)
        self.values = order.map { self.values[$0] } + Array(repeating: 0, count: spare)
        self.head = 0
        self.heaps = (QuantileHeaps(settings.upper), QuantileHeaps(settings.lower))
        for slot in 0..<self.count {
            self.heaps?.upper.insert(slot, self.values)
            self.heaps?.lower.insert(slot, self.values)
        }
    }

    private mutating func removeOldest() {
        if self.heaps != nil {
            self.heaps?.upper.remove(self.head, self.values)
            self.heaps?.lower.remove(self.head, self.values)
        } else {
            self.sorted.remove(at: self.lowerBound(self.values[self.head]))
        }
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
