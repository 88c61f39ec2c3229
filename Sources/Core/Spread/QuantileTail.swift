/// The values at one end of a changing set of numbers: as far as a quantile near that end reaches, and some more.
///
/// Law: the kept values are the outermost ``count`` of all. So what comes and goes farther inside costs one comparison
/// and moves nothing, which at 0.97 is nineteen values in twenty. Where more outer values leave than come, the reserve
/// runs out; then, and only then, all values are looked at again.
struct QuantileTail: ~Copyable {
    /// Beyond what the quantile needs, and once more as many as it needs.
    private static let reserve = 2

    /// Values as keys: at the upper end themselves, at the lower end negated, so that the outermost is the greatest.
    private var sign = 1.0
    /// The kept keys, descending; beyond ``count`` there is nothing but `-infinity`.
    private var keys = Room<Double>()
    private(set) var count: Int32 = 0
    /// A key above it is kept from now on.
    private var limit = -Double.infinity
    /// The quantile's place, counted from the end, among so many values.
    private var rank = (place: Int32(0), total: Int32(0))

    /// Without room for any.
    init() {}

    /// Keeps none yet.
    ///
    /// - Parameters:
    ///   - quantile: Which quantile of them: always the same.
    ///   - most: How many values there will be at most, 1 or more.
    init(_ quantile: Quantile, most: Int) {
        let index = quantile.index(in: most)
        let isUpper = index * 2 >= most
        self.sign = isUpper ? 1 : -1
        // The place from the end never shrinks while values come.
        let place = isUpper ? most - 1 - index : index
        self.keys = Room(min(most, (place + 1) * 2 + Self.reserve), of: -.infinity)
    }

    /// Has the processor bring the kept values near: two lines, where the quantile is 0.97 of 200.
    @inline(__always)
    func prefetch() { self.keys.prefetch() }

    /// A value came.
    ///
    /// - Returns: Whether it is among the kept ones.
    @inline(__always)
    mutating func insert(_ value: Double) -> Bool {
        let key = value * self.sign
        guard key > self.limit else { return false }
        self.keep(key)
        return true
    }

    /// A value left.
    ///
    /// - Returns: Whether it was among the kept ones.
    @inline(__always)
    mutating func remove(_ value: Double) -> Bool {
        let key = value * self.sign
        // With an equal one inside, either may be the one that left.
        guard key >= self.limit, self.count > 0 else { return false }
        self.forget(key)
        return true
    }

    /// Whether so many values have their quantile beyond the kept ones: then all must be told anew, after ``begin()``.
    @inline(__always)
    mutating func isShort(of total: Int, _ quantile: Quantile) -> Bool {
        if self.rank.total != total {
            let index = quantile.index(in: total)
            self.rank = (Int32(self.sign > 0 ? total - 1 - index : index), Int32(total))
        }
        return self.count <= self.rank.place
    }

    /// The quantile of as many values as ``isShort(of:)`` was asked about last.
    var value: Double { self.keys[Int(self.rank.place)] * self.sign }

    /// Forgets all, to be told anew of every value there is.
    mutating func begin() {
        (self.count, self.limit) = (0, -.infinity)
        self.keys.empty()
    }

    @inline(never)
    private mutating func keep(_ key: Double) {
        // The key is above the last one, so that it has a place even where the last one loses its own.
        self.keys.insert(key)
        if self.count < self.keys.count { self.count += 1 }
        if self.count == self.keys.count { self.limit = self.keys[Int(self.count) - 1] }
    }

    @inline(never)
    private mutating func forget(_ key: Double) {
        self.keys.remove(key)
        self.count -= 1
        // While everything is kept, there is no limit.
        if self.limit > -.infinity { self.limit = self.count > 0 ? self.keys[Int(self.count) - 1] : .infinity }
    }
}
