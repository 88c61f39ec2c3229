/// Where jitter comes from: the system's generator, or for tests one that a seed decides.
struct FeedGenerator: RandomNumberGenerator, Sendable {
    private var system = SystemRandomNumberGenerator()
    private var state: UInt64?

    init(seed: UInt64? = nil) { self.state = seed }

    mutating func next() -> UInt64 {
        guard let state = self.state else { return self.system.next() }
        let advanced = state &+ 0x9E37_79B9_7F4A_7C15
        self.state = advanced
        var mixed = (advanced ^ (advanced >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
