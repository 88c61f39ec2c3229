public import Metrics
import Synchronization

extension Route {
    /// Above this size of the last body the next one is rendered on the blocking pool.
    ///
    /// Handing over costs some microseconds and rendering this much about a tenth of a millisecond. A body of 50,000
    /// series takes tens of milliseconds, which must not keep a probe or a chart client waiting behind it.
    static let largeBodyBytes = 64 * 1024

    /// `/metrics` in the text format 0.0.4.
    public static func metrics(_ registry: Registry) -> Route {
        let lastSize = LastSize()
        return Route(
            "/metrics",
            isSlow: { lastSize.bytes.load(ordering: .relaxed) > Self.largeBodyBytes },
            answer: { _ in
                let body = registry.render()
                lastSize.bytes.store(body.count, ordering: .relaxed)
                return EndpointResponse(contentType: "text/plain; version=0.0.4; charset=utf-8", body: body)
            }
        )
    }

    private final class LastSize: Sendable {
        // Relaxed: a hint for the next request, nothing is published through it. The first body may be a large one.
        let bytes = Atomic<Int>(.max)
    }
}
