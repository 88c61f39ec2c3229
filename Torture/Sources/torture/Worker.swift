import Glibc
import Synchronization

/// When all are to end.
final class Stop: Sendable {
    // Relaxed: nothing is published through it, and joining orders what comes after.
    let isWanted = Atomic<Bool>(false)

    var isSet: Bool { self.isWanted.load(ordering: .relaxed) }
}

/// A thread of the C library, which the sanitizer knows. Tasks would share as many threads as there are cores.
final class Worker {
    private final class Work {
        let run: @Sendable () -> Void

        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }

    private var thread = pthread_t()

    init(_ run: @escaping @Sendable () -> Void) {
        let work = unsafe Unmanaged.passRetained(Work(run)).toOpaque()
        let status = unsafe pthread_create(
            &self.thread,
            nil,
            { work in
                guard let work = unsafe work else { return nil }
                unsafe Unmanaged<Work>.fromOpaque(work).takeRetainedValue().run()
                return nil
            },
            work
        )
        precondition(status == 0, "The system gives no thread: \(status).")
    }

    func join() { pthread_join(self.thread, nil) }
}
