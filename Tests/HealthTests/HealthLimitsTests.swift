import Core
import Health
import Testing

@Suite("Health limits")
struct HealthLimitsTests {
    /// Up, with a loop that beats last at the start and a pair of venues that died then.
    private func state(_ limits: HealthModel.Limits) -> HealthState {
        let state = HealthState(limits: limits)
        state.configurationLoaded()
        state.listenersUp()
        state.pipelineStarted(loops: 1, at: .second(0))
        state.livePairs(1, at: .second(0))
        state.livePairs(0, at: .second(0))
        return state
    }

    @Test("a longer grace makes ready again, a shorter one unready, from the next report on")
    func grace() {
        let state = self.state(.init(readyGrace: .seconds(10), livenessTimeout: .seconds(100)))
        #expect(state.report(at: .second(9)).passes(.readiness))
        #expect(!state.report(at: .second(11)).passes(.readiness))
        state.limits(.init(readyGrace: .seconds(20), livenessTimeout: .seconds(100)))
        #expect(state.report(at: .second(11)).passes(.readiness))
        state.limits(.init(readyGrace: .seconds(5), livenessTimeout: .seconds(100)))
        #expect(!state.report(at: .second(9)).passes(.readiness))
    }

    @Test("the time that a silent loop has is the one set last")
    func liveness() {
        let state = self.state(.init(readyGrace: .seconds(10), livenessTimeout: .seconds(15)))
        #expect(!state.report(at: .second(16)).passes(.liveness))
        state.limits(.init(readyGrace: .seconds(10), livenessTimeout: .seconds(30)))
        #expect(state.report(at: .second(16)).passes(.liveness))
        #expect(!state.report(at: .second(31)).passes(.liveness))
    }
}
