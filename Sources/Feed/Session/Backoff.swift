import Core

/// How long to wait before the next attempt: exponential with a cap, and full jitter so that many do not return at
/// once.
struct Backoff: Sendable {
    let base: Duration
    let cap: Duration
    private(set) var failures = 0

    init(base: Duration = .milliseconds(200), cap: Duration = .seconds(10)) { (self.base, self.cap) = (base, cap) }

    /// The delay after one more failure: anything from 0 to `min(cap, base · 2^failures)`.
    mutating func next(using generator: inout some RandomNumberGenerator) -> Duration {
        let doublings = min(self.failures, 20)  // Far beyond any cap: keeps the product small.
        self.failures += 1
        let limit = min(self.cap, self.base * (1 << doublings))
        return .nanoseconds(Int64.random(in: 0...limit.wholeNanoseconds, using: &generator))
    }

    mutating func reset() { self.failures = 0 }
}
