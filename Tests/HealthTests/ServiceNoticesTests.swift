import Core
import Testing

@testable import Health

@Suite("What systemd is told")
struct ServiceNoticesTests {
    private func report(
        startup: Bool = true,
        alive: Bool = true,
        summary: String = "2 of 3 venues live"
    ) -> HealthReport {
        HealthReport(
            checks: [
                HealthCheck(name: "listeners", problem: startup ? nil : "not yet", decides: [.startup, .readiness]),
                HealthCheck(name: "loop:0", problem: alive ? nil : "no heartbeat", decides: [.liveness, .readiness]),
            ],
            summary: summary
        )
    }

    private func second(_ number: Int64) -> Timestamp { Timestamp(nanoseconds: number * 1_000_000_000) }

    @Test("READY comes once, with the first report that passes startup, and before anything else")
    func ready() {
        var notices = ServiceNotices(watchdogTimeout: .seconds(10))
        #expect(notices.notice(for: self.report(startup: false), at: self.second(1)) == nil)
        #expect(
            notices.notice(for: self.report(), at: self.second(2))
                == "READY=1\nSTATUS=2 of 3 venues live\nWATCHDOG=1"
        )
        #expect(notices.notice(for: self.report(), at: self.second(3)) == nil)
    }

    @Test("STATUS comes when the sentence changes, and only then")
    func status() {
        var notices = ServiceNotices(watchdogTimeout: nil)
        _ = notices.notice(for: self.report(), at: self.second(1))
        let changed = self.report(summary: "0 of 3 venues live")
        #expect(notices.notice(for: changed, at: self.second(2)) == "STATUS=0 of 3 venues live")
        #expect(notices.notice(for: changed, at: self.second(3)) == nil)
    }

    @Test("WATCHDOG comes at least every half of the timeout while the pipeline lives, and stops when it is wedged")
    func watchdog() {
        var notices = ServiceNotices(watchdogTimeout: .seconds(10))
        var signs: [Int64] = []
        for second in Int64(1)...30 {
            let text = notices.notice(for: self.report(alive: second < 20), at: self.second(second)) ?? ""
            if text.contains("WATCHDOG=1") { signs.append(second) }
        }
        #expect(signs == [1, 5, 9, 13, 17])
    }

    @Test("WATCHDOG goes on during a drain, with more time asked for")
    func drain() {
        var notices = ServiceNotices(watchdogTimeout: .seconds(4))
        _ = notices.notice(for: self.report(), at: self.second(1))
        #expect(notices.stopping() == "STOPPING=1")
        #expect(notices.notice(for: self.report(), at: self.second(2)) == "WATCHDOG=1\nEXTEND_TIMEOUT_USEC=5000000")
    }

    @Test("a reload names its monotonic instant, and one that failed stays in the status")
    func reload() {
        var notices = ServiceNotices(watchdogTimeout: nil)
        _ = notices.notice(for: self.report(), at: self.second(1))
        #expect(notices.reloading(monotonicMicroseconds: 7) == "RELOADING=1\nMONOTONIC_USEC=7")
        #expect(notices.reloaded(problem: "line 1, foo: unknown key") == "READY=1")
        let text = notices.notice(for: self.report(), at: self.second(2))
        #expect(text == "STATUS=2 of 3 venues live; kept the old configuration: line 1, foo: unknown key")
        _ = notices.reloaded(problem: nil)
        #expect(notices.notice(for: self.report(), at: self.second(3)) == "STATUS=2 of 3 venues live")
    }
}
