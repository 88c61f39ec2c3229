import Metrics
import NIOCore

/// An event loop that is watched.
enum WatchedLoop: String, LabelSet, CaseIterable {
    case feed, server

    static let names = ["loop"]
    var values: [String] { [self.rawValue] }
}

/// How late event loops come to what is due: what one slow handler costs all others on its loop.
struct LoopDelay: Sendable {
    /// Ten looks a second cost a loop some ten microseconds of each.
    private static let interval = TimeAmount.milliseconds(100)

    private let delays: HistogramFamily<WatchedLoop>

    init(_ registry: Registry) {
        self.delays = registry.histogram(
            "arb1d_loop_delay_seconds",
            help: "How late an event loop came to a task that was due, ten times a second.",
            labels: WatchedLoop.self,
            buckets: Buckets.pipelineSeconds
        )
        for loop in WatchedLoop.allCases { _ = self.delays.histogram(for: loop) }
    }

    /// Watches a loop until it ends.
    func watch(_ eventLoop: any EventLoop, as name: WatchedLoop) {
        Self.look(eventLoop, due: .now() + Self.interval, self.delays.histogram(for: name))
    }

    private static func look(_ eventLoop: any EventLoop, due: NIODeadline, _ delays: Histogram) {
        // What is scheduled on a loop that has ended is dropped, and this with it.
        _ = eventLoop.scheduleTask(deadline: due) {
            let now = NIODeadline.now()
            delays.observe(Double(max(0, (now - due).nanoseconds)) / 1e9)
            // Counted from now: after a long delay there is no row of looks to make up for.
            self.look(eventLoop, due: now + self.interval, delays)
        }
    }
}
