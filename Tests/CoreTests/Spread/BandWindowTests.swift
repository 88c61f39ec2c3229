import TestSupport
import Testing

@testable import Core

@Suite("Band window")
struct BandWindowTests {
    @Test("agrees with sorting the last points that are young enough", arguments: Seeds.fresh(16))
    func reference(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let (upper, lower) = (random.int(1...100), random.int(1...100))
        var settings = BandSettings(upper: try Self.percent(upper), lower: try Self.percent(lower))
        // Half of them by duration alone.
        let most = random.oneIn(2) ? random.int(1...60) : nil
        settings.points = most
        settings.minPoints = random.int(1...(most ?? 60))
        // Long enough for some thousand points, or short.
        settings.maxAge = Int64(random.oneIn(3) ? 100_000 : random.int(1...100))
        var window = BandWindow()
        var points: [(time: Int64, value: Double)] = []
        var now: Int64 = 1_000
        for _ in 0..<1_500 {
            now += Int64(random.oneIn(40) ? random.int(50...150) : random.int(0...3))
            if random.oneIn(5) {
                let count = points.count
                points.removeAll { now - $0.time > settings.maxAge }
                #expect(window.expire(before: now - settings.maxAge) == (points.count < count))
            } else {
                // Few values, so that many are equal.
                let value = Double(random.int(-8...8)) / 1_024
                window.append(value, at: now, settings: settings)
                points.removeAll { now - $0.time > settings.maxAge }
                points = Array((points + [(now, value)]).suffix(most ?? .max))
            }
            #expect(window.count == points.count)
            let band = window.band(settings)
            guard points.count >= settings.minPoints else {
                #expect(band == nil)
                continue
            }
            let sorted = points.map(\.value).sorted()
            #expect(band == Band(upper: Self.nearestRank(upper, sorted), lower: Self.nearestRank(lower, sorted)))
        }
    }

    @Test("has no band before there are enough points, and none after they grew old")
    func tooFew() throws {
        var settings = BandSettings(upper: try Self.percent(97), lower: try Self.percent(3))
        settings.minPoints = 3
        settings.maxAge = 10
        var window = BandWindow()
        #expect(window.band(settings) == nil)
        for (time, value) in [(0, 0.1), (1, 0.3), (2, 0.2)] as [(Int64, Double)] {
            #expect(window.band(settings) == nil)
            window.append(value, at: time, settings: settings)
        }
        #expect(window.band(settings) == Band(upper: 0.3, lower: 0.1))
        let nothing = window.expire(before: 0)
        #expect(!nothing)
        let one = window.expire(before: 1)
        #expect(one)
        #expect(window.band(settings) == nil)
        #expect(window.count == 2)
    }

    @Test("a point exactly as old as allowed still counts")
    func ageLimit() throws {
        var settings = BandSettings(upper: try Self.percent(100), lower: try Self.percent(1))
        settings.minPoints = 1
        settings.maxAge = 10
        var window = BandWindow()
        window.append(5, at: 100, settings: settings)
        window.append(1, at: 110, settings: settings)
        #expect(window.band(settings)?.upper == 5)
        window.append(2, at: 111, settings: settings)
        #expect(window.band(settings)?.upper == 2)
    }

    private static func percent(_ percent: Int) throws -> Quantile {
        try #require(Quantile(ExactDecimal(mantissa: Int64(percent), scale: 2)))
    }

    /// The first value that at least so many per cent of all are not above, found by looking at one after the other.
    private static func nearestRank(_ percent: Int, _ sorted: [Double]) -> Double {
        for (index, value) in sorted.enumerated() where (index + 1) * 100 >= percent * sorted.count { return value }
        return .nan
    }
}
