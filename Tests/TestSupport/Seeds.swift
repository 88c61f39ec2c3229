import Foundation

/// A small, fast generator whose whole state is its seed.
///
/// - SeeAlso: Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators" (OOPSLA 2014).
public struct SplitMix64: RandomNumberGenerator {
    private var state: UInt64

    public init(seed: UInt64) { self.state = seed }

    public mutating func next() -> UInt64 {
        self.state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = self.state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    public mutating func int(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &self) }

    /// True once in so many times.
    public mutating func oneIn(_ times: Int) -> Bool { Int.random(in: 0..<times, using: &self) == 0 }
}

/// The seeds of a property test: other ones at every run, or the one in `ARB1D_SEED`.
///
/// A failing seed is printed as the argument of the failed case. `ARB1D_SEEDS=100` takes a hundred times as many.
public enum Seeds {
    public static func fresh(_ count: Int) -> [UInt64] {
        let environment = ProcessInfo.processInfo.environment
        if let text = environment["ARB1D_SEED"], let seed = UInt64(text) { return [seed] }
        let factor = environment["ARB1D_SEEDS"].flatMap(Int.init) ?? 1
        return (0..<count * factor).map { _ in UInt64.random(in: 0...(.max)) }
    }
}
