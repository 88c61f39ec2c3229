public import Metrics

/// A registry with so many samples to render.
public final class RenderSubject: Sendable {
    public enum Mix: String, Sendable {
        /// The very lines of `render_bound`: gauges of four families with three labels.
        case gauges
        /// Nine in ten of them, and the others of histograms with fourteen buckets.
        case mixed
        /// Those of `gauges`, but read from elsewhere at the scrape, as the daemon's pairs are.
        case sampled
    }

    struct GaugeLabels: LabelSet {
        static let names = ["exchange", "symbol", "kind"]
        let values: [String]

        init(_ index: Int) {
            self.values = [
                ["binance", "bybit", "gate"][index % 3], "SYM\(index / 12)USDT",
                ["bid", "ask", "spread", "age"][index / 3 % 4],
            ]
        }
    }

    struct VenueLabels: LabelSet {
        static let names = ["venue"]
        let venue: String
        var values: [String] { [self.venue] }
    }

    private static let families = 4

    private let registry = Registry()
    private let gauges: [Gauge]
    private let histograms: [Histogram]

    public init(samples: Int, mix: Mix) {
        let histograms = mix == .mixed ? samples / 10 / 17 : 0
        let gauges = samples - histograms * 17
        self.gauges =
            mix == .sampled ? Self.sampled(gauges, by: self.registry) : Self.gauges(gauges, of: self.registry)
        self.histograms = Self.histograms(histograms, of: self.registry)
        self.change(0)
    }

    private static func gauges(_ count: Int, of registry: Registry) -> [Gauge] {
        let families = (0..<self.families).map {
            registry.gauge("arb_value_\($0)", help: "A value.", labels: GaugeLabels.self)
        }
        return (0..<count).map { families[$0 * self.families / count].gauge(for: GaugeLabels($0)) }
    }

    /// Cells that a collector reads, as the daemon's board has them.
    private static func sampled(_ count: Int, by registry: Registry) -> [Gauge] {
        // A gauge can be had from a registry only; this one is never rendered.
        let gauges = self.gauges(count, of: Registry())
        var labels = LabelTable(GaugeLabels.names)
        for index in 0..<count { labels.append(GaugeLabels(index).values) }
        let families = (0..<self.families).map {
            SampledFamily("arb_value_\($0)", kind: .gauge, help: "A value.", labels: GaugeLabels.names)
        }
        registry.collect(families) { [labels] sink in
            for index in 0..<count { sink.add(index * self.families / count, labels, index, gauges[index].value) }
        }
        return gauges
    }

    private static func histograms(_ count: Int, of registry: Registry) -> [Histogram] {
        let family = registry.histogram(
            "arb_wait_seconds",
            help: "A wait.",
            labels: VenueLabels.self,
            buckets: Buckets.pipelineSeconds
        )
        return (0..<count).map { index in
            let child = family.histogram(for: VenueLabels(venue: "venue\(index)"))
            for step in 0..<50 { child.observe(0.000_001 * Double(step * step * (index % 7 + 1))) }
            return child
        }
    }

    /// Gives every gauge another one's value, and every histogram one observation more.
    public func change(_ run: Int) {
        let count = self.gauges.count
        for (index, gauge) in self.gauges.enumerated() { gauge.set(60_000.01 + Double((index + run) % count) * 0.37) }
        for histogram in self.histograms { histogram.observe(0.000_3) }
    }

    /// Renders, and while the body is there does something else.
    public func render(_ format: ExpositionFormat, during work: () -> Void) {
        _ = self.registry.render(format) { _ in work() }
    }

    /// Renders, and gives the size of the body.
    public func render(_ format: ExpositionFormat) -> Int { self.registry.render(format) { $0.count } ?? 0 }

    /// How many lines of text are samples.
    public var lineCount: Int {
        self.registry.render().split(separator: UInt8(ascii: "\n")).count { $0.first != UInt8(ascii: "#") }
    }
}
