import Core
import Metrics
import Testing

@testable import Health

@Suite("Health report")
struct HealthReportTests {
    private func oneVenueDown() -> HealthModel {
        var model = HealthModel()
        Situation.up(&model)
        model.venue("bybit", isLive: false)
        return model
    }

    @Test("verbose names every check, and a venue that is down, though readiness passes")
    func verbose() {
        #expect(
            self.oneVenueDown().report(at: .second(1)).text(for: .readiness, verbose: true) == """
                [+] config ok
                [+] listeners ok
                [+] loop:0 ok
                [+] loop:1 ok
                [+] live_pairs ok
                [+] shutdown ok
                [+] venue:binance ok
                [-] venue:bybit failed: not live
                [+] venue:gateio ok
                readyz check passed

                """
        )
    }

    @Test("without verbose a passing probe says one line")
    func brief() {
        #expect(
            self.oneVenueDown().report(at: .second(1)).text(for: .liveness, verbose: false) == "livez check passed\n"
        )
    }

    @Test("a failing probe explains itself unasked, with what decided it and nothing else")
    func failing() {
        var model = self.oneVenueDown()
        model.livePairs(0, at: .second(0))
        Situation.beat(&model, at: 11)
        #expect(
            model.report(at: .second(11)).text(for: .readiness, verbose: false) == """
                [-] live_pairs failed: no live pair of venues
                readyz check failed

                """
        )
    }

    @Test("a wedge says for how long")
    func wedge() {
        var model = HealthModel()
        model.pipelineStarted(loops: 1, at: .second(0))
        let text = model.report(at: .second(17.5)).text(for: .liveness, verbose: false)
        #expect(text == "[-] loop:0 failed: no heartbeat and no batch for 17 s\nlivez check failed\n")
    }

    @Test("the summary counts the live venues")
    func summary() {
        var model = self.oneVenueDown()
        #expect(model.report(at: .second(1)).summary == "2 of 3 venues live")
        model.draining()
        #expect(model.report(at: .second(1)).summary == "draining, 2 of 3 venues live")
    }
}

@Suite("Health state")
struct HealthStateTests {
    @Test("passes on everything that it is told")
    func feeding() {
        let state = HealthState(limits: .init(readyGrace: .seconds(1)))
        #expect(!state.report(at: .second(0)).passes(.startup))
        state.configurationLoaded()
        state.listenersUp()
        #expect(state.report(at: .second(0)).passes(.startup))
        state.venue("bybit", isLive: true)
        state.livePairs(1, at: .second(0))
        #expect(state.report(at: .second(0)).passes(.readiness))
        state.pipelineStarted(loops: 1, at: .second(0))
        #expect(!state.report(at: .second(15)).passes(.liveness))
        state.heartbeatReturned(loop: 0, at: .second(14))
        #expect(state.report(at: .second(15)).passes(.liveness))
        state.batches(5, at: .second(28))
        #expect(state.report(at: .second(30)).passes(.liveness))
        state.pipelineEnded()
        #expect(state.report(at: .second(300)).passes(.liveness))
        state.remark("webhook:ops", problem: "down")
        #expect(state.report(at: .second(300)).checks.last?.problem == "down")
        state.draining()
        #expect(!state.report(at: .second(300)).passes(.readiness))
    }

    @Test("exports one gauge for each check")
    func metrics() {
        let (state, registry) = (HealthState(), Registry())
        state.register(in: registry, now: { .second(1) })
        state.configurationLoaded()
        state.venue("bybit", isLive: false)
        let text = String(decoding: registry.render(), as: UTF8.self)
        #expect(text.contains("arb1d_health_check_status{check=\"config\"} 1\n"))
        #expect(text.contains("arb1d_health_check_status{check=\"listeners\"} 0\n"))
        #expect(text.contains("arb1d_health_check_status{check=\"venue:bybit\"} 0\n"))
    }
}
