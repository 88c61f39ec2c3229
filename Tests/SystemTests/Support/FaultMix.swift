import TestSupport

/// Draws faults that end by themselves: what a seed gives, it gives again.
struct FaultMix {
    private var generator: SplitMix64

    init(seed: UInt64) { self.generator = SplitMix64(seed: seed) }

    /// How long to leave the venues alone before the next order, in milliseconds.
    mutating func pause() -> Int { self.generator.int(500...3_000) }

    mutating func order(venues: [String]) -> String {
        let venue = venues[self.generator.int(0...venues.count - 1)]
        let seconds = self.generator.int(1...4)
        let every = self.generator.int(1...20)
        let once = [
            "drop \(venue)", "close \(venue) code=\([1000, 1001, 1008, 1012, 4000][self.generator.int(0...4)])",
            "announce \(venue) after=\(seconds)s", "tear \(venue) bytes=\(self.generator.int(0...50_000)) count=1",
            "garbage \(venue)", "binary \(venue) count=\(every)", "oversized \(venue)",
        ]
        let certificate = ["expired", "wrong-host", "other-ca", "self-signed"][self.generator.int(0...3)]
        let lasting = [
            "refuse \(venue)", "cut \(venue)", "stall \(venue)", "half-open \(venue)",
            "throttle \(venue) rate=\(self.generator.int(2_000...50_000))",
            "delay \(venue) by=\(self.generator.int(1...1_500))ms", "duplicate \(venue) every=\(every)",
            "reorder \(venue) every=\(every)", "skip \(venue) what=quotes every=\(every)",
            "skip \(venue) every=\(every)", "fragment \(venue) pieces=\(self.generator.int(2...9))",
            "clock \(venue) by=-\(seconds)s", "mute \(venue) symbol=ETHUSDT", "deny \(venue) symbol=ETHUSDT",
            "tls \(venue) certificate=\(certificate)",
            "rest \(venue) status=503", "rest \(venue) status=429 retry-after=1s", "rest \(venue) body=empty",
            "rest \(venue) body=garbage", "rest \(venue) body=huge count=1",
        ]
        let index = self.generator.int(0...once.count + lasting.count - 1)
        return index < once.count ? once[index] : lasting[index - once.count] + " for=\(seconds)s"
    }
}
