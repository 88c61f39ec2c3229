import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import Synchronization

/// Hummingbird's own measuring of requests, which goes to swift-metrics under its names.
///
/// `hb_requests_total`, `http_server_request_duration_seconds` and so on, for dashboards that know them.
struct RequestMeter: Sendable {
    /// Any other method is one: the middleware keeps what it has seen for ever.
    private static let methods: Set<HTTPRequest.Method> = [.get, .head, .post, .put, .patch, .delete, .options]

    /// An answer that is measured; ``finish(_:)`` it when it is written.
    struct Measured: Sendable {
        let route: String?
        let response: EndpointResponse
        fileprivate let counted: Response
    }

    private let middleware = MetricsMiddleware<BasicRequestContext>()

    /// Begins the measuring, and asks for the answer.
    func measure(
        _ request: Request,
        on channel: any Channel,
        logger: Logger,
        _ answer: @Sendable () async throws -> (route: String?, response: EndpointResponse)
    ) async throws -> Measured {
        let context = BasicRequestContext(source: ApplicationRequestContextSource(channel: channel, logger: logger))
        let answered = Mutex<(route: String?, response: EndpointResponse)?>(nil)
        let counted = try await self.middleware.handle(Self.bounded(request), context: context) {
            @Sendable _, context in
            let made = try await answer()
            answered.withLock { $0 = made }
            context.coreContext.endpointPath.value = made.route
            return Response(status: HTTPResponse.Status(code: made.response.status))
        }
        guard let made = answered.withLock({ $0 }) else { throw CancellationError() }
        return Measured(route: made.route, response: made.response, counted: counted)
    }

    /// Ends the measuring: the middleware waits for a body to be written, and ours has been, in one piece.
    func finish(_ measured: Measured) async { try? await measured.counted.body.write(Nowhere()) }

    /// What of a request is measured.
    private static func bounded(_ request: Request) -> Request {
        let method = self.methods.contains(request.method) ? request.method : HTTPRequest.Method("_OTHER")
        let head = HTTPRequest(method: method ?? .get, scheme: nil, authority: nil, path: nil)
        return Request(head: head, body: RequestBody(buffer: ByteBuffer()))
    }

    private struct Nowhere: ResponseBodyWriter {
        func write(_ buffer: ByteBuffer) async throws {}
        consuming func finish(_ trailingHeaders: HTTPFields?) async throws {}
    }
}
