/// The last so many points, and the ends of their values as far as the quantiles reach: about O(1) a point.
struct CountedPoints: ~Copyable {
    /// One cache line has both of a point.
    private struct Point: BitwiseCopyable {
        var time: Int64
        var value: Double
    }

    private var points = Room<Point>()
    // Halves of a word, as all that each pair has.
    private var start: Int32 = 0
    private var number: Int32 = 0
    private var upper = QuantileTail()
    private var lower = QuantileTail()

    private var head: Int {
        get { Int(self.start) }
        set { self.start = Int32(truncatingIfNeeded: newValue) }
    }

    private(set) var count: Int {
        get { Int(self.number) }
        set { self.number = Int32(truncatingIfNeeded: newValue) }
    }

    /// Whether it has room for any.
    var isBegun: Bool { self.points.count > 0 }

    /// Makes room.
    ///
    /// - Parameters:
    ///   - most: For how many, at least 1.
    ///   - settings: Which quantiles.
    mutating func begin(most: Int, _ settings: BandSettings) {
        self.points = Room(most, of: Point(time: 0, value: 0))
        self.upper = QuantileTail(settings.upper, most: most)
        self.lower = QuantileTail(settings.lower, most: most)
    }

    /// Adds a point; where there are as many as there may be, it takes the place of the oldest one.
    ///
    /// - Returns: `false` when no quantile can be another for it.
    @inline(__always)
    mutating func append(_ value: Double, at time: Int64) -> Bool {
        if self.count == self.points.count {
            let old = self.points[self.head].value
            self.points[self.head] = Point(time: time, value: value)
            self.head = self.next(self.head)
            let left = (self.upper.remove(old), self.lower.remove(old))
            let came = (self.upper.insert(value), self.lower.insert(value))
            return left.0 || left.1 || came.0 || came.1
        }
        var tail = self.head + self.count
        if tail >= self.points.count { tail -= self.points.count }
        self.points[tail] = Point(time: time, value: value)
        self.count += 1
        _ = (self.upper.insert(value), self.lower.insert(value))
        return true
    }

    /// Takes out the points before `limit`; `true` when there were any.
    @inline(__always)
    mutating func expire(before limit: Int64) -> Bool {
        guard self.count > 0, self.points[self.head].time < limit else { return false }
        repeat {
            let old = self.points[self.head].value
            _ = (self.upper.remove(old), self.lower.remove(old))
            self.head = self.next(self.head)
            self.count -= 1
        } while self.count > 0 && self.points[self.head].time < limit
        return true
    }

    /// Has the processor bring near what the next point looks at: the oldest one, which it may replace, and both ends.
    @inline(__always)
    func prefetch() {
        self.points.prefetch(self.head)
        self.upper.prefetch()
        self.lower.prefetch()
    }

    /// - Precondition: There is at least one point.
    mutating func band(_ settings: BandSettings) -> Band {
        if self.upper.isShort(of: self.count, settings.upper) {
            self.upper.begin()
            for slot in self.slots { _ = self.upper.insert(self.points[slot].value) }
        }
        if self.lower.isShort(of: self.count, settings.lower) {
            self.lower.begin()
            for slot in self.slots { _ = self.lower.insert(self.points[slot].value) }
        }
        return Band(upper: self.upper.value, lower: self.lower.value)
    }

    /// Where the points stand, the oldest at the head.
    private var slots: some Sequence<Int> {
        let behind = max(0, self.head + self.count - self.points.count)
        return [self.head..<self.head + self.count - behind, 0..<behind].joined()
    }

    private func next(_ slot: Int) -> Int { slot + 1 == self.points.count ? 0 : slot + 1 }
}
