import NIOPosix

/// Finds the route of a request, or the answer to one that has none.
struct Dispatcher: Sendable {
    private let routes: [String: Route]
    private let notFound: String

    init(routes: [Route]) {
        self.routes = Dictionary(routes.map { ($0.path, $0) }) { first, _ in
            preconditionFailure("The route \"\(first.path)\" is there twice.")
        }
        self.notFound = "not found; there is:\n" + routes.map { "\($0.path)\n" }.joined()
    }

    /// Answers a request, on the pool when its route says that it takes long.
    ///
    /// - Returns: The answer, and the path of the route that gave it; nil when there is no such route.
    func answer(
        _ request: EndpointRequest,
        method: String,
        on pool: NIOThreadPool
    ) async throws -> (route: String?, response: EndpointResponse) {
        guard let route = self.routes[request.path] else { return (nil, .text(self.notFound, status: 404)) }
        guard method == "GET" || method == "HEAD" else {
            var response = EndpointResponse.text("method not allowed; there is: GET, HEAD\n", status: 405)
            response.headers.append(("Allow", "GET, HEAD"))
            return (route.path, response)
        }
        switch route.answer {
        case .awaited(let answer): return (route.path, await answer(request))
        case .made(let isSlow, let answer):
            guard isSlow() else { return (route.path, answer(request)) }
            return (route.path, try await pool.runIfActive { answer(request) })
        }
    }
}
