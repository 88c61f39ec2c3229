import Alerts
import Testing

@Suite("Alert rules")
struct AlertRuleTests {
    @Test("a pair resolves where it fires, unless told to wait for less", arguments: [(nil, 0.002), (0.001, 0.001)])
    func clearing(given: Double?, used: Double) {
        #expect(AlertRule(name: "Wide", netSpreadAbove: 0.002, clearBelow: given).clearBelow == used)
    }
}
