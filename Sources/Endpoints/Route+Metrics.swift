import HTTPTypes
public import Metrics
import NIOCore
import Synchronization

extension Route {
    /// Above this size of the last body the next one is rendered on the blocking pool.
    ///
    /// Handing over costs some microseconds and rendering this much about a tenth of a millisecond. A body of 50,000
    /// series takes milliseconds, and packing it tens of them, which must not keep a probe or a chart client waiting.
    static let largeBodyBytes = 64 * 1024

    /// `/metrics` in the format that the scraper asks for, packed when it can unpack it.
    ///
    /// - Parameters:
    ///   - registry: What it shows.
    ///   - showsCreated: Whether OpenMetrics gets `_created` samples, each of which is one more series.
    /// - Returns: The route. It answers 503 when the scraper's own time limit has passed before the body was whole.
    public static func metrics(_ registry: Registry, showsCreated: Bool = false) -> Route {
        let (lastSize, packers) = (LastSize(), GzipPool())
        return Route(
            "/metrics",
            codes: [200, 503],
            isSlow: { lastSize.bytes.load(ordering: .relaxed) > Self.largeBodyBytes },
            answer: { request in
                let format = ExpositionFormat(accept: request.header(.accept))
                let isPacked = AcceptedEncoding.allowsGzip(request.header(.acceptEncoding))
                let body = registry.render(
                    format,
                    showsCreated: showsCreated,
                    by: request.scrapeTimeout.map { request.receivedAt + $0 }
                ) { body in
                    lastSize.bytes.store(body.count, ordering: .relaxed)
                    if isPacked, let packed = packers.pack(body) { return (packed, true) }
                    return (ByteBuffer(copying: body), false)
                }
                guard let body else { return Self.late }
                var headers = [("Vary", "Accept, Accept-Encoding")]
                if body.1 { headers.append(("Content-Encoding", "gzip")) }
                return EndpointResponse(contentType: format.contentType, headers: headers, buffer: body.0)
            }
        )
    }

    /// Nobody reads it, but it is counted.
    private static let late = EndpointResponse.text("the scrape's time limit passed before its turn\n", status: 503)

    private final class LastSize: Sendable {
        // Relaxed: a hint for the next request, nothing is published through it. The first body may be a large one.
        let bytes = Atomic<Int>(.max)
    }
}

extension EndpointRequest {
    /// How long the scraper waits, from its `X-Prometheus-Scrape-Timeout-Seconds`; nil when it says nothing sensible.
    var scrapeTimeout: Duration? {
        guard let name = HTTPField.Name("X-Prometheus-Scrape-Timeout-Seconds"),
            let seconds = self.header(name).flatMap(Double.init), seconds > 0, seconds <= 3600
        else { return nil }
        return .seconds(seconds)
    }
}

/// What an `Accept-Encoding` header allows: https://www.rfc-editor.org/rfc/rfc9110#field.accept-encoding
enum AcceptedEncoding {
    /// Whether gzip is allowed, and not liked less than no encoding at all where both are named.
    static func allowsGzip(_ header: String?) -> Bool {
        let choices = HeaderChoice.list(header ?? "")
        func quality(_ names: [String]) -> Double? { choices.first { names.contains($0.value) }?.quality }
        guard let gzip = quality(["gzip", "x-gzip"]) ?? quality(["*"]) else { return false }
        return gzip > 0 && gzip >= quality(["identity"]) ?? 0
    }
}

extension ByteBuffer {
    /// A copy of a lent body.
    init(copying body: borrowing ScrapeBody) {
        self.init()
        self.reserveCapacity(body.count)
        body.forEachPiece { piece in unsafe piece.withUnsafeBytes { bytes in _ = unsafe self.writeBytes(bytes) } }
    }
}
