public import Core
import Glibc
import Synchronization

/// The receive clock of this host: `CLOCK_MONOTONIC` plus an offset that is taken at start, so it never steps by
/// itself.
public final class ReceiveClock: Sendable {
    private let offset: Mutex<ClockOffset>
    /// A copy of the offset that every read can load without the lock; nothing else is published with it: relaxed.
    private let current: Atomic<Int64>

    public init() {
        let offset = ClockOffset(monotonic: Self.read(CLOCK_MONOTONIC), wall: Self.read(CLOCK_REALTIME))
        self.current = Atomic(offset.nanoseconds)
        self.offset = Mutex(offset)
    }

    /// Nanoseconds since 1970 by this host.
    public var now: Timestamp { self.timestamp(of: self.monotonic) }

    /// What timers count by.
    public var monotonic: MonotonicInstant { MonotonicInstant(nanoseconds: Self.read(CLOCK_MONOTONIC)) }

    /// One reading as both.
    func timestamp(of instant: MonotonicInstant) -> Timestamp {
        Timestamp(nanoseconds: instant.nanoseconds &+ self.current.load(ordering: .relaxed))
    }

    /// Compares with the wall clock and follows it when it stepped by over 100 ms.
    ///
    /// - Returns: By how much it stepped, in nanoseconds; all ages are then meaningless until the next proof.
    func followWallClock() -> Int64? {
        let (monotonic, wall) = (Self.read(CLOCK_MONOTONIC), Self.read(CLOCK_REALTIME))
        return self.offset.withLock { offset in
            guard let step = offset.compare(monotonic: monotonic, wall: wall) else { return nil }
            self.current.store(offset.nanoseconds, ordering: .relaxed)
            return step
        }
    }

    private static func read(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        unsafe clock_gettime(clock, &time)
        return Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
    }
}
