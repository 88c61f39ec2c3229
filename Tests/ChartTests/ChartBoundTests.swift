import Core
import TestSupport
import Testing

@testable import Chart

@Suite("Bounds of a snapshot")
struct ChartBoundTests {
    @Test(
        "a snapshot as long as it gets and all that was kept back behind it fit into a client's queue",
        arguments: [64 << 10, 1 << 20, 8 << 20]
    )
    func fits(queuedBytes: Int) throws {
        var random = SplitMix64(seed: 7)
        let settings = ChartSettings(queuedBytes: queuedBytes)
        var stage = Stage(settings: settings)
        stage.open(1, Stage.btc)
        let request = try #require(stage.requests.first)
        stage.actions = []
        let reached = UInt64(settings.snapshotPoints)
        let kept = (1...UInt64(settings.keptPoints)).map { Self.long(reached + $0, &random) }
        stage.hub.updates(kept, into: &stage.actions)
        #expect(stage.actions.isEmpty, "all of it is kept back")
        let points = (1...reached).map { Self.long($0, &random) }
        let snapshot = ChartEncoder.snapshot(request.key, points: points, number: reached, completeFrom: nil)
        stage.hub.history(request, snapshot, into: &stage.actions)
        var bytes = 0
        for case .send(_, let message, _) in stage.actions { bytes += message.count }
        #expect(stage.actions.count == 2)
        #expect(bytes <= queuedBytes && bytes > queuedBytes / 2)
    }

    @Test("one point more than can be kept back, and the history is asked for anew")
    func beyond() throws {
        let settings = ChartSettings(queuedBytes: 64 << 10)
        var stage = Stage(settings: settings)
        stage.open(1, Stage.btc)
        stage.actions = []
        stage.update(0, 1...UInt64(settings.keptPoints))
        #expect(stage.requests.isEmpty)
        stage.update(0, UInt64(settings.keptPoints + 1)...UInt64(settings.keptPoints + 1))
        #expect(stage.requests.count == 1)
    }

    /// A point whose text is as long as points get: all digits, a sign and an exponent.
    private static func long(_ number: UInt64, _ random: inout SplitMix64) -> PairPoint {
        func ratio() -> Double { -Double.random(in: 1.1e-8...9.9e-8, using: &random) }
        return PairPoint(
            pair: PairIndex(0),
            number: number,
            time: Timestamp(nanoseconds: 1_767_225_600_000_000_001 + Int64(number) * 1_001),
            spread: ratio(),
            band: Band(upper: ratio(), lower: ratio()),
            venue: VenueIndex(0),
            receivedAt: .never
        )
    }
}
