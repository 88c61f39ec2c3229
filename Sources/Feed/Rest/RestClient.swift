import CCurl

/// What sends requests: ``RestClient``, but for tests.
public protocol RestTransport: Sendable {
    func send(_ request: RestRequest) async throws(RestError) -> RestResponse
    func send(
        _ request: RestRequest,
        completion: @escaping @Sendable (Result<RestResponse, RestError>) -> Void
    )
}

/// Gets documents over HTTP: one thread, one curl multi handle, its connection cache shared by all venues.
public final class RestClient: RestTransport {
    private let mailbox = RestMailbox()

    /// Prepares libcurl. Call once, before the first client and before other threads are started.
    public static func initialiseLibrary() {
        precondition(arb1d_global_init() == CURLE_OK, "libcurl cannot be initialised")
    }

    public init(settings: RestSettings, clock: ReceiveClock) {
        RestThread.start(self.mailbox, settings: settings, clock: clock)
    }

    deinit { self.mailbox.close() }

    /// Gets `url`: the plainest request.
    ///
    /// - Throws: A ``RestError``, also when the task is cancelled.
    public func get(_ url: String) async throws(RestError) -> RestResponse { try await self.send(RestRequest(url)) }

    /// Sends `request`; any HTTP status is an answer, also a redirect, which is not followed.
    ///
    /// - Throws: A ``RestError``, also when the task is cancelled.
    public func send(_ request: RestRequest) async throws(RestError) -> RestResponse {
        let id = self.mailbox.takeID()
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                self.submit(id, request) { continuation.resume(returning: $0) }
                // It was cancelled before there was anything to cancel.
                if Task.isCancelled { self.mailbox.cancel(id) }
            }
        } onCancel: {
            self.mailbox.cancel(id)
        }
        return try result.get()
    }

    /// Sends `request` for a caller that is no task: a feed on its event loop.
    ///
    /// `completion` is called once: on the REST thread, or at once on the caller's when the request is refused. Hand
    /// over from there, and do not wait in it.
    public func send(
        _ request: RestRequest,
        completion: @escaping @Sendable (Result<RestResponse, RestError>) -> Void
    ) {
        self.submit(self.mailbox.takeID(), request, completion)
    }

    /// Ends everything under way with ``RestError/shutDown``, and refuses what comes later with the same.
    ///
    /// Returns at once: whoever takes down what completions hand over to waits for ``ended()`` first.
    public func shutDown() { self.mailbox.close() }

    /// Returns when the REST thread has called its last completion; call ``shutDown()`` first, or it waits for that.
    ///
    /// Does not wait for curl to clean up, which a resolver that hangs could delay in a libcurl before 7.87.
    public func ended() async { await self.mailbox.ended() }

    private func submit(
        _ id: UInt64,
        _ request: RestRequest,
        _ completion: @escaping @Sendable (Result<RestResponse, RestError>) -> Void
    ) {
        guard request.url.hasPrefix("https://") || request.url.hasPrefix("http://") else {
            return completion(.failure(.badURL))
        }
        let errand = RestErrand(id: id, request: request, completion: completion)
        if !self.mailbox.put(errand) { completion(.failure(.shutDown)) }
    }
}
