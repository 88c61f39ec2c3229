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
/// and one short move of memory. For a duration, which may hold many thousands, it keeps two heaps a quantile instead,
/// at O(log n) a point. Storage is reserved at the first point; pairs without points cost nothing.
struct BandWindow: Sendable {
    /// Also a duration has a bound: a thousand points a second for a quarter of an hour. Beyond it the oldest leave.
    private static let mostPoints = 1 << 20

    private var times: [Int64] = []
    private var values: [Double] = []
    private var head = 0
    private(set) var count = 0
    /// The first ``count`` of them are the values, ascending.
    private var sorted: [Double] = []
    /// Where the quantiles stand among so many values.
    private var ranks = (count: 0, upper: 0, lower: 0)
    /// Upper and lower quantile; only for a duration.
    private var heaps: (upper: QuantileHeaps, lower: QuantileHeaps)?

    mutating func append(_ value: Double, at time: Int64, settings: BandSettings) {
        precondition(!value.isNaN, "a spread is a number")
        if self.times.isEmpty { self.reserve(settings) }
        self.expire(before: time - settings.maxAge)
        if self.heaps == nil {
            self.appendSorted(value, at: time)
        } else {
            self.appendToHeaps(value, at: time, settings)
        }
    }

    private mutating func appendSorted(_ value: Double, at time: Int64) {
        if self.count == self.times.count {
            // The new point takes the place of the oldest one, here and there.
            self.move(self.lowerBound(self.values[self.head]), to: self.lowerBound(value), value)
            (self.times[self.head], self.values[self.head]) = (time, value)
            self.head = self.next(self.head)
            return
        }
        self.move(self.count, to: self.lowerBound(value), value)
        self.put(value, at: time)
    }

    private mutating func appendToHeaps(_ value: Double, at time: Int64, _ settings: BandSettings) {
        if self.count == self.times.count {
            if self.count < Self.mostPoints { self.grow(settings) } else { self.removeOldest() }
        }
        let tail = self.put(value, at: time)
        self.heaps?.upper.insert(tail, self.values)
        self.heaps?.lower.insert(tail, self.values)
    }

    /// Writes the youngest point behind the others, and says where.
    @discardableResult
    private mutating func put(_ value: Double, at time: Int64) -> Int {
        var tail = self.head + self.count
        if tail >= self.times.count { tail -= self.times.count }
        (self.times[tail], self.values[tail]) = (time, value)
        self.count += 1
        return tail
    }

    private func next(_ slot: Int) -> Int { slot + 1 == self.times.count ? 0 : slot + 1 }

    /// Takes the value at `gap` out of the sorted ones and puts `value` in before the one that stood at `place`.
    private mutating func move(_ gap: Int, to place: Int, _ value: Double) {
        // Invariant: both are places among the values, or the one behind them, which the storage has.
        unsafe self.sorted.withUnsafeMutableBufferPointer { sorted in
            guard let base = sorted.baseAddress else { return }
            if place > gap {
                unsafe (base + gap).update(from: base + gap + 1, count: place - gap - 1)
                unsafe base[place - 1] = value
            } else {
                unsafe (base + place + 1).update(from: base + place, count: gap - place)
                unsafe base[place] = value
            }
        }
    }

    /// Takes out the points before `limit`; `true` when there were any.
    @discardableResult
    mutating func expire(before limit: Int64) -> Bool {
        let before = self.count
        while self.count > 0, self.times[self.head] < limit { self.removeOldest() }
        return self.count != before
    }

    mutating func band(_ settings: BandSettings) -> Band? {
        guard self.count >= settings.minPoints, self.count > 0 else { return nil }
        if let heaps = self.heaps {
            return Band(upper: self.values[heaps.upper.slot], lower: self.values[heaps.lower.slot])
        }
        if self.ranks.count != self.count {
            let (upper, lower) = (settings.upper.index(in: self.count), settings.lower.index(in: self.count))
            self.ranks = (self.count, upper, lower)
        }
        return Band(upper: self.sorted[self.ranks.upper], lower: self.sorted[self.ranks.lower])
    }

    private mutating func reserve(_ settings: BandSettings) {
        let capacity = settings.points ?? 256
        self.times = Array(repeating: 0, count: capacity)
        self.values = Array(repeating: 0, count: capacity)
        if settings.points == nil {
            self.heaps = (QuantileHeaps(settings.upper), QuantileHeaps(settings.lower))
        } else {
            self.sorted = Array(repeating: 0, count: capacity)
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
            let place = self.lowerBound(self.values[self.head])
            self.move(place, to: self.count, self.sorted[self.count - 1])
        }
        self.head = self.next(self.head)
        self.count -= 1
    }

    /// The first place whose value is not below `value`.
    private func lowerBound(_ value: Double) -> Int {
        // Halves without a branch on the value, which no processor can foretell.
        var (low, length) = (0, self.count)
        while length > 0 {
            let half = length / 2
            let isBelow = self.sorted[low + half] < value
            low = isBelow ? low + half + 1 : low
            length = isBelow ? length - half - 1 : half
        }
        return low
    }
}
