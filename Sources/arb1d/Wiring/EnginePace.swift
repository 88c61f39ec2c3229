import Metrics
import Synchronization

/// How long the engine's batches take, for metrics and for whoever wants to know of slow ones.
final class EnginePace: Sendable {
    private let batches: Histogram
    // Relaxed, both: figures of their own, nothing is published through them.
    private let busyNanoseconds = Atomic<Int64>(0)
    private let slowestNanoseconds = Atomic<Int64>(0)

    init(_ registry: Registry) {
        let stages = registry.histogram(
            "arb1d_pipeline_seconds",
            help: "Time that a stage took for one burst or batch.",
            labels: StageLabels.self,
            buckets: Buckets.pipelineSeconds
        )
        self.batches = stages.histogram(for: StageLabels(stage: "engine"))
    }

    /// Registers what is read at the scrape.
    func register(in registry: Registry) {
        let family = SampledFamily(
            "arb1d_engine_busy_seconds_total",
            kind: .counter,
            help: "Time that the engine spent on batches: its rate is how busy it is.",
            labels: ["shard"]
        )
        registry.collect([family]) { sink in
            sink.add(0, ["0"], Double(self.busyNanoseconds.load(ordering: .relaxed)) / 1e9)
        }
    }

    /// Called on the engine's thread after each batch.
    func note(nanoseconds: Int64) {
        self.batches.observe(Double(nanoseconds) / 1e9)
        self.busyNanoseconds.wrappingAdd(nanoseconds, ordering: .relaxed)
        self.slowestNanoseconds.max(nanoseconds, ordering: .relaxed)
    }

    /// The longest batch since the last call: asked once a second, so that the engine never waits for a log.
    func takeSlowest() -> Duration { .nanoseconds(self.slowestNanoseconds.exchange(0, ordering: .relaxed)) }
}

struct StageLabels: LabelSet {
    static let names = ["stage"]
    let stage: String
    var values: [String] { [self.stage] }
}
