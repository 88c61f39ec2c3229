import Glibc

/// A generator whose whole state is its seed (SplitMix64): the same market in every run.
public struct Seeded: RandomNumberGenerator {
    private var state: UInt64

    public init(_ seed: UInt64) { self.state = seed }

    public mutating func next() -> UInt64 {
        self.state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = self.state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// Below `bound`, which is small: the bias is of no account here.
    public mutating func below(_ bound: Int) -> Int { Int(self.next() % UInt64(bound)) }

    /// From 0 to 1.
    public mutating func unit() -> Double { Double(self.next() >> 11) * 0x1p-53 }

    /// With mean 1.
    public mutating func exponential() -> Double { -log(1 - self.unit()) }

    /// With mean 0 and deviation 1.
    public mutating func normal() -> Double { (-2 * log(1 - self.unit())).squareRoot() * cos(2 * .pi * self.unit()) }
}
