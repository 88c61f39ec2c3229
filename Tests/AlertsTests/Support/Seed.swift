import Foundation
import Testing

/// A seeded generator (SplitMix64), so that a failure can be replayed.
struct Seed: RandomNumberGenerator, Sendable, CustomTestStringConvertible {
    let start: UInt64
    private var state: UInt64

    init(_ start: UInt64) { (self.start, self.state) = (start, start) }

    /// Other ones at every run, or the one in `ARB1D_SEED`.
    static func some(_ count: Int) -> [Seed] {
        let text = ProcessInfo.processInfo.environment["ARB1D_SEED"]
        if let start = text.flatMap({ UInt64($0) }) { return [Seed(start)] }
        return (0..<count).map { _ in Seed(.random(in: 0 ... .max)) }
    }

    var testDescription: String { "ARB1D_SEED=\(self.start)" }

    mutating func next() -> UInt64 {
        self.state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = self.state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

/// Always the greatest number: jitter at its longest.
struct Longest: RandomNumberGenerator, Sendable {
    mutating func next() -> UInt64 { .max }
}
