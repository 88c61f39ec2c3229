/// Finds the classic bucket of a number: a table says where to look, by its exponent and the top bit of its mantissa,
/// and a comparison or two do the rest, however many bounds there are.
// Invariant: `bounds` points to `count + 1` initialised numbers and `starts` to `last + 1` from init to deinit, never
// written again. The lookups stay within: a slice is cut to `last`, no start is above `count`, and nothing exceeds the
// last bound.
@safe struct BoundIndex: ~Copyable, @unchecked Sendable {
    /// The bits above these tell half an octave from the next one.
    private static let sliceShift: UInt64 = 51

    /// How many bounds there are; also the place of `+Inf`.
    let count: Int
    /// The slice below the one of the lowest positive bound; it begins at zero.
    private let first: Int
    private let last: Int
    /// For each slice: the first bound that is not below it.
    private let starts: UnsafeMutablePointer<UInt16>
    /// The bits of each bound, which for positive numbers are in the same order as these, then the end.
    private let bounds: UnsafeMutablePointer<UInt64>

    /// - Parameter bounds: Ascending and finite, 256 at most.
    init(_ bounds: [Double]) {
        self.count = bounds.count
        unsafe self.bounds = .allocate(capacity: bounds.count + 1)
        // Zero has one sign here.
        for (place, bound) in bounds.enumerated() {
            unsafe (self.bounds + place).initialize(to: (bound + 0).bitPattern)
        }
        unsafe (self.bounds + bounds.count).initialize(to: .max)
        let positive = bounds.filter { $0 > 0 }.map { Self.slice(of: $0.bitPattern) }
        // Without any, all numbers are in the slice below infinity's.
        self.first = (positive.first ?? Self.slice(of: Double.infinity.bitPattern)) - 1
        self.last = (positive.last ?? self.first) - self.first + 1
        unsafe self.starts = .allocate(capacity: self.last + 1)
        for slice in 0...self.last {
            let start = slice == 0 ? 0 : Double(bitPattern: UInt64(self.first + slice) &<< Self.sliceShift)
            let below = slice == self.last ? bounds.count : bounds.prefix { $0 < start }.count
            unsafe (self.starts + slice).initialize(to: UInt16(below))
        }
    }

    deinit {
        unsafe self.starts.deallocate()
        unsafe self.bounds.deallocate()
    }

    /// The position of the first bound that the value does not exceed, or of `+Inf`, where NaN belongs too.
    @inline(__always)
    func bucket(of value: Double) -> Int {
        let bits = value.bitPattern
        guard bits &>> 63 == 0 else { return unsafe Self.search(value, in: self.bounds, from: 0, count: self.count) }
        let slice = max(0, min(Self.slice(of: bits) &- self.first, self.last))
        let start = unsafe Int(self.starts[slice])
        // Added without a branch: whether the value exceeds a bound of its slice cannot be guessed.
        let place = unsafe start &+ (self.bounds[start] < bits ? 1 : 0)
        // Two bounds within half an octave are rare.
        guard unsafe self.bounds[place] < bits else { return place }
        return unsafe Self.search(value, in: self.bounds, from: place, count: self.count)
    }

    @inline(__always)
    private static func slice(of bits: UInt64) -> Int { Int(truncatingIfNeeded: bits &>> self.sliceShift) }

    /// Looks at one bound after the other; the end is no number, which nothing exceeds.
    @inline(never)
    private static func search(
        _ value: Double,
        in bounds: UnsafeMutablePointer<UInt64>,
        from start: Int,
        count: Int
    ) -> Int {
        guard !value.isNaN else { return count }
        var place = start
        while unsafe Double(bitPattern: bounds[place]) < value { place += 1 }
        return place
    }
}
