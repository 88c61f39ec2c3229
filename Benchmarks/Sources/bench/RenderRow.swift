import Metrics
import Pipeline

/// One scrape's text of so many samples: nine in ten are gauges with three labels, the others of histograms.
enum RenderRow {
    struct PairLabels: LabelSet {
        static let names = ["symbol", "sell_venue", "buy_venue"]
        let symbol: String
        let sell: String
        let buy: String
        var values: [String] { [self.symbol, self.sell, self.buy] }
    }

    struct VenueLabels: LabelSet {
        static let names = ["venue"]
        let venue: String
        var values: [String] { [self.venue] }
    }

    private static let venues = ["binance", "bybit", "gateio"]

    static func run(samples: Int, runs: Int) {
        let registry = Registry()
        for family in 0..<4 { self.addGauges(samples * 9 / 10 / 4, of: family, to: registry) }
        self.addHistograms(samples / 10 / 17, to: registry)
        let body = registry.render()
        let lines = body.split(separator: UInt8(ascii: "\n")).count { $0.first != UInt8(ascii: "#") }
        var (wall, cpu) = ([Double](), [Double]())
        for _ in 0..<runs {
            let begun = (Measure.wall(), Measure.threadCPU())
            let body = registry.render()
            wall.append(Measure.wall() - begun.0)
            cpu.append(Measure.threadCPU() - begun.1)
            precondition(body.count > lines)
        }
        Report.line(
            "arb1d render, text 0.0.4",
            [
                ("samples", Double(lines)), ("bytes", Double(body.count)), ("wall_ms", Measure.median(wall) * 1e3),
                ("us_cpu_per_op", Measure.median(cpu) / Double(lines) * 1e6),
            ]
        )
    }

    private static func addGauges(_ count: Int, of family: Int, to registry: Registry) {
        let gauges = registry.gauge("arb_value_\(family)", help: "A value.", labels: PairLabels.self)
        for index in 0..<count {
            let labels = PairLabels(
                symbol: "SYM\(index / 6)USDT",
                sell: self.venues[index % 3],
                buy: self.venues[(index + 1 + index / 3 % 2) % 3]
            )
            gauges.gauge(for: labels).set(60_000.01 + Double(index) * 0.37)
        }
    }

    private static func addHistograms(_ count: Int, to registry: Registry) {
        let family = registry.histogram(
            "arb_wait_seconds",
            help: "A wait.",
            labels: VenueLabels.self,
            buckets: Buckets.pipelineSeconds
        )
        for index in 0..<count {
            let child = family.histogram(for: VenueLabels(venue: "venue\(index)"))
            for step in 0..<50 { child.observe(0.000_001 * Double(step * step * (index % 7 + 1))) }
        }
    }
}
