public import Core
import Glibc
import Synchronization

/// The receive clock of this host, in two readings: `now`, which never steps, and `wall`, which follows the wall clock.
///
/// Both are `CLOCK_MONOTONIC` plus an offset. That of `now` is taken at start and kept, so that what is ordered by
/// receive times goes on through a step; that of `wall` is taken anew after one, for times that others read.
public final class ReceiveClock: Sendable {
    private let origin: Int64
    private let offset: Mutex<ClockOffset>
    /// A copy of the offset that every read can load without the lock; nothing else is published with it: relaxed.
    private let current: Atomic<Int64>
    private let readWall: @Sendable () -> Int64
    /// Where `CLOCK_MONOTONIC` is read, but for tests whose time is not that of this host.
    private let readMonotonic: (@Sendable () -> Int64)?

    public convenience init() { self.init(readingWall: { Self.read(CLOCK_REALTIME) }) }

    /// For tests: a wall clock that can be stepped, in nanoseconds since 1970, and a time that runs as they like.
    init(readingWall: @escaping @Sendable () -> Int64, readingMonotonic: (@Sendable () -> Int64)? = nil) {
        self.readMonotonic = readingMonotonic
        let offset = ClockOffset(
            monotonic: readingMonotonic?() ?? Self.read(CLOCK_MONOTONIC),
            wall: readingWall()
        )
        self.origin = offset.nanoseconds
        self.current = Atomic(offset.nanoseconds)
        self.offset = Mutex(offset)
        self.readWall = readingWall
    }

    /// Nanoseconds since 1970 as this host saw them at start: what receive times are taken from.
    public var now: Timestamp { self.timestamp(of: self.monotonic) }

    /// Nanoseconds since 1970 as this host sees them: for times that leave the process, never to be ordered by.
    public var wall: Timestamp { self.wall(of: self.monotonic) }

    /// What timers count by.
    public var monotonic: MonotonicInstant {
        MonotonicInstant(nanoseconds: self.readMonotonic?() ?? Self.read(CLOCK_MONOTONIC))
    }

    /// One reading as both.
    func timestamp(of instant: MonotonicInstant) -> Timestamp {
        Timestamp(nanoseconds: instant.nanoseconds &+ self.origin)
    }

    /// An instant as the wall clock would have shown it by the offset last taken.
    func wall(of instant: MonotonicInstant) -> Timestamp {
        Timestamp(nanoseconds: instant.nanoseconds &+ self.current.load(ordering: .relaxed))
    }

    /// Compares with the wall clock, and lets ``wall`` follow it when it stepped by over 100 ms.
    ///
    /// - Returns: By how much it stepped, in nanoseconds; all ages are then meaningless until the next proof.
    func followWallClock() -> Int64? {
        let (monotonic, wall) = (self.monotonic.nanoseconds, self.readWall())
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
