public import Core

/// Decides the three verdicts from what it was told, with time as an argument.
///
/// Liveness rests on the pipeline's own heartbeat alone: a venue, a store or a webhook that is down must never get the
/// process restarted, since a restart cannot mend it.
public struct HealthModel: Sendable {
    /// The two times that decide.
    public struct Limits: Sendable, Equatable {
        /// How long the process stays ready after the last moment with a live pair of venues.
        public var readyGrace: Duration
        /// How long the pipeline may show no sign of life.
        public var livenessTimeout: Duration

        public init(readyGrace: Duration = .seconds(10), livenessTimeout: Duration = .seconds(15)) {
            self.readyGrace = readyGrace
            self.livenessTimeout = livenessTimeout
        }
    }

    private enum Pairs {
        case neverLive
        case live
        case noneSince(Timestamp)
    }

    /// A way that heartbeats take: of one loop through one engine.
    private struct Way: Hashable {
        let loop: Int
        let shard: Int
    }

    public var limits: Limits
    private var isConfigurationLoaded = false
    private var areListenersUp = false
    private var isDraining = false
    private var pairs = Pairs.neverLive
    private var shards = 1
    /// The last heartbeat of each way, or the moment from which one is expected.
    private var heartbeats: [Way: Timestamp] = [:]
    /// By shard: the batch counter, and when it last moved.
    private var batches: [Int: (count: UInt64, movedAt: Timestamp)] = [:]
    private var venues: [String: Bool] = [:]
    private var remarks: [String: String?] = [:]

    public init(limits: Limits = Limits()) { self.limits = limits }

    // MARK: What it is told

    public mutating func configurationLoaded() { self.isConfigurationLoaded = true }

    public mutating func listenersUp() { self.areListenersUp = true }

    /// Readiness fails from now on and for good; the rest goes on until the process ends.
    public mutating func draining() { self.isDraining = true }

    /// A venue's state, for humans: it decides nothing, because only a live *pair* of venues is of use.
    public mutating func venue(_ name: String, isLive: Bool) { self.venues[name] = isLive }

    /// How many pairs of venues are live on both sides.
    public mutating func livePairs(_ count: Int, at now: Timestamp) {
        switch (self.pairs, count) {
        case (_, 1...): self.pairs = .live
        case (.live, _): self.pairs = .noneSince(now)
        case (.neverLive, _), (.noneSince, _): break
        }
    }

    /// From now on a heartbeat of each of these loops is expected out of each of these engines.
    public mutating func pipelineStarted(loops: Int, shards: Int = 1, at now: Timestamp) {
        self.shards = shards
        for loop in 0..<loops {
            for shard in 0..<shards { self.heartbeats[Way(loop: loop, shard: shard)] = now }
        }
    }

    /// No more heartbeats are expected: the engines have taken their last elements of a drain.
    public mutating func pipelineEnded() { self.heartbeats = [:] }

    /// A heartbeat that this loop had sent came out of this engine.
    public mutating func heartbeatReturned(loop: Int, shard: Int = 0, at now: Timestamp) {
        self.heartbeats[Way(loop: loop, shard: shard)] = now
    }

    /// An engine's batch counter; while it moves, a missing heartbeat means overload and not a wedge of this engine.
    public mutating func batches(_ count: UInt64, shard: Int = 0, at now: Timestamp) {
        guard count != self.batches[shard]?.count ?? 0 else { return }
        self.batches[shard] = (count, now)
    }

    /// Something worth knowing that decides nothing: an optional store, a webhook, drops; nil when it is well again.
    public mutating func remark(_ name: String, problem: String?) { self.remarks[name] = .some(problem) }

    // MARK: What it decides

    public func report(at now: Timestamp) -> HealthReport {
        var checks = [
            HealthCheck(
                name: "config",
                problem: self.isConfigurationLoaded ? nil : "configuration not loaded",
                decides: [.startup, .readiness]
            ),
            HealthCheck(
                name: "listeners",
                problem: self.areListenersUp ? nil : "not listening yet",
                decides: [.startup, .readiness]
            ),
        ]
        let ways = self.heartbeats.sorted { ($0.key.loop, $0.key.shard) < ($1.key.loop, $1.key.shard) }
        checks += ways.map { self.check($0.key, lastHeartbeat: $0.value, at: now) }
        checks += [
            HealthCheck(name: "live_pairs", problem: self.pairsProblem(at: now), decides: [.readiness]),
            HealthCheck(name: "shutdown", problem: self.isDraining ? "draining" : nil, decides: [.readiness]),
        ]
        checks += self.venues.sorted { $0.key < $1.key }.map { venue in
            HealthCheck(name: "venue:\(venue.key)", problem: venue.value ? nil : "not live", decides: [])
        }
        checks += self.remarks.sorted { $0.key < $1.key }.map { remark in
            HealthCheck(name: remark.key, problem: remark.value, decides: [])
        }
        return HealthReport(checks: checks, summary: self.summary)
    }

    private func check(_ way: Way, lastHeartbeat: Timestamp, at now: Timestamp) -> HealthCheck {
        let lastSign = max(lastHeartbeat, self.batches[way.shard]?.movedAt ?? .never)
        let silence = now.nanoseconds(since: lastSign)
        let isWedged = silence >= self.limits.livenessTimeout.wholeNanoseconds
        return HealthCheck(
            name: self.shards == 1 ? "loop:\(way.loop)" : "loop:\(way.loop)/shard:\(way.shard)",
            problem: isWedged ? "no heartbeat and no batch for \(silence / 1_000_000_000) s" : nil,
            decides: [.liveness, .readiness]
        )
    }

    private func pairsProblem(at now: Timestamp) -> String? {
        switch self.pairs {
        case .live: nil
        case .neverLive: "no live pair of venues"
        case .noneSince(let end):
            now.nanoseconds(since: end) <= self.limits.readyGrace.wholeNanoseconds ? nil : "no live pair of venues"
        }
    }

    private var summary: String {
        let live = "\(self.venues.count { $0.value }) of \(self.venues.count) venues live"
        return self.isDraining ? "draining, \(live)" : live
    }
}
