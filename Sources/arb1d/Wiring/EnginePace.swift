import Core
import Metrics
import Synchronization

/// How long one engine's batches wait and take, for metrics and for whoever wants to know of slow ones.
final class EnginePace: Sendable {
    private let waits: Histogram
    private let batches: Histogram
    private let publishings: Histogram
    // Relaxed, all: figures of their own, nothing is published through them.
    private let busyNanoseconds = Atomic<Int64>(0)
    private let slowestNanoseconds = Atomic<Int64>(0)
    private let heartbeatSeconds = Atomic<Double>(0)

    init(_ registry: Registry) {
        self.waits = registry.pipelineSeconds(.queue)
        self.batches = registry.pipelineSeconds(.engine)
        self.publishings = registry.pipelineSeconds(.publish)
    }

    /// Registers what is read at the scrape, of all engines in the order of their shards.
    static func register(_ paces: [EnginePace], in registry: Registry) {
        let families = [
            SampledFamily(
                "arb1d_engine_busy_seconds_total",
                kind: .counter,
                help: "Time that the engine spent on batches: its rate is how busy it is.",
                labels: ["shard"]
            ),
            SampledFamily(
                "arb1d_heartbeat_timestamp_seconds",
                kind: .gauge,
                help: "When a heartbeat last came out of the engine; 0 before the first.",
                labels: ["shard"]
            ),
        ]
        registry.collect(families) { sink in
            for (shard, pace) in paces.enumerated() {
                sink.add(0, ["\(shard)"], Double(pace.busyNanoseconds.load(ordering: .relaxed)) / 1e9)
                sink.add(1, ["\(shard)"], pace.heartbeatSeconds.load(ordering: .relaxed))
            }
        }
    }

    /// Called on the engine's thread before each batch, with the receive time of now.
    func take(_ batch: [RawElement], at now: Timestamp) {
        for element in batch {
            guard let arrived = element.arrivedAt else { continue }
            return self.waits.observe(Double(max(0, now.nanoseconds(since: arrived))) / 1e9)
        }
    }

    /// Called on the engine's thread after each batch.
    func note(nanoseconds: Int64) {
        self.batches.observe(Double(nanoseconds) / 1e9)
        self.busyNanoseconds.wrappingAdd(nanoseconds, ordering: .relaxed)
        self.slowestNanoseconds.max(nanoseconds, ordering: .relaxed)
    }

    /// Called on the engine's thread when a batch's points are on their way.
    func published(nanoseconds: Int64) { self.publishings.observe(Double(nanoseconds) / 1e9) }

    /// A heartbeat came out of the engine; `wall` is the time that others know.
    func heartbeat(at wall: Timestamp) { self.heartbeatSeconds.store(wall.seconds, ordering: .relaxed) }

    /// The longest batch since the last call: asked once a second, so that the engine never waits for a log.
    func takeSlowest() -> Duration { .nanoseconds(self.slowestNanoseconds.exchange(0, ordering: .relaxed)) }
}
