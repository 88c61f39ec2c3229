import TestSupport
import Testing

@testable import Metrics

@Suite("Classic buckets")
struct BoundIndexTests {
    static let lists: [[Double]] = [
        Buckets.pipelineSeconds, Buckets.legAgeSeconds, Buckets.opportunityPeakRatio, [], [0], [-0.0, 1], [-2, -1],
        [-1e9, -3, 0, 1e-300, 7],
        // More than one to half an octave, at both ends of what a double holds, and as many as a family may have.
        [1, 1.01, 1.02, 1.03, 1.2, 1.9], [.leastNonzeroMagnitude, 1e-308, 1e308, .greatestFiniteMagnitude],
        (1...256).map { Double($0) },
    ]

    @Test("at every bound a table leads to the bucket that a search from the front finds", arguments: Self.lists)
    func edges(bounds: [Double]) {
        let odd: [Double] = [
            0, -0.0, .leastNonzeroMagnitude, .greatestFiniteMagnitude, .infinity, -.infinity, .nan, -.nan,
        ]
        Self.check(odd + bounds.flatMap { [$0.nextDown, $0, $0.nextUp, -$0] }, bounds)
    }

    @Test("and so it does for any bits", arguments: Seeds.fresh(3))
    func anything(seed: UInt64) {
        var generator = SplitMix64(seed: seed)
        for bounds in Self.lists {
            Self.check((0..<1_000).map { _ in Double(bitPattern: generator.next()) }, bounds)
            guard let highest = bounds.last, highest > 0 else { continue }
            Self.check((0..<1_000).map { _ in highest * Double(generator.int(0...1_100)) / 1_000 }, bounds)
        }
    }

    private static func check(_ values: [Double], _ bounds: [Double]) {
        let index = BoundIndex(bounds)
        for value in values {
            let place = index.bucket(of: value)
            #expect(place == bounds.firstIndex { value <= $0 } ?? bounds.count, "\(value) of \(bounds)")
        }
    }
}
