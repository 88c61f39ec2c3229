import Core
import Testing

@testable import Health

extension Timestamp {
    /// Seconds after an arbitrary start.
    static func second(_ seconds: Double) -> Timestamp {
        Timestamp(nanoseconds: 1_700_000_000_000_000_000).advanced(byNanoseconds: Int64(seconds * 1e9))
    }
}

/// One row of the truth table: what happened, and what the three probes say then.
struct Situation: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let startup: Bool
    let liveness: Bool
    let readiness: Bool
    let at: Double
    let tell: @Sendable (inout HealthModel) -> Void

    init(
        _ name: String,
        startup: Bool = true,
        liveness: Bool = true,
        readiness: Bool,
        at: Double = 1,
        tell: @escaping @Sendable (inout HealthModel) -> Void
    ) {
        self.testDescription = name
        (self.startup, self.liveness, self.readiness) = (startup, liveness, readiness)
        self.at = at
        self.tell = tell
    }

    /// Up, two loops beating, all three venues live.
    static func up(_ model: inout HealthModel) {
        model.configurationLoaded()
        model.listenersUp()
        model.pipelineStarted(loops: 2, at: .second(0))
        for venue in ["binance", "bybit", "gateio"] { model.venue(venue, isLive: true) }
        model.livePairs(3, at: .second(0))
    }

    static func beat(_ model: inout HealthModel, at second: Double) {
        for loop in 0..<2 { model.heartbeatReturned(loop: loop, at: .second(second)) }
    }

    static let table = [
        Situation("nothing has happened yet", startup: false, readiness: false) { _ in },
        Situation("the configuration is loaded, nobody listens", startup: false, readiness: false) {
            $0.configurationLoaded()
        },
        Situation("listeners up, no venue yet", readiness: false) {
            $0.configurationLoaded()
            $0.listenersUp()
            $0.livePairs(0, at: .second(0))
        },
        Situation("all is well", readiness: true) { Self.up(&$0) },
        Situation("one venue of three down", readiness: true) {
            Self.up(&$0)
            $0.venue("bybit", isLive: false)
            $0.livePairs(1, at: .second(0.5))
        },
        Situation("all venues down, within the grace", readiness: true, at: 20) {
            Self.up(&$0)
            Self.beat(&$0, at: 20)
            $0.livePairs(0, at: .second(10))
        },
        Situation("all venues down, longer than the grace", readiness: false, at: 20.1) {
            Self.up(&$0)
            Self.beat(&$0, at: 20)
            $0.livePairs(0, at: .second(10))
        },
        Situation("repeating that there is no pair does not renew the grace", readiness: false, at: 20.1) {
            Self.up(&$0)
            Self.beat(&$0, at: 20)
            for second in 10...20 { $0.livePairs(0, at: .second(Double(second))) }
        },
        Situation("a pair came back", readiness: true, at: 30) {
            Self.up(&$0)
            Self.beat(&$0, at: 30)
            $0.livePairs(0, at: .second(10))
            $0.livePairs(1, at: .second(29))
        },
        Situation("just before the liveness timeout", readiness: true, at: 14.9) { Self.up(&$0) },
        Situation("no heartbeat since the start", liveness: false, readiness: false, at: 15) { Self.up(&$0) },
        Situation("one loop of two without a heartbeat", liveness: false, readiness: false, at: 30) {
            Self.up(&$0)
            $0.heartbeatReturned(loop: 0, at: .second(29))
        },
        Situation("one engine of two stands still while the other works", liveness: false, readiness: false, at: 30) {
            Self.up(&$0)
            $0.pipelineStarted(loops: 2, shards: 2, at: .second(0))
            for loop in 0..<2 { $0.heartbeatReturned(loop: loop, shard: 0, at: .second(29)) }
            $0.batches(900, shard: 0, at: .second(29))
        },
        Situation("one engine of two is overloaded, and both work", readiness: true, at: 30) {
            Self.up(&$0)
            $0.pipelineStarted(loops: 2, shards: 2, at: .second(0))
            for loop in 0..<2 { $0.heartbeatReturned(loop: loop, shard: 0, at: .second(29)) }
            $0.batches(900, shard: 1, at: .second(29))
        },
        Situation("overload: no heartbeat returns but the batch counter moves", readiness: true, at: 60) {
            Self.up(&$0)
            $0.batches(1, at: .second(1))
            $0.batches(900, at: .second(50))
        },
        Situation("a batch counter that stands still is no sign of life", liveness: false, readiness: false, at: 60) {
            Self.up(&$0)
            for second in 1...60 { $0.batches(7, at: .second(Double(second))) }
        },
        Situation("draining", readiness: false) {
            Self.up(&$0)
            $0.draining()
        },
        Situation("the engine ended after a drain", readiness: false, at: 100) {
            Self.up(&$0)
            $0.draining()
            $0.pipelineEnded()
        },
        Situation("an optional webhook is down", readiness: true) {
            Self.up(&$0)
            $0.remark("webhook:ops", problem: "connection refused")
        },
    ]
}

@Suite("Health model")
struct HealthModelTests {
    @Test("the truth table holds", arguments: Situation.table)
    func truthTable(situation: Situation) {
        var model = HealthModel()
        situation.tell(&model)
        let report = model.report(at: .second(situation.at))
        #expect(report.passes(.startup) == situation.startup)
        #expect(report.passes(.liveness) == situation.liveness)
        #expect(report.passes(.readiness) == situation.readiness)
    }

    @Test("no venue, pair, remark or drain ever reaches liveness", arguments: 0..<64)
    func livenessIsIndependent(bits: Int) {
        var model = HealthModel()
        if bits & 1 != 0 { model.configurationLoaded() }
        if bits & 2 != 0 { model.listenersUp() }
        if bits & 4 != 0 { model.venue("bybit", isLive: bits & 8 != 0) }
        if bits & 16 != 0 { model.livePairs(0, at: .second(0)) }
        if bits & 32 != 0 { model.draining() }
        model.remark("store:redis", problem: "down")
        model.pipelineStarted(loops: 1, at: .second(0))
        #expect(model.report(at: .second(14)).passes(.liveness))
        #expect(!model.report(at: .second(15)).passes(.liveness))
    }

    @Test("the limits are configurable")
    func limits() {
        var model = HealthModel(limits: .init(readyGrace: .seconds(1), livenessTimeout: .seconds(2)))
        Situation.up(&model)
        model.livePairs(0, at: .second(0))
        #expect(model.report(at: .second(1)).passes(.readiness))
        #expect(!model.report(at: .second(1.1)).passes(.readiness))
        #expect(!model.report(at: .second(2)).passes(.liveness))
    }

    @Test("one engine is not named beside its loop, several are")
    func names() {
        func names(shards: Int) -> [String] {
            var model = HealthModel()
            model.pipelineStarted(loops: 2, shards: shards, at: .second(0))
            return model.report(at: .second(1)).checks.map(\.name).filter { $0.hasPrefix("loop:") }
        }
        #expect(names(shards: 1) == ["loop:0", "loop:1"])
        #expect(names(shards: 2) == ["loop:0/shard:0", "loop:0/shard:1", "loop:1/shard:0", "loop:1/shard:1"])
    }

    @Test("a clock that goes backwards wedges nothing")
    func backwards() {
        var model = HealthModel()
        Situation.up(&model)
        Situation.beat(&model, at: 100)
        #expect(model.report(at: .second(1)).passes(.liveness))
    }
}
