import TestSupport
import Testing

@testable import Core

@Suite("High water")
struct HighWaterTests {
    @Test("remembers a peak for 55 to 60 seconds of heartbeats, then forgets it", arguments: Seeds.fresh(10))
    func lastMinute(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var mark = HighWater()
        var noted: [(at: Timestamp, level: UInt64)] = []
        var now = Timestamp.origin + Int64(random.int(0...10)) * second
        mark.advance(to: now, level: 0)
        for _ in 0..<400 {
            now = now + Int64(random.oneIn(30) ? random.int(1...90) : 1) * second
            let level = UInt64(random.int(0...(random.oneIn(20) ? 1_000 : 10)))
            mark.advance(to: now, level: level)
            mark.note(level)
            noted.append((now, level))
            if random.oneIn(3) {
                let burst = UInt64(random.int(0...100))
                mark.note(burst)
                noted.append((now, burst))
            }
            let certain = noted.filter { now.nanoseconds(since: $0.at) < 55 * second }.map(\.level).max() ?? 0
            let possible = noted.filter { now.nanoseconds(since: $0.at) < 60 * second }.map(\.level).max() ?? 0
            #expect(mark.value >= certain, "forgot a peak")
            #expect(mark.value <= possible, "still shows an old peak")
        }
    }

    @Test("does not go back when a heartbeat comes late")
    func lateHeartbeat() {
        var mark = HighWater()
        mark.advance(to: .origin + 10 * second, level: 0)
        mark.note(7)
        mark.advance(to: .origin, level: 0)
        #expect(mark.value == 7)
        mark.advance(to: .origin + 69 * second, level: 0)
        #expect(mark.value == 7)
        mark.advance(to: .origin + 70 * second, level: 0)
        #expect(mark.value == 0)
    }
}
