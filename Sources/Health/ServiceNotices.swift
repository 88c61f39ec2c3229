public import Core

/// Decides what the service manager is told, and when: the systemd column of the health checks.
///
/// Pure: reports and instants come in, the text of a notice comes out. One notice may carry several lines.
public struct ServiceNotices: Sendable {
    /// How often the service manager wants a sign of life; `nil` when it does not watch us.
    private let watchdogInterval: Duration?
    private var hasSaidReady = false
    private var hasSaidStopping = false
    private var lastStatus = ""
    private var lastWatchdog = Timestamp.never
    private var remark: String?

    /// - Parameter watchdogTimeout: After this long without a sign of life the service manager kills us.
    public init(watchdogTimeout: Duration?) {
        // Half of the timeout, as sd_watchdog_enabled(3) recommends; a second early, since we are asked once a second.
        self.watchdogInterval = watchdogTimeout.map { max(.zero, $0 / 2 - .seconds(1)) }
    }

    /// What to say now; called about once a second, and `nil` when there is nothing new.
    ///
    /// READY comes with the first report that passes the startup probe, never later, and before anything else: the
    /// service manager watches from then on. The watchdog is fed by the liveness verdict alone, also while draining;
    /// overload and dead venues do not stop it.
    public mutating func notice(for report: HealthReport, at now: Timestamp) -> String? {
        var lines: [String] = []
        if !self.hasSaidReady {
            guard report.passes(.startup) else { return nil }
            self.hasSaidReady = true
            lines.append("READY=1")
        }
        let status = [report.summary, self.remark].compactMap { $0 }.joined(separator: "; ")
        if status != self.lastStatus {
            self.lastStatus = status
            lines.append("STATUS=" + status.replacing("\n", with: " "))
        }
        if let interval = self.watchdogInterval, report.passes(.liveness),
            self.lastWatchdog == .never || now.nanoseconds(since: self.lastWatchdog) >= interval.wholeNanoseconds
        {
            self.lastWatchdog = now
            lines.append("WATCHDOG=1")
        }
        if self.hasSaidStopping { lines.append("EXTEND_TIMEOUT_USEC=5000000") }
        return lines.isEmpty ? nil : lines.joined(separator: "\n")
    }

    /// A reload begins. The service manager wants the monotonic time of it in the same notice.
    public mutating func reloading(monotonicMicroseconds: Int64) -> String {
        "RELOADING=1\nMONOTONIC_USEC=\(monotonicMicroseconds)"
    }

    /// The reload ended: `problem` says why the old configuration was kept.
    public mutating func reloaded(problem: String?) -> String {
        self.remark = problem.map { "kept the old configuration: \($0)" }
        return "READY=1"
    }

    /// The drain begins.
    public mutating func stopping() -> String {
        self.hasSaidStopping = true
        return "STOPPING=1"
    }
}
