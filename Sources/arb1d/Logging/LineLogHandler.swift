import Glibc
import Logging
import Metrics
import Synchronization

/// Writes each message as one line to standard error, in one write.
struct LineLogHandler: LogHandler {
    var metadata: Logger.Metadata = [:]
    let style: LogStyle
    let control: LogControl
    /// A level of this logger's own, which a reload does not move.
    private var ownLevel: Logger.Level?

    init(style: LogStyle, control: LogControl) { (self.style, self.control) = (style, control) }

    var logLevel: Logger.Level {
        get { self.ownLevel ?? self.control.level }
        set { self.ownLevel = newValue }
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { self.metadata[key] }
        set { self.metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let merged = self.metadata.merging(event.metadata ?? [:]) { _, new in new }
        var fields = merged.map { (key: $0.key, value: "\($0.value)") }.sorted { $0.key < $1.key }
        if let name = fields.firstIndex(where: { $0.key == "event" }) { fields.insert(fields.remove(at: name), at: 0) }
        let line = LogLine.format(
            style: self.style,
            time: WallTime.now(),
            level: event.level,
            message: "\(event.message)",
            metadata: fields
        )
        self.control.count(event.level)
        StandardError.write(line)
    }
}

/// The level of the log, which a reload may change, and the lines by level that were written and that were kept back.
final class LogControl: Sendable {
    private struct Counts {
        var written: [Logger.Level: UInt64] = [:]
        var suppressed: [Logger.Level: UInt64] = [:]
    }

    private let counts = Mutex(Counts())
    private let current: Mutex<Logger.Level>

    init(level: Logger.Level) { self.current = Mutex(level) }

    var level: Logger.Level {
        get { self.current.withLock { $0 } }
        set { self.current.withLock { $0 = newValue } }
    }

    func count(_ level: Logger.Level) { self.counts.withLock { $0.written[level, default: 0] += 1 } }

    /// A line was not written because it would have said again what one of the last seconds said.
    func countSuppressed(_ level: Logger.Level) { self.counts.withLock { $0.suppressed[level, default: 0] += 1 } }

    func register(in registry: Registry) {
        let families = [
            SampledFamily("arb1d_log_messages_total", kind: .counter, help: "Log lines written.", labels: ["level"]),
            SampledFamily(
                "arb1d_log_suppressed_total",
                kind: .counter,
                help: "Log lines not written because there would have been too many of the kind.",
                labels: ["level"]
            ),
        ]
        registry.collect(families) { sink in
            let counts = self.counts.withLock { $0 }
            for level in Logger.Level.allCases {
                sink.add(0, [level.rawValue], counts.written[level] ?? 0)
                sink.add(1, [level.rawValue], counts.suppressed[level] ?? 0)
            }
        }
    }
}

/// The wall clock for people: RFC 3339 in UTC with milliseconds.
enum WallTime {
    static func now() -> String {
        var time = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &time)
        return self.text(seconds: time.tv_sec, milliseconds: time.tv_nsec / 1_000_000)
    }

    static func text(seconds: Int, milliseconds: Int) -> String {
        var instant = time_t(seconds)
        var parts = unsafe tm()
        unsafe gmtime_r(&instant, &parts)
        let (year, month, day) = unsafe (Int(parts.tm_year) + 1_900, Int(parts.tm_mon) + 1, Int(parts.tm_mday))
        let (hour, minute, second) = unsafe (Int(parts.tm_hour), Int(parts.tm_min), Int(parts.tm_sec))
        let date = [self.padded(year, 4), self.padded(month, 2), self.padded(day, 2)].joined(separator: "-")
        let clock = [hour, minute, second].map { self.padded($0, 2) }.joined(separator: ":")
        return "\(date)T\(clock).\(self.padded(milliseconds, 3))Z"
    }

    private static func padded(_ number: Int, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
