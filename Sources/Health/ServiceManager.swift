import CSystemd
public import Core
import Dispatch
public import Metrics
import Synchronization

/// Tells systemd how we are, through libsystemd; outside of systemd it does nothing.
public final class ServiceManager: Sendable {
    private let notices: Mutex<ServiceNotices>
    /// Sends in order, and waits in our place when nobody reads the socket.
    private let sender = DispatchQueue(label: "service notices")
    /// More than this many waiting: nobody reads, and the oldest say nothing that is still true.
    private static let mostWaiting = 16
    // Relaxed, all three: figures of their own.
    private let waiting = Atomic<Int>(0)
    private let sent = Atomic<UInt64>(0)
    private let failed = Atomic<UInt64>(0)

    /// Asks the environment whether the service manager wants signs of life.
    public init() {
        var microseconds: UInt64 = 0
        let isWatched = unsafe sd_watchdog_enabled(0, &microseconds) > 0
        let timeout: Duration? = isWatched ? .microseconds(Int64(clamping: microseconds)) : nil
        self.notices = Mutex(ServiceNotices(watchdogTimeout: timeout))
    }

    public func observe(_ report: HealthReport, at now: Timestamp) {
        if let text = self.notices.withLock({ $0.notice(for: report, at: now) }) { self.send(text) }
    }

    public func reloading(at now: Timestamp) {
        self.send(self.notices.withLock { $0.reloading(monotonicMicroseconds: now.nanoseconds / 1_000) })
    }

    public func reloaded(problem: String?) { self.send(self.notices.withLock { $0.reloaded(problem: problem) }) }

    public func stopping() { self.send(self.notices.withLock { $0.stopping() }) }

    /// Registers how many notices went out; both counts stay 0 outside of systemd.
    public func register(in registry: Registry) {
        let family = SampledFamily(
            "arb1d_service_notices_total",
            kind: .counter,
            help: "Notices to the service manager, by whether its socket took them.",
            labels: ["result"]
        )
        registry.collect([family]) { sink in
            sink.add(0, ["sent"], self.sent.load(ordering: .relaxed))
            sink.add(0, ["failed"], self.failed.load(ordering: .relaxed))
        }
    }

    /// A socket that is absent or full is no trouble of ours: the next notice says what is true then.
    private func send(_ text: String) {
        guard self.waiting.load(ordering: .relaxed) < Self.mostWaiting else {
            self.failed.wrappingAdd(1, ordering: .relaxed)
            return
        }
        self.waiting.wrappingAdd(1, ordering: .relaxed)
        self.sender.async {
            let result = unsafe sd_notify(0, text)  // 0: there is no service manager.
            if result > 0 { self.sent.wrappingAdd(1, ordering: .relaxed) }
            if result < 0 { self.failed.wrappingAdd(1, ordering: .relaxed) }
            self.waiting.wrappingSubtract(1, ordering: .relaxed)
        }
    }
}
