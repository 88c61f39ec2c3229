import Glibc

/// What this process had of a processor, which others on the machine do not change.
enum Processor {
    static var nanoseconds: Int64 {
        var time = timespec()
        guard unsafe clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time) == 0 else { return 0 }
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}
