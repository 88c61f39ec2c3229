// ThreadSanitizer does not see into `Mutex` on Linux and reports races that are not there (Swift 6.3); a lock of the C
// library it knows.
#if THREAD_SANITIZER
    import Glibc

    // Invariant: `value` is touched by the holder of `mutex` only; both live from init to deinit.
    @safe final class Lock<Value>: @unchecked Sendable {
        private let mutex: UnsafeMutablePointer<pthread_mutex_t>
        private var value: Value

        init(_ value: sending Value) {
            self.value = value
            unsafe self.mutex = .allocate(capacity: 1)
            unsafe self.mutex.initialize(to: pthread_mutex_t())
            unsafe pthread_mutex_init(self.mutex, nil)
        }

        deinit {
            unsafe pthread_mutex_destroy(self.mutex)
            unsafe self.mutex.deallocate()
        }

        func withLock<Result>(_ body: (inout Value) throws -> Result) rethrows -> Result {
            unsafe pthread_mutex_lock(self.mutex)
            defer { unsafe pthread_mutex_unlock(self.mutex) }
            return try body(&self.value)
        }
    }
#else
    import Synchronization

    typealias Lock = Mutex
#endif
