public import Core
public import Metrics
import Synchronization

/// The one place where all parts of the process report how they are; safe from any thread.
///
/// Each call decides under one lock that is held for nanoseconds to microseconds, so a probe is answered at once even
/// when everything else is in trouble.
public final class HealthState: Sendable {
    private let model: Mutex<HealthModel>

    public init(limits: HealthModel.Limits = HealthModel.Limits()) {
        self.model = Mutex(HealthModel(limits: limits))
    }

    // MARK: Feeding

    /// The times that decide, from now on.
    public func limits(_ limits: HealthModel.Limits) { self.model.withLock { $0.limits = limits } }

    public func configurationLoaded() { self.model.withLock { $0.configurationLoaded() } }

    public func listenersUp() { self.model.withLock { $0.listenersUp() } }

    /// Readiness fails from now on and for good.
    public func draining() { self.model.withLock { $0.draining() } }

    /// Tell it every configured venue once at start, so that the ones that never come up are named too.
    public func venue(_ name: String, isLive: Bool) { self.model.withLock { $0.venue(name, isLive: isLive) } }

    /// How many pairs of venues are live on both sides.
    public func livePairs(_ count: Int, at now: Timestamp) { self.model.withLock { $0.livePairs(count, at: now) } }

    /// From now on a heartbeat of each of these loops is expected out of each of these engines.
    public func pipelineStarted(loops: Int, shards: Int = 1, at now: Timestamp) {
        self.model.withLock { $0.pipelineStarted(loops: loops, shards: shards, at: now) }
    }

    /// No more heartbeats are expected.
    public func pipelineEnded() { self.model.withLock { $0.pipelineEnded() } }

    /// A heartbeat that this loop had sent came out of this engine.
    public func heartbeatReturned(loop: Int, shard: Int = 0, at now: Timestamp) {
        self.model.withLock { $0.heartbeatReturned(loop: loop, shard: shard, at: now) }
    }

    /// An engine's batch counter as it stands at `now`.
    public func batches(_ count: UInt64, shard: Int = 0, at now: Timestamp) {
        self.model.withLock { $0.batches(count, shard: shard, at: now) }
    }

    /// Something worth knowing that decides nothing; nil when it is well again.
    public func remark(_ name: String, problem: String?) { self.model.withLock { $0.remark(name, problem: problem) } }

    // MARK: Asking

    public func report(at now: Timestamp) -> HealthReport {
        // A copy is judged outside the lock: building the report takes longer than any of the calls above.
        self.model.withLock { $0 }.report(at: now)
    }

    /// Exports `arb1d_health_check_status{check}`: 1 while a check passes, 0 while it fails.
    public func register(in registry: Registry, now: @escaping @Sendable () -> Timestamp) {
        let family = SampledFamily(
            "arb1d_health_check_status",
            kind: .gauge,
            help: "Whether a health check passes (1) or fails (0).",
            labels: ["check"]
        )
        registry.collect([family]) { sink in
            for check in self.report(at: now()).checks { sink.add(0, [check.name], check.isPassing ? 1.0 : 0.0) }
        }
    }
}
