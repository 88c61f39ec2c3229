#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A small seeded generator (Steele, Lea and Flood, 2014): the same seed gives the same market on every machine.
public struct SplitMix64: RandomNumberGenerator, Sendable {
    private var state: UInt64

    public init(seed: UInt64) { self.state = seed }

    public mutating func next() -> UInt64 {
        self.state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = self.state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// A number in `0 ..< 1`.
    mutating func nextUnit() -> Double {
        Double(self.next() >> 11) * 0x1p-53
    }

    mutating func chance(_ probability: Double) -> Bool {
        self.nextUnit() < probability
    }

    mutating func uniform(_ low: Double, _ high: Double) -> Double {
        low + (high - low) * self.nextUnit()
    }

    mutating func integer(in range: ClosedRange<Int64>) -> Int64 {
        range.lowerBound + Int64(self.nextUnit() * Double(range.upperBound - range.lowerBound + 1))
    }

    /// A standard normal number (Box and Muller; the second of the pair is thrown away).
    mutating func nextGaussian() -> Double {
        let radius = (-2 * log(1 - self.nextUnit())).squareRoot()
        return radius * cos(2 * .pi * self.nextUnit())
    }

    /// Lower-case hexadecimal digits, as venues name connections and traces.
    mutating func hexadecimal(digits: Int) -> String {
        let alphabet = Array("0123456789abcdef".utf8)
        let bytes = (0..<digits).map { _ in alphabet[Int(self.next() & 15)] }
        return String(decoding: bytes, as: UTF8.self)
    }
}
