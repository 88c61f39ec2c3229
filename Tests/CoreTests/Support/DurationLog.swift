import Core
import Synchronization

/// Keeps every duration that it is given, in order.
final class DurationLog: DurationRecorder {
    private let durations = Mutex<[Int64]>([])
    var all: [Int64] { self.durations.withLock { $0 } }
    func record(nanoseconds: Int64) { self.durations.withLock { $0.append(nanoseconds) } }
}

/// The same of ratios.
final class RatioLog: RatioRecorder {
    private let log = Mutex<[Double]>([])

    func record(ratio: Double) { self.log.withLock { $0.append(ratio) } }

    var all: [Double] { self.log.withLock { $0 } }
}
