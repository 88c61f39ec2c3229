import Core
import Testing

@testable import Alerts

@Suite("Alert rules over time")
struct RuleWatchTests {
    /// A watch under a clock of whole seconds; spreads are in basis points.
    private struct Bench {
        var watch: RuleWatch
        var second: Int64 = 0

        init(holdFor seconds: Int64 = 0, includesBasis: Bool = false, _ change: (inout AlertLimits) -> Void = { _ in })
        {
            var limits = AlertLimits()
            limits.changesEvery = .zero
            change(&limits)
            let rule = AlertRule(
                name: "Wide",
                netSpreadAbove: 0.002,
                holdFor: seconds * 1_000_000_000,
                clearBelow: 0.001,
                includesBasis: includesBasis
            )
            self.watch = RuleWatch(rule, limits: limits)
        }

        mutating func evaluate(_ bps: [String: Double], isBasis: Bool = false) -> AlertNotification? {
            let spreads = bps.map { PairSpread(Self.pair($0), netSpread: $1 / 10_000, isBasis: isBasis) }
            return self.watch.evaluate(spreads, at: Self.time(self.second))
        }

        mutating func evaluate(after seconds: Int64, _ bps: [String: Double]) -> AlertNotification? {
            self.second += seconds
            return self.evaluate(bps)
        }

        static func pair(_ symbol: String) -> AlertPair { AlertPair(symbol: symbol, sellVenue: "a", buyVenue: "b") }

        static func time(_ second: Int64) -> AlertTime {
            AlertTime(steady: Timestamp(milliseconds: second * 1000), wall: Timestamp(milliseconds: second * 1000 + 7))
        }
    }

    private static func symbols(_ notification: AlertNotification?) -> [String] {
        (notification?.alerts ?? []).map { ($0.end == nil ? "+" : "-") + $0.pair.symbol }
    }

    @Test("a pair fires once it stayed at the threshold for the rule's time, and not before")
    func holdFor() {
        var bench = Bench(holdFor: 10)
        #expect(bench.evaluate(["A": 20]) == nil)
        #expect(bench.evaluate(after: 9, ["A": 20]) == nil && bench.watch.firingCount == 0)
        let notification = bench.evaluate(after: 1, ["A": 25])
        #expect(Self.symbols(notification) == ["+A"] && notification?.isFiring == true)
        #expect(notification?.alerts.first?.startsAt == Timestamp(milliseconds: 10_007))
        #expect(notification?.alerts.first?.netSpread == 0.0025 && bench.watch.firingCount == 1)
    }

    @Test("a dip below the threshold, or one absence, begins the wait anew", arguments: [["A": 19.9], [:]])
    func interrupted(dip: [String: Double]) {
        var bench = Bench(holdFor: 10)
        _ = bench.evaluate(["A": 20])
        #expect(bench.evaluate(after: 5, dip) == nil)
        #expect(bench.evaluate(after: 5, ["A": 20]) == nil)
        #expect(bench.evaluate(after: 9, ["A": 20]) == nil)
        #expect(Self.symbols(bench.evaluate(after: 1, ["A": 20])) == ["+A"])
    }

    @Test("a firing pair goes on between the thresholds and ends below the lower one")
    func hysteresis() {
        var bench = Bench()
        #expect(Self.symbols(bench.evaluate(["A": 20])) == ["+A"])
        #expect(bench.evaluate(after: 1, ["A": 30]) == nil)
        #expect(bench.evaluate(after: 1, ["A": 10]) == nil && bench.watch.firingCount == 1)
        let end = bench.evaluate(after: 1, ["A": 9.9])
        #expect(Self.symbols(end) == ["-A"] && end?.isFiring == false && bench.watch.firingCount == 0)
        let alert = end?.alerts.first
        #expect(alert?.end == Alert.End(at: Timestamp(milliseconds: 3007), reason: .cleared))
        #expect(alert?.peak == 0.003 && alert?.netSpread == 9.9 / 10_000)
        #expect(bench.evaluate(after: 1, ["A": 15]) == nil)
    }

    @Test("a pair that is absent once ends, with the last value known", arguments: [true, false])
    func absent(isNaN: Bool) {
        var bench = Bench()
        _ = bench.evaluate(["A": 20, "B": 20])
        let end = bench.evaluate(after: 1, isNaN ? ["A": .nan, "B": 20] : ["B": 20])
        #expect(Self.symbols(end) == ["-A", "+B"] && end?.isFiring == true)
        #expect(end?.alerts.first?.end?.reason == .notFresh && end?.alerts.first?.netSpread == 0.002)
    }

    @Test("spot against perpetual fires only where the rule says so", arguments: [true, false])
    func basis(isIncluded: Bool) {
        var bench = Bench(includesBasis: isIncluded)
        #expect((bench.evaluate(["A": 20], isBasis: true) != nil) == isIncluded)
    }

