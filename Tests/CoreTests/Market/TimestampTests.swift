import Core
import Testing

@Suite("Timestamp")
struct TimestampTests {
    @Test("differences are exact, and saturate at the ends instead of trapping")
    func saturation() {
        let (early, late) = (Timestamp(nanoseconds: .min + 1), Timestamp(nanoseconds: .max))
        #expect((Timestamp.origin + 5).nanoseconds(since: .origin) == 5)
        #expect(Timestamp.origin.nanoseconds(since: .origin + 5) == -5)
        #expect(late.nanoseconds(since: early) == .max)
        #expect(early.nanoseconds(since: late) == .min)
        #expect(Timestamp.origin.nanoseconds(since: .never) == .max)
        #expect(Timestamp.never.nanoseconds(since: .origin) == .min)
        #expect(late.advanced(byNanoseconds: 1) == late)
        #expect(Timestamp.never.advanced(byNanoseconds: -1) == .never)
        #expect(Timestamp.never < early)
        #expect(Timestamp(milliseconds: 1_500).seconds == 1.5)
    }

    @Test("whole nanoseconds of a duration are exact, and saturate")
    func durations() {
        #expect(Duration.milliseconds(1_500).wholeNanoseconds == 1_500_000_000)
        #expect(Duration.nanoseconds(-7).wholeNanoseconds == -7)
        #expect(Duration.seconds(9_223_372_036).wholeNanoseconds == 9_223_372_036_000_000_000)
        #expect(Duration.seconds(Int64.max).wholeNanoseconds == .max)
        #expect(Duration.seconds(Int64.min).wholeNanoseconds == .min)
        #expect((Duration.seconds(9_223_372_036) + .milliseconds(999)).wholeNanoseconds == .max)
        #expect((Duration.seconds(-9_223_372_036) - .milliseconds(999)).wholeNanoseconds == .min)
    }
}
