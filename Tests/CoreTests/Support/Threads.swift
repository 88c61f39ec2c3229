import Dispatch
import Foundation

enum Threads {
    /// Runs every body on a thread of its own, at the same time, and returns when all have ended.
    ///
    /// Threads, not tasks: a body may spin without keeping the others from running.
    static func run(_ bodies: [@Sendable () -> Void]) {
        let ended = DispatchSemaphore(value: 0)
        for body in bodies {
            let thread = Thread {
                body()
                ended.signal()
            }
            thread.start()
        }
        for _ in bodies { ended.wait() }
    }

    /// Lets another thread run.
    static func yield() { _ = sched_yield() }
}
