@testable import Metrics

enum Door: String, StateLabel {
    case closed, open, half

    var label: String { self.rawValue }
}

extension Registry {
    /// When everything in ``everyKind(venues:)`` was created.
    static let created = 1_763_835_600.5

    /// A registry with an instrument of each kind, counted and sampled, that has something to show.
    static func everyKind(venues: [String] = ["bybit"]) -> Registry {
        let registry = Registry(now: { Self.created })
        for venue in venues {
            let labels = VenueLabels(venue: venue)
            registry.counter("arb1d_frames_total", help: "Frames.", labels: VenueLabels.self)
                .counter(for: labels).increment(by: 7)
            registry.seconds("arb1d_busy_seconds_total", help: "Busy.", labels: VenueLabels.self)
                .counter(for: labels).add(nanoseconds: 1_500_000_000)
            registry.gauge("arb1d_depth_bytes", help: "Depth.", labels: VenueLabels.self).gauge(for: labels).set(-0.25)
            registry.states("arb1d_door_state", help: "Doors.", labels: VenueLabels.self, of: Door.self)
                .states(for: labels).set(.open)
            registry.info("arb1d_part_info", help: "Parts.", labels: VenueLabels.self).declare(labels)
            let both = registry.histogram(
                "arb1d_wait_seconds",
                help: "Wait.",
                labels: VenueLabels.self,
                buckets: [0.5, 1, 300],
                exemplars: ExemplarNaming(number: "update") { subject in
                    subject == 0 ? PreformattedLabels(["symbol"], ["BTCUSDT"]) : nil
                }
            ).histogram(for: labels)
            both.observe(0.25, count: 3)
            both.observe(0.75, evidence: Evidence(subject: 0, number: 17, time: 1_763_835_600_250_000_000))
            both.observe(1e9)
            registry.histogram(
                "arb1d_old_ratio",
                help: "Old.",
                labels: VenueLabels.self,
                buckets: [0.001],
                native: nil
            ).histogram(for: labels).observe(0.5)
            registry.histogram("arb1d_new_seconds", help: "New.", labels: VenueLabels.self, buckets: [])
                .histogram(for: labels).observe(0.5)
        }
        registry.collect([
            SampledFamily("arb1d_read_total", kind: .counter, help: "Read.", labels: ["venue"]),
            SampledFamily("arb1d_price", kind: .gauge, help: "Price.", labels: ["venue"]),
            SampledFamily("arb1d_build_info", kind: .info, help: "Build.", labels: ["version"]),
            SampledFamily(
                "arb1d_breaker_state",
                kind: .stateset,
                help: "Breaker.",
                labels: ["venue"],
                states: ["closed", "open"]
            ),
        ]) { sink in
            for venue in venues {
                sink.add(0, [venue], UInt64.max >> 11)
                sink.add(1, [venue], 67_012.375)
                sink.add(3, PreformattedLabels(VenueLabels(venue: venue)), state: 1)
            }
            sink.add(2, fact: ["1.2.3"])
        }
        return registry
    }
}
