/// The points of a duration, which may hold many thousands, and two heaps a quantile beside them: O(log n) a point.
struct TimedPoints: Sendable {
    /// Also a duration has a bound: a thousand points a second for a quarter of an hour. Beyond it the oldest leave.
    private static let mostPoints = 1 << 20

    private var times = [Int64](repeating: 0, count: 256)
    private var values = [Double](repeating: 0, count: 256)
    private var head = 0
    private(set) var count = 0
    private var upper: QuantileHeaps
    private var lower: QuantileHeaps

    init(_ settings: BandSettings) {
        (self.upper, self.lower) = (QuantileHeaps(settings.upper), QuantileHeaps(settings.lower))
    }

    mutating func append(_ value: Double, at time: Int64, _ settings: BandSettings) {
        if self.count == self.times.count {
            if self.count < Self.mostPoints { self.grow(settings) } else { self.removeOldest() }
        }
        var tail = self.head + self.count
        if tail >= self.times.count { tail -= self.times.count }
        (self.times[tail], self.values[tail]) = (time, value)
        self.count += 1
        self.upper.insert(tail, self.values)
        self.lower.insert(tail, self.values)
    }

    /// Takes out the points before `limit`; `true` when there were any.
    mutating func expire(before limit: Int64) -> Bool {
        let before = self.count
        while self.count > 0, self.times[self.head] < limit { self.removeOldest() }
        return self.count != before
    }

    /// - Precondition: There is at least one point.
    var band: Band { Band(upper: self.values[self.upper.slot], lower: self.values[self.lower.slot]) }

    /// Twice the room. The slots are numbered anew from the oldest point on, so the heaps are built again.
    private mutating func grow(_ settings: BandSettings) {
        let order = (0..<self.count).map { (self.head + $0) % self.times.count }
        let spare = self.times.count
        self.times = order.map { self.times[$0] } + Array(repeating: 0, count: spare)
        self.values = order.map { self.values[$0] } + Array(repeating: 0, count: spare)
        self.head = 0
        (self.upper, self.lower) = (QuantileHeaps(settings.upper), QuantileHeaps(settings.lower))
        for slot in 0..<self.count {
            self.upper.insert(slot, self.values)
            self.lower.insert(slot, self.values)
        }
    }

    private mutating func removeOldest() {
        self.upper.remove(self.head, self.values)
        self.lower.remove(self.head, self.values)
        self.head = self.head + 1 == self.times.count ? 0 : self.head + 1
        self.count -= 1
    }
}
