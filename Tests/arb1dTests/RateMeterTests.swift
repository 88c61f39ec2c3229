import Core
import Testing

@testable import arb1d

@Suite("Rate meter")
struct RateMeterTests {
    private func meter(_ readings: [(second: Double, count: UInt64)]) -> RateMeter {
        let meter = RateMeter()
        for (second, count) in readings { meter.note(count, at: Timestamp(nanoseconds: Int64(second * 1e9))) }
        return meter
    }

    @Test("says nothing of fewer than two instants")
    func tooFew() {
        #expect(self.meter([]).perSecond == 0)
        #expect(self.meter([(1, 500)]).perSecond == 0)
        #expect(self.meter([(1, 500), (1, 900)]).perSecond == 0)
    }

    @Test("is the growth over the time between the first and the last reading, to a tenth")
    func growth() {
        #expect(self.meter([(1, 100), (2, 350)]).perSecond == 250)
        #expect(self.meter([(1, 0), (2.5, 1), (4, 1)]).perSecond == 0.3)
    }

    @Test("forgets what is older than the last six readings")
    func forgets() {
        let burst = [(second: 0.0, count: UInt64(0))] + (1...6).map { (second: Double($0), count: UInt64(1_000)) }
        #expect(self.meter(Array(burst.dropLast())).perSecond == 200)
        #expect(self.meter(burst).perSecond == 0)
    }
}
