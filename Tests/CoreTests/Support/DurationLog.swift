import Core
import Synchronization

/// Keeps every duration that it is given, in order.
final class DurationLog: DurationRecorder {
    private let durations = Mutex<[Int64]>([])
    var all: [Int64] { self.durations.withLock { $0 } }
    func record(nanoseconds: Int64) { self.durations.withLock { $0.append(nanoseconds) } }
}
