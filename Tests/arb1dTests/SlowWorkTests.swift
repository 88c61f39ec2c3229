import Logging
import Metrics
import Synchronization
import TestSupport
import Testing

@testable import arb1d

@Suite("Slow work")
struct SlowWorkTests {
    private final class Lines: Sendable {
        let all = Mutex<[String]>([])
    }

    private struct Handler: LogHandler {
        let lines: Lines
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.trace
        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { self.metadata[key] }
            set { self.metadata[key] = newValue }
        }
        func log(event: LogEvent) {
            let work = event.metadata?["work"].map { "\($0)" } ?? ""
            let omitted = event.metadata?["omitted"].map { "\($0)" } ?? ""
            self.lines.all.withLock { $0.append("\(event.message): \(work), \(omitted) omitted") }
        }
    }

    @Test("is told once in ten seconds for each kind, with what was left out; quick work never is")
    func limited() {
        let lines = Lines()
        let log = LogControl(level: .info)
        let registry = Registry()
        log.register(in: registry)
        let slow = SlowWork(
            limit: .milliseconds(250),
            logger: Logger(label: "test") { _ in Handler(lines: lines) },
            log: log
        )
        let start = ContinuousClock.now
        slow.note("engine batch", took: .milliseconds(250), at: start)
        #expect(lines.all.withLock { $0.isEmpty })
        for second in 0..<10 { slow.note("engine batch", took: .seconds(1), at: start + .seconds(second)) }
        slow.note("request", took: .seconds(1), at: start)
        slow.note("engine batch", took: .seconds(1), at: start + .seconds(10))
        #expect(
            lines.all.withLock { $0 } == [
                "slow work: engine batch, 0 omitted", "slow work: request, 0 omitted",
                "slow work: engine batch, 9 omitted",
            ]
        )
        let text = String(decoding: registry.render(), as: UTF8.self)
        MovedFamilies.note(text)
        #expect(text.contains("arb1d_log_suppressed_total{level=\"warning\"} 9\n"))
        #expect(text.contains("arb1d_log_suppressed_total{level=\"error\"} 0\n"))
    }
}
