import Metrics
import Synchronization

/// How long instruments were watched, and how long of that without a quote known to stand: sums over all of a venue.
final class SymbolSeconds: Sendable {
    // Relaxed, both: figures of their own, nothing is published through them.
    private let watched = Atomic<Int64>(0)
    private let stale = Atomic<Int64>(0)

    func add(watched: Int, stale: Int, nanoseconds: Int64) {
        self.watched.wrappingAdd(Int64(watched) &* nanoseconds, ordering: .relaxed)
        self.stale.wrappingAdd(Int64(stale) &* nanoseconds, ordering: .relaxed)
    }

    /// The counters of all venues, read at the scrape.
    final class Family: Sendable {
        private let venues = Mutex<[(venue: String, seconds: SymbolSeconds)]>([])

        func register(in registry: Registry) {
            let families = [
                SampledFamily(
                    "arb1d_feed_symbol_seconds_total",
                    kind: .counter,
                    help: "Time for which instruments were watched, summed over them, but for refused ones.",
                    labels: ["venue"]
                ),
                SampledFamily(
                    "arb1d_feed_symbol_stale_seconds_total",
                    kind: .counter,
                    help: "That part of arb1d_feed_symbol_seconds_total without a quote known to stand.",
                    labels: ["venue"]
                ),
            ]
            registry.collect(families) { sink in
                for (venue, seconds) in self.venues.withLock({ $0 }) {
                    // In this order, so that a part never looks larger than its whole.
                    let stale = seconds.stale.load(ordering: .relaxed)
                    sink.add(0, [venue], Double(seconds.watched.load(ordering: .relaxed)) / 1e9)
                    sink.add(1, [venue], Double(stale) / 1e9)
                }
            }
        }

        func seconds(of venue: String) -> SymbolSeconds {
            self.venues.withLock { venues in
                if let known = venues.first(where: { $0.venue == venue }) { return known.seconds }
                let seconds = SymbolSeconds()
                venues.append((venue, seconds))
                return seconds
            }
        }
    }
}
