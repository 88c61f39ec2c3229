import CThreads
import Foundation
import Pipeline
import Synchronization

/// Two threads, each on a core of its own, that do the same at the same time.
enum Contention {
    private struct Round {
        let begun: Double
        let ended: Double
        let cpu: Double

        /// Whether it had its core all the time.
        var isWhole: Bool { self.cpu > 0.9 * (self.ended - self.begun) }

        /// Whether both had their cores all the time, and nine tenths of it at the same time.
        func met(_ other: Round) -> Bool {
            let both = min(self.ended, other.ended) - max(self.begun, other.begun)
            let longer = max(self.ended - self.begun, other.ended - other.begun)
            return self.isWhole && other.isWhole && both > 0.9 * longer
        }
    }

    /// - Parameters:
    ///   - rounds: How often both meet.
    ///   - count: How often each does the work in a round, a part of a millisecond.
    ///   - work: What is measured.
    /// - Returns: CPU of one thread for one time, the median of the rounds in which the threads met, and how many
    ///   these are. On a busy machine they are few.
    static func measure(
        rounds: Int,
        of count: Int,
        _ work: @escaping @Sendable () -> Void
    ) -> (nanoseconds: Double, rounds: Int) {
        let meeting = Meeting()
        let ended = DispatchSemaphore(value: 0)
        let times = Mutex<[[Round]]>([])
        for core in 0..<2 {
            Thread {
                precondition(arb1d_pin_to_core(Int32(core)) == 0, "The system has no core \(core) for this thread.")
                let mine = (1...rounds).map { round in
                    meeting.wait(round)
                    let (wall, cpu) = (Measure.wall(), Measure.threadCPU())
                    for _ in 0..<count { work() }
                    return Round(begun: wall, ended: Measure.wall(), cpu: Measure.threadCPU() - cpu)
                }
                times.withLock { $0.append(mine) }
                ended.signal()
            }.start()
        }
        for _ in 0..<2 { ended.wait() }
        let both = times.withLock { $0 }
        let met = zip(both[0], both[1]).filter { $0.met($1) }
        return (Measure.median(met.map { ($0.cpu + $1.cpu) / 2 / Double(count) * 1e9 }), met.count)
    }

    /// Where both wait, spinning, until the other one is there too, and so on its core.
    private final class Meeting: Sendable {
        private let arrived = Atomic<Int>(0)

        func wait(_ round: Int) {
            self.arrived.wrappingAdd(1, ordering: .acquiringAndReleasing)
            while self.arrived.load(ordering: .acquiring) < 2 * round {}
        }
    }
}
