import Testing

@testable import arb1d

@Suite("The parts of a replay")
struct ReplayPartsTests {
    @Test(
        "an instant is nanoseconds, or ISO 8601 in any zone",
        arguments: [
            ("0", 0), ("1723161599999231384", 1_723_161_599_999_231_384), ("1970-01-01", 0),
            ("1970-01-01T00:00:01Z", 1_000_000_000), ("2024-02-29", 1_709_164_800_000_000_000),
            ("2024-08-08T23:59:59.5Z", 1_723_161_599_500_000_000),
            ("2024-08-08t23:59:59,25z", 1_723_161_599_250_000_000),
            ("2024-08-09T01:59+02:00", 1_723_161_540_000_000_000),
            ("2024-08-08T18:29:59-0530", 1_723_161_599_000_000_000),
            ("2024-08-08 23:59:59.000000001", 1_723_161_599_000_000_001), ("2000-03-01T00+00", nil),
        ] as [(String, Int64?)]
    )
    func instants(text: String, nanoseconds: Int64?) {
        #expect(ReplayInstant(text)?.nanoseconds == nanoseconds)
    }

    @Test(
        "what is no instant is refused",
        arguments: [
            "", "yesterday", "-1", "9223372036854775808", "2023-02-29", "2024-13-01", "2024-00-01", "2024-01-32",
            "2024-01-01T24:00Z", "2024-01-01T00:60Z", "2024-01-01T00:00:60Z", "2024-01-01T00:00:00.Z",
            "2024-01-01T00:00:00.1234567890Z", "2024-01-01T00:00Zjunk", "2024-01-01T", "1969-12-31", "2300-01-01",
        ]
    )
    func noInstants(text: String) { #expect(ReplayInstant(text) == nil) }

    private func beats(patience: Int64, _ instants: [Int64]) -> [Int64] {
        var (pulse, beats) = (ReplayPulse(patience: patience), [Int64]())
        for instant in instants { pulse.advance(to: instant) { beats.append($0) } }
        return beats
    }

    private let second: Int64 = 1_000_000_000

    @Test("heartbeats fall on whole seconds, after the lines of their instant")
    func pulse() {
        let instants = [1, 5, 10, 10, 11, 25, 30].map { $0 * self.second / 10 }
        #expect(self.beats(patience: .max, instants) == [self.second, 2 * self.second])
        #expect(self.beats(patience: .max, [self.second, self.second, 2 * self.second]) == [self.second])
    }

    @Test("a long silence is passed over once nothing can happen in it any more")
    func silence() {
        let year = 31_536_000 * self.second
        let beats = self.beats(patience: 3 * self.second, [self.second, year, year + self.second + 1])
        #expect(beats == [1, 2, 3, 4].map { $0 * self.second } + [year, year + self.second])
        #expect(self.beats(patience: 2, [.max - 1, .max]).isEmpty)
    }
}
