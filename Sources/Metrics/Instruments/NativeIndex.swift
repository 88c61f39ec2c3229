/// Finds the bucket of a number with a table lookup and a comparison, on its bits.
// Invariant: `slices` points to `2^(schema + 1)` and `bounds` to `2^schema + 1` initialised numbers from init to deinit
// (one each where the schema is not positive), never written again. The lookups stay within: a slice is cut out of a
// mantissa's top bits, and the last bound is above every mantissa.
@safe final class NativeIndex: @unchecked Sendable {
    private static let mantissaBits = 52
    private static let mantissaMask: UInt64 = (1 << 52) - 1

    let scale: NativeScale
    let zeroThreshold: Double
    private let schema: Int
    private let sliceShift: UInt64
    /// The mantissas of `2^(j/2^schema)`, ascending, then the end.
    private let bounds: UnsafeMutablePointer<UInt64>
    /// For each slice of mantissas, by their top bits: the first bound that is not below it.
    private let slices: UnsafeMutablePointer<Int>

    init(_ scale: NativeScale) {
        self.scale = scale
        self.zeroThreshold = scale.zeroThreshold
        self.schema = scale.schema
        self.sliceShift = UInt64(Self.mantissaBits - max(0, scale.schema) - 1)
        let steps = 1 << max(0, scale.schema)
        unsafe self.bounds = .allocate(capacity: steps + 1)
        for step in 0..<steps {
            let bound = NativeScale.upperBound(step, schema: max(0, scale.schema))
            unsafe (self.bounds + step).initialize(to: bound.bitPattern & Self.mantissaMask)
        }
        unsafe (self.bounds + steps).initialize(to: .max)
        unsafe self.slices = .allocate(capacity: 2 * steps)
        for slice in 0..<(2 * steps) {
            let start = UInt64(slice) << self.sliceShift
            var step = 0
            while unsafe self.bounds[step] < start { step += 1 }
            unsafe (self.slices + slice).initialize(to: step)
        }
    }

    deinit {
        unsafe self.bounds.deallocate()
        unsafe self.slices.deallocate()
    }

    /// The bucket of a number above zero; an infinite one comes behind the last finite one's.
    @inline(__always)
    func bucket(of value: Double) -> Int {
        if value >= .leastNormalMagnitude, value < .infinity {
            return self.bucket(mantissa: value.bitPattern, exponentOffset: 0)
        }
        return self.rareBucket(of: value)
    }

    @inline(never)
    private func rareBucket(of value: Double) -> Int {
        guard value.isFinite else { return self.bucket(of: .greatestFiniteMagnitude) + 1 }
        // Numbers too small for the usual form are made larger first.
        return self.bucket(mantissa: (value * 0x1p54).bitPattern, exponentOffset: 54)
    }

    @inline(__always)
    private func bucket(mantissa bits: UInt64, exponentOffset: Int) -> Int {
        let exponent = Int(truncatingIfNeeded: bits >> 52) &- 1023 &- exponentOffset
        let mantissa = bits & Self.mantissaMask
        guard self.schema > 0 else {
            let octave = mantissa == 0 ? exponent : exponent + 1
            let width = -self.schema
            return (octave + (1 << width) - 1) >> width
        }
        // A slice is narrower than any bucket, so at most one bound is within. Added without a branch, which could not
        // be guessed.
        let step = unsafe self.slices[Int(truncatingIfNeeded: mantissa &>> self.sliceShift)]
        return unsafe (exponent &<< UInt64(self.schema)) &+ step &+ (self.bounds[step] < mantissa ? 1 : 0)
    }
}
