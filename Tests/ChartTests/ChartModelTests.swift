import Chart
import Metrics
import TestSupport
import Testing

@Suite("Charts whatever happens in whatever order")
struct ChartModelTests {
    @Test("every subscriber gets each point after its snapshot once and in order", arguments: Seeds.fresh(6))
    func losesNothing(seed: UInt64) throws {
        var world = World(seed: seed, rules: World.Rules())
        for _ in 0..<1_500 { try world.step() }
        try world.settle()
        #expect(world.messages > 50)
        for id in world.views.keys { #expect(world.isUpToDate(id)) }
        #expect(world.missed == 0)
        try Self.expectCounts(world)
        try world.closeAll()
        #expect(world.watched == [])
    }

    @Test("what the update channel loses shows as a hole of that size", arguments: Seeds.fresh(4))
    func showsHoles(seed: UInt64) throws {
        var world = World(seed: seed, rules: World.Rules(losesOneIn: 6, failsOneIn: 5))
        for _ in 0..<1_500 { try world.step() }
        try world.settle()
        try Self.expectCounts(world)
        try world.closeAll()
        #expect(world.watched == [])
    }

    @Test("a history that comes too late is asked for anew, and nothing is lost by it", arguments: Seeds.fresh(4))
    func lateHistories(seed: UInt64) throws {
        var world = World(seed: seed, rules: World.Rules(keptPoints: 1))
        for _ in 0..<1_500 { try world.step() }
        try world.settle()
        for id in world.views.keys { #expect(world.isUpToDate(id)) }
        #expect(world.missed == 0)
        try world.closeAll()
        #expect(world.watched == [])
    }

    private static func expectCounts(_ world: World) throws {
        let text = String(decoding: world.registry.render(), as: UTF8.self)
        #expect(text.contains("\narb1d_chart_points_dropped_total \(world.missed)\n"))
        #expect(text.contains("\narb1d_chart_points_merged_total \(world.merged)\n"))
        let subscriptions = world.views.values.reduce(0) { $0 + $1.count }
        #expect(text.contains("\narb1d_chart_subscriptions \(subscriptions)\n"))
    }
}
