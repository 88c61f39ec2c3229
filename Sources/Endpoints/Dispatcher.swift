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

    /// Answers a request: on the caller's thread when the answer is at hand, elsewhere when it takes long.
    ///
    /// - Returns: The answer, and the path of the route that gave it; nil when there is no such route.
    func answer(
        _ request: EndpointRequest,
        method: String,
        on pools: ServerPools
    ) async throws -> (route: String?, response: EndpointResponse) {
        guard let route = self.routes[request.path] else { return (nil, .text(self.notFound, status: 404)) }
        guard method == "GET" || method == "HEAD" else {
            var response = EndpointResponse.text("method not allowed; there is: GET, HEAD\n", status: 405)
            response.headers.append(("Allow", "GET, HEAD"))
            return (route.path, response)
        }
        switch route.answer {
        case .awaited(let answer):
            return (route.path, try await Self.elsewhere(pools) { await answer(request) })
        case .computed(let crowd, let prepare):
            let response = try await crowd.admit {
                switch try await Self.elsewhere(pools, { await prepare(request) }) {
                case .answer(let response): return response
                case .computation(let compute): return try await pools.computing.runIfActive(compute)
                }
            }
            return (route.path, response ?? Self.busy)
        case .made(let isSlow, let answer):
            guard isSlow() else { return (route.path, answer(request)) }
            return (route.path, try await pools.slow.runIfActive { answer(request) })
        }
    }

    /// Leaves the caller's thread, which serves everybody: a route may take its time between two awaits.
    ///
    /// A child task, because a preference within a preference has no effect (Swift 6.3).
    private static func elsewhere<Result: Sendable>(
        _ pools: ServerPools,
        _ work: @escaping @Sendable () async -> Result
    ) async throws -> Result {
        try await withThrowingTaskGroup(of: Result.self) { group in
            group.addTask(executorPreference: PoolExecutor(pools.slow)) { await work() }
            guard let result = try await group.next() else { throw CancellationError() }
            return result
        }
    }

    private static let busy = EndpointResponse(
        status: 503,
        contentType: "text/plain; charset=utf-8",
        headers: [("Retry-After", "1")],
        body: Array("too many ask for this at once; try again in a second\n".utf8)
    )
}
