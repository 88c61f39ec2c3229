/// Counts observations in classic buckets, in native ones, or in both at once.
///
/// An observation is one wait-free add to a bucket and one to the sum, which is kept in whole units (nanoseconds of
/// seconds) and so does not depend on the order of observations. Nothing else is stored: the cumulative counts, the
/// native buckets and `_count` are all derived from one reading of the same cells, so they agree in every scrape.
/// `_sum` may be ahead or behind by the observations that are in flight at that moment.
public final class Histogram: Sendable {
    let shape: HistogramShape
    /// The counts where there are no native buckets.
    private let classic: AtomicCells
    private let native: BucketTable?
    private let isNative: Bool
    private let sum: ExactSum
    private let exemplars: ExemplarSlots?

    init(_ shape: HistogramShape, keepsExemplars: Bool = false) {
        self.shape = shape
        self.sum = ExactSum(unitsPerOne: shape.unitsPerOne)
        self.classic = AtomicCells(count: shape.native == nil ? shape.bounds.count + 1 : 0)
        self.isNative = shape.native != nil
        // A native bucket that a classic bound cuts in two takes two places.
        self.native = shape.native.map {
            BucketTable(schema: $0.scale.schema, limit: $0.scale.maxBuckets + shape.bounds.count)
        }
        self.exemplars = keepsExemplars ? ExemplarSlots(count: shape.bounds.count + 1) : nil
    }

    public func observe(_ value: Double) { self.observe(value, count: 1) }

    /// Observes the same value `count` times at the cost of one observation.
    ///
    /// NaN counts as above every bound and leaves the sum alone, which it would spoil for ever.
    public func observe(_ value: Double, count: UInt64) { self.add(self.observation(value, count), by: .many) }

    /// Observes a value that evidence can be shown for. In a family without exemplars it counts like any other.
    public func observe(_ value: Double, evidence: Evidence) {
        let observation = self.observation(value, 1)
        self.add(observation, by: .many)
        self.exemplars?.offer(value, evidence, in: observation.bucket)
    }

    /// The same where one thread at a time observes, and nobody else: then no addition has to be locked.
    ///
    /// - Precondition: All observations of this histogram come from one thread, this way or another.
    public func observeAlone(_ value: Double, evidence: Evidence) {
        let observation = self.observation(value, 1)
        self.add(observation, by: .one)
        self.exemplars?.offer(value, evidence, in: observation.bucket)
    }

    /// Observes a value in two histograms of one family: where it belongs is found out once.
    ///
    /// - Precondition: As of ``observeAlone(_:evidence:)``, for both.
    public func observeAlone(_ value: Double, evidence: Evidence, alsoIn other: Histogram) {
        precondition(self.shape === other.shape, "Two histograms of different families have different buckets.")
        let observation = self.observation(value, 1)
        self.add(observation, by: .one)
        other.add(observation, by: .one)
        self.exemplars?.offer(value, evidence, in: observation.bucket)
        other.exemplars?.offer(value, evidence, in: observation.bucket)
    }

    /// Where a value belongs, and what it adds.
    private struct Observation {
        let count: UInt64
        let bucket: Int
        let key: BucketKey?
        let units: ExactSum.Units
    }

    // All is computed before the first atomic addition: what comes behind one waits for it.
    @inline(__always)
    private func observation(_ value: Double, _ count: UInt64) -> Observation {
        let bucket = self.shape.classicBucket(of: value)
        return Observation(
            count: count,
            bucket: bucket,
            key: self.isNative ? self.shape.key(of: value, classic: bucket) : nil,
            units: self.sum.units(of: value, count: count)
        )
    }

    @inline(__always)
    private func add(_ observation: Observation, by writers: Writers) {
        if let key = observation.key {
            self.native?.add(observation.count, to: key, by: writers)
        } else {
            self.classic.add(observation.count, at: observation.bucket, by: writers)
        }
        self.sum.add(observation.units, by: writers)
    }

    /// Reads everything at one moment into a reading that is reused.
    ///
    /// - Parameters:
    ///   - reading: What is overwritten.
    ///   - native: Whether the native buckets are wanted; the classic ones are read always.
    func read(into reading: inout HistogramReading, native: Bool = true) {
        reading.begin(buckets: self.shape.bounds.count + 1, sum: self.sum.value)
        if let table = self.native, let scale = self.shape.native?.scale {
            if native {
                table.forEach { reading.add($2, at: $1, schema: $0) }
                reading.finish(scale)
            } else {
                table.forEach { reading.add($2, toClassic: $1.classic) }
                reading.finish(nil)
            }
        } else {
            for bucket in 0..<self.classic.count { reading.add(self.classic[bucket], toClassic: bucket) }
            reading.finish(nil)
        }
        self.exemplars?.read(into: &reading.exemplars)
    }

    func read() -> HistogramReading {
        var reading = HistogramReading()
        self.read(into: &reading)
        return reading
    }
}
