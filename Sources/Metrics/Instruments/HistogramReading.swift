/// What a histogram held at one moment, in the form that the exposition prints. Reused from one to the next.
struct HistogramReading {
    struct Bucket: Equatable {
        var index: Int
        var count: UInt64
    }

    /// For each classic bound and then `+Inf`: how many observations were at most that.
    private(set) var cumulative: [UInt64] = []
    private(set) var sum = 0.0
    /// Whether the native fields say anything.
    private(set) var isNative = false
    private(set) var schema = 0
    private(set) var zeroThreshold = 0.0
    private(set) var zeroCount: UInt64 = 0
    /// By index, without empty ones.
    private(set) var positive: [Bucket] = []
    private(set) var negative: [Bucket] = []
    /// By classic bucket; empty when the family keeps none.
    var exemplars: [Exemplar?] = []

    var hasExemplars: Bool { self.exemplars.contains { $0 != nil } }

    var count: UInt64 { self.cumulative.last ?? 0 }

    mutating func begin(buckets: Int, sum: Double) {
        self.cumulative.removeAll(keepingCapacity: true)
        for _ in 0..<buckets { self.cumulative.append(0) }
        self.sum = sum
        self.schema = NativeScale.schemas.upperBound
        self.zeroCount = 0
        self.positive.removeAll(keepingCapacity: true)
        self.negative.removeAll(keepingCapacity: true)
        self.exemplars.removeAll(keepingCapacity: true)
    }

    mutating func add(_ count: UInt64, toClassic bucket: Int) { self.cumulative[bucket] &+= count }

    /// Takes a count of a native histogram. Schemas come in falling order; what came before is brought to the new one.
    mutating func add(_ count: UInt64, at key: BucketKey, schema: Int) {
        self.cumulative[key.classic] &+= count
        while self.schema > schema { self.coarsen() }
        switch key.sector {
        case .zero: self.zeroCount &+= count
        case .positive: self.positive.append(Bucket(index: key.index, count: count))
        case .negative: self.negative.append(Bucket(index: key.index, count: count))
        }
    }

    /// Adds up, and gives up resolution until the native buckets are as few as they may be.
    mutating func finish(_ scale: NativeScale?) {
        var total: UInt64 = 0
        for index in self.cumulative.indices {
            total &+= self.cumulative[index]
            self.cumulative[index] = total
        }
        self.isNative = scale != nil
        guard let scale else { return }
        self.zeroThreshold = scale.zeroThreshold
        while self.schema > scale.schema { self.coarsen() }
        Self.merge(&self.positive)
        Self.merge(&self.negative)
        while self.positive.count + self.negative.count > scale.maxBuckets,
            self.schema > NativeScale.schemas.lowerBound
        {
            self.coarsen()
            Self.merge(&self.positive)
            Self.merge(&self.negative)
        }
    }

    private mutating func coarsen() {
        self.schema -= 1
        for position in self.positive.indices {
            self.positive[position].index = NativeScale.coarser(self.positive[position].index)
        }
        for position in self.negative.indices {
            self.negative[position].index = NativeScale.coarser(self.negative[position].index)
        }
    }

    /// Sorts by index and makes one bucket of those with the same.
    private static func merge(_ buckets: inout [Bucket]) {
        buckets.sort { $0.index < $1.index }
        var kept = 0
        for position in buckets.indices {
            if kept > 0, buckets[kept - 1].index == buckets[position].index {
                buckets[kept - 1].count &+= buckets[position].count
            } else {
                buckets[kept] = buckets[position]
                kept += 1
            }
        }
        buckets.removeLast(buckets.count - kept)
    }
}
