import CSystemd
public import Core
import Synchronization

/// Tells systemd how we are, through libsystemd; outside of systemd it does nothing.
public final class ServiceManager: Sendable {
    private let notices: Mutex<ServiceNotices>

    /// Asks the environment whether the service manager wants signs of life.
    public init() {
        var microseconds: UInt64 = 0
        let isWatched = unsafe sd_watchdog_enabled(0, &microseconds) > 0
        let timeout: Duration? = isWatched ? .microseconds(Int64(clamping: microseconds)) : nil
        self.notices = Mutex(ServiceNotices(watchdogTimeout: timeout))
    }

    public func observe(_ report: HealthReport, at now: Timestamp) {
        if let text = self.notices.withLock({ $0.notice(for: report, at: now) }) { Self.send(text) }
    }

    public func reloading(at now: Timestamp) {
        Self.send(self.notices.withLock { $0.reloading(monotonicMicroseconds: now.nanoseconds / 1_000) })
    }

    public func reloaded(problem: String?) { Self.send(self.notices.withLock { $0.reloaded(problem: problem) }) }

    public func stopping() { Self.send(self.notices.withLock { $0.stopping() }) }

    /// A socket that is absent or full is no trouble of ours: the next notice says what is true then.
    private static func send(_ text: String) { _ = unsafe sd_notify(0, text) }
}
