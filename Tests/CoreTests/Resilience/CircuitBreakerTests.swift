import Core
import TestSupport
import Testing

@Suite("Circuit breaker")
struct CircuitBreakerTests {
    private var dice = SplitMix64(seed: 1)

    private mutating func opened() -> CircuitBreaker {
        var breaker = CircuitBreaker()
        for _ in 0..<3 { breaker.failed(at: 0, using: &self.dice) }
        return breaker
    }

    @Test("opens after three failures in a row, not after three with a success between")
    mutating func opening() {
        var breaker = CircuitBreaker()
        for _ in 0..<2 { breaker.failed(at: 0, using: &self.dice) }
        breaker.succeeded()
        for _ in 0..<2 { breaker.failed(at: 0, using: &self.dice) }
        #expect(breaker.state.name == .closed && breaker.admit(at: 0) == true)
        breaker.failed(at: 0, using: &self.dice)
        #expect(breaker.state.name == .open && breaker.admit(at: 0) == false)
    }

    @Test("lets one probe through after the pause, and closes when it succeeds")
    mutating func probe() throws {
        var breaker = self.opened()
        let until = try #require(breaker.closedUntil)
        #expect((500_000_000...1_000_000_000).contains(until))
        #expect(breaker.admit(at: until - 1) == false && breaker.admit(at: until) == true)
        #expect(breaker.state.name == .halfOpen && breaker.admit(at: until) == false)
        breaker.succeeded()
        #expect(breaker.state == .closed(failures: 0) && breaker.admit(at: until) == true)
    }

    @Test("doubles its pause with each probe in vain, up to a minute")
    mutating func pauses() throws {
        var breaker = self.opened()
        for number in 1..<12 {
            let now = try #require(breaker.closedUntil)
            #expect(breaker.admit(at: now) == true)
            breaker.failed(at: now, using: &self.dice)
            let pause = try #require(breaker.closedUntil) - now
            let ceiling = min(60_000_000_000, Int64(1_000_000_000) << Int64(number))
            #expect((ceiling / 2...ceiling).contains(pause))
        }
    }

    @Test("opens at once for as long as the service asks")
    mutating func patience() {
        var breaker = CircuitBreaker()
        breaker.failed(at: 5, patience: 90_000_000_000, using: &self.dice)
        #expect(breaker.closedUntil == 90_000_000_005)
    }

    @Test("probes again when a probe was given up, or was never answered")
    mutating func lostProbe() throws {
        var breaker = self.opened()
        let until = try #require(breaker.closedUntil)
        #expect(breaker.admit(at: until) == true)
        breaker.withdraw(at: until)
        #expect(breaker.admit(at: until) == true)
        #expect(breaker.admit(at: until + 29_000_000_000) == false && breaker.admit(at: until + 30_000_000_000) == true)
    }
}
