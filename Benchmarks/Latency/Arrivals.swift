import Core
import Glibc
import Synchronization

/// Notes for each quote when it was due at the sender, when we received it and when its pairs' cells showed it.
///
/// Stands before the daemon's own histogram, on the engine's thread.
final class Arrivals: DurationRecorder {
    /// What the sender adds, so that all its numbers have as many digits.
    private static let numberBase: UInt64 = 10_000_000_000_000_000

    private struct State {
        var count = 0
        /// Nanoseconds from due to the cells, and from due to our receive time.
        var whole: [Int64] = []
        var hidden: [Int64] = []
    }

    private let expected: Int
    private let warmUp: Int
    /// The receive clock minus `CLOCK_MONOTONIC`, in nanoseconds.
    private let offset = Atomic<Int64>(0)
    private let state: Mutex<State>

    init(expected: Int, warmUp: Int) {
        (self.expected, self.warmUp) = (expected, warmUp)
        var state = State()
        state.whole.reserveCapacity(expected)
        state.hidden.reserveCapacity(expected)
        self.state = Mutex(state)
    }

    var count: Int { self.state.withLock { $0.count } }
    var isComplete: Bool { self.count >= self.expected }

    /// Compares the clocks, which differ by a constant: the closest of many pairs of readings is off by a few dozen
    /// nanoseconds.
    func compare(_ clock: () -> Timestamp) {
        var closest = Int64.max
        for _ in 0..<10_000 {
            var time = timespec()
            unsafe clock_gettime(CLOCK_MONOTONIC, &time)
            let monotonic = Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
            closest = min(closest, clock().nanoseconds - monotonic)
        }
        self.offset.store(closest, ordering: .relaxed)
    }

    func record(nanoseconds: Int64) {}

    func record(nanoseconds: Int64, of quote: QuoteOrigin) {
        guard quote.number > Self.numberBase else { return }
        let due = Int64(quote.number - Self.numberBase)
        let hidden = quote.time.nanoseconds - self.offset.load(ordering: .relaxed) - due
        self.state.withLock { state in
            state.count += 1
            guard state.count > self.warmUp else { return }
            state.hidden.append(hidden)
            state.whole.append(hidden + nanoseconds)
        }
    }

    func report() -> String {
        let (whole, hidden) = self.state.withLock { ($0.whole.sorted(), $0.hidden.sorted()) }
        let share = Double(hidden.reduce(0, +)) / Double(whole.reduce(0, +))
        let fields = [
            ("quotes", Double(whole.count)), ("p50_us", Self.quantile(whole, 0.5)),
            ("p99_us", Self.quantile(whole, 0.99)), ("max_us", Self.quantile(whole, 1)),
            ("hidden_p50_us", Self.quantile(hidden, 0.5)), ("hidden_p99_us", Self.quantile(hidden, 0.99)),
            ("hidden_share", share),
        ]
        return #"{"name": "latency", "# + fields.map { #""\#($0.0)": \#($0.1)"# }.joined(separator: ", ") + "}"
    }

    /// In microseconds.
    private static func quantile(_ sorted: [Int64], _ share: Double) -> Double {
        guard !sorted.isEmpty else { return 0 }
        return Double(sorted[min(sorted.count - 1, Int(Double(sorted.count) * share))]) / 1e3
    }
}
