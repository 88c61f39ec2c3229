/// When to ask a venue again what it lists. Pure: answers in, pauses out.
public struct DiscoveryPace: Sendable {
    /// Between two answers that were accepted; `nil`: one is enough.
    private let interval: Duration?
    private var failures = 0
    private var hasAnswered = false

    public init(interval: Duration?) { self.interval = interval }

    /// The venue answered.
    ///
    /// - Parameters:
    ///   - isInDoubt: Something was absent: the next answer, which decides, comes soon.
    ///   - generator: Spreads the venues.
    /// - Returns: How long to wait; `nil`: for ever.
    public mutating func accepted(isInDoubt: Bool, using generator: inout some RandomNumberGenerator) -> Duration? {
        (self.failures, self.hasAnswered) = (0, true)
        guard let interval = self.interval else { return nil }
        let pause = isInDoubt ? min(interval, .seconds(30)) : interval
        return pause * Double.random(in: 0.9...1, using: &generator)
    }

    /// The venue did not answer, or with nothing that can be used.
    ///
    /// - Parameters:
    ///   - patience: How long to leave it alone at least.
    ///   - generator: Spreads the attempts.
    /// - Returns: How long to wait, and whether this is the first failure since the last good answer.
    public mutating func failed(
        patience: Duration,
        using generator: inout some RandomNumberGenerator
    ) -> (pause: Duration, isFirst: Bool) {
        self.failures += 1
        // Who watches nothing yet asks often; who watches something already asks like one who has time.
        let ceiling = self.hasAnswered ? min(self.interval ?? .seconds(60), .seconds(60)) : .seconds(10)
        let backoff = min(ceiling, .milliseconds(500) * Double(1 << min(self.failures, 10)))
        return (max(backoff * Double.random(in: 0.5...1, using: &generator), patience), self.failures == 1)
    }

    /// Whether something was wrong until now.
    public var isFailing: Bool { self.failures > 0 }
}
