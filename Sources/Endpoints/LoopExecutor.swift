import NIOCore
import NIOPosix

/// Runs tasks on an event loop instead of the global threads, of which there is one a core for the whole process.
///
/// A probe must be answered even when those are all busy, so the connections of the server do without them.
final class LoopExecutor: TaskExecutor {
    private let eventLoop: any EventLoop

    init(_ eventLoop: any EventLoop) { self.eventLoop = eventLoop }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        // Each job that is enqueued is run once, here.
        self.eventLoop.execute { unsafe job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}

/// Runs tasks on the threads of a pool.
final class PoolExecutor: TaskExecutor {
    private let pool: NIOThreadPool

    init(_ pool: NIOThreadPool) { self.pool = pool }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        // Each job that is enqueued is run once, here; also by a pool that stops, for its task has to end.
        self.pool.submit { _ in unsafe job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}