    @Test("what goes on is said again after the time for it, and only then")
    func again() {
        var bench = Bench()
        _ = bench.evaluate(["A": 20])
        #expect(bench.evaluate(after: 4 * 3600 - 1, ["A": 21]) == nil)
        let again = bench.evaluate(after: 1, ["A": 22])
        #expect(Self.symbols(again) == ["+A"] && again?.fired == 0 && again?.alerts.first?.netSpread == 0.0022)
        _ = bench.evaluate(after: 1, [:])
        #expect(bench.evaluate(after: 5 * 3600, [:]) == nil)
    }

    @Test("changes in quick succession come together")
    func changesEvery() {
        var bench = Bench { $0.changesEvery = .seconds(5) }
        #expect(Self.symbols(bench.evaluate(["A": 20])) == ["+A"])
        #expect(bench.evaluate(after: 1, ["A": 20, "B": 20]) == nil)
        #expect(bench.evaluate(after: 1, ["B": 20, "C": 20]) == nil)
        #expect(bench.evaluate(after: 2, ["A": 20, "B": 20]) == nil)
        let together = bench.evaluate(after: 1, ["A": 20, "B": 20])
        // A ended and came back: one alert of it is enough. C came and went: its end tells of both.
        #expect(Self.symbols(together) == ["-C", "+B", "+A"])
        #expect(together?.fired == 2 && together?.resolved == 1 && together?.firing == 2)
    }

    @Test("what does not fit is counted, and told by the notifications after")
    func truncated() {
        var bench = Bench { $0.alertsPerNotification = 2 }
        let five = ["A": 20.0, "B": 20, "C": 20, "D": 20, "E": 20]
        var told: [[String]] = []
        for _ in 0..<3 {
            let notification = bench.evaluate(after: 1, five)
            told.append(Self.symbols(notification))
            #expect(notification?.truncated == 3 && notification?.firing == 5)
        }
        #expect(told == [["+A", "+B"], ["+C", "+D"], ["+E", "+A"]])
        #expect(bench.evaluate(after: 1, five) == nil)
        told = []
        while let notification = bench.evaluate(after: 1, [:]) { told.append(Self.symbols(notification)) }
        #expect(told == [["-A", "-B"], ["-C", "-D"], ["-E"]])
    }

    @Test("pairs beyond the limit are counted, and fire when there is room")
    func limit() {
        var bench = Bench { $0.firing = 2 }
        _ = bench.evaluate(["A": 20, "B": 20])
        #expect(bench.evaluate(after: 1, ["A": 20, "B": 20, "C": 20, "D": 20]) == nil)
        #expect(bench.watch.firingCount == 4)
        let room = bench.evaluate(after: 1, ["B": 20, "C": 20])
        #expect(Self.symbols(room) == ["-A", "+B"] && room?.truncated == 1)
        #expect(Self.symbols(bench.evaluate(after: 1, ["B": 20, "C": 20])) == ["+C", "+B"])
    }

    @Test("ends that nobody was told of are bounded too, and counted")
    func endsUnkept() {
        var bench = Bench {
            $0.firing = 2
            $0.changesEvery = .seconds(10)
        }
        _ = bench.evaluate(["A": 20])
        for symbol in ["B", "C", "D"] {
            #expect(bench.evaluate(after: 1, ["A": 20, symbol: 20]) == nil)
            #expect(bench.evaluate(after: 1, ["A": 20]) == nil)
        }
        let end = bench.evaluate(after: 4, [:])
        #expect(end?.resolved == 2 && end?.truncated == 2)
    }

    @Test("every change reaches the notifications exactly once, whatever the market does", arguments: Seed.some(20))
    func conservation(seed: Seed) {
        var generator = seed
        var bench = Bench(holdFor: Int64.random(in: 0...3, using: &generator)) {
            $0.alertsPerNotification = Int.random(in: 1...4, using: &generator)
            $0.changesEvery = .seconds(Int.random(in: 0...3, using: &generator))
        }
        var known: Set<String> = []
        for step in 0..<400 {
            var market: [String: Double] = [:]
            for symbol in ["A", "B", "C", "D", "E", "F"] where Int.random(in: 0..<8, using: &generator) > 0 {
                market[symbol] = step < 370 ? .random(in: 0...40, using: &generator) : 5
            }
            let alerts = bench.evaluate(after: 1, market)?.alerts ?? []
            #expect(Set(alerts.map(\.pair)).count == alerts.count)
            for alert in alerts {
                if alert.end == nil { known.insert(alert.pair.symbol) } else { known.remove(alert.pair.symbol) }
            }
        }
        // The market was calm long enough for everything to be told: who listened knows that nothing fires.
        #expect(known == [] && bench.watch.firingCount == 0)
    }
}
