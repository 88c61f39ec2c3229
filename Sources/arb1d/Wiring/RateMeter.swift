import Core
import Synchronization

/// How fast a counter has grown over the last few seconds.
final class RateMeter: Sendable {
    private struct State {
        var readings: [(at: Timestamp, count: UInt64)] = []
    }

    private let state = Mutex(State())
    private static let readingsKept = 6

    /// Notes the counter's value; called once a second.
    func note(_ count: UInt64, at now: Timestamp) {
        self.state.withLock { state in
            state.readings.append((now, count))
            if state.readings.count > Self.readingsKept { state.readings.removeFirst() }
        }
    }

    var perSecond: Double {
        self.state.withLock { state in
            guard let first = state.readings.first, let last = state.readings.last else { return 0 }
            let nanoseconds = last.at.nanoseconds(since: first.at)
            guard nanoseconds > 0 else { return 0 }
            return (Double(last.count &- first.count) / Double(nanoseconds) * 1e10).rounded() / 10
        }
    }
}
