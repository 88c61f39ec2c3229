import HTTPTypes
import NIOCore

/// What a route is asked.
public struct EndpointRequest: Sendable {
    public let path: String
    /// The names and values of the query as they came, without percent-decoding.
    public let query: [(name: String, value: String)]
    private let headers: HTTPFields
    /// When the server read it.
    let receivedAt: ContinuousClock.Instant

    public init(path: String, query: String? = nil) {
        self.init(path: path, query: query, headers: [:], receivedAt: .now)
    }

    init(path: String, query: String?, headers: HTTPFields, receivedAt: ContinuousClock.Instant) {
        self.path = path
        self.receivedAt = receivedAt
        self.headers = headers
        self.query = (query ?? "").split(separator: "&").map { item in
            let parts = item.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return (String(parts[0]), parts.count > 1 ? String(parts[1]) : "")
        }
    }

    /// The value of a header; several of one name are joined by commas.
    func header(_ name: HTTPField.Name) -> String? { self.headers[name] }

    /// Whether the query has this name: `?verbose` and `?verbose=1` alike.
    public func has(_ name: String) -> Bool { self.query.contains { $0.name == name } }

    /// The first value of this name, both percent-decoded.
    ///
    /// - Parameter name: The name, as it reads after decoding.
    /// - Returns: Nil when there is none, or when its percent sequences are malformed or no UTF-8. A `+` is a plus.
    public func value(of name: String) -> String? {
        self.query.first { PercentEncoding.decode($0.name) == name }.flatMap { PercentEncoding.decode($0.value) }
    }
}

/// What a route answers; length, date and the headers common to all answers are added by the server.
public struct EndpointResponse: Sendable {
    public var status: Int
    public var contentType: String
    /// Further headers by name.
    public var headers: [(name: String, value: String)]
    let body: ByteBuffer

    public init(
        status: Int = 200,
        contentType: String,
        headers: [(name: String, value: String)] = [],
        body: [UInt8]
    ) {
        self.init(status: status, contentType: contentType, headers: headers, buffer: ByteBuffer(bytes: body))
    }

    /// With a body that the server need not copy again.
    init(
        status: Int = 200,
        contentType: String,
        headers: [(name: String, value: String)] = [],
        buffer: ByteBuffer
    ) {
        self.status = status
        self.contentType = contentType
        self.headers = headers
        self.body = buffer
    }

    public static func text(_ text: String, status: Int = 200) -> EndpointResponse {
        EndpointResponse(status: status, contentType: "text/plain; charset=utf-8", body: Array(text.utf8))
    }
}

/// One path that answers `GET`, and `HEAD` with the same head.
public struct Route: Sendable {
    /// Who makes the answer.
    enum Answer: Sendable {
        /// Made at once, or on the blocking pool when `isSlow` says so, which is asked before each request.
        case made(isSlow: @Sendable () -> Bool, @Sendable (EndpointRequest) -> EndpointResponse)
        case awaited(@Sendable (EndpointRequest) async -> EndpointResponse)
        /// Prepared by waiting for somebody else, then computed on a pool, for a few requests at once.
        case computed(Crowd, @Sendable (EndpointRequest) async -> Preparation)
    }

    /// What a request has come to before anything is computed for it.
    public enum Preparation: Sendable {
        /// There is nothing to compute.
        case answer(EndpointResponse)
        /// May take long.
        case computation(@Sendable () -> EndpointResponse)
    }

    /// The exact path, also the value of the label `route`.
    public let path: String
    /// The status codes it is known to answer, whose counters exist from the start.
    let codes: [Int]
    let answer: Answer

    /// A route whose answer is made from what is at hand, on the server's loop.
    ///
    /// - Parameters:
    ///   - path: The exact path.
    ///   - codes: The status codes it is known to answer.
    ///   - isSlow: Whether the next answer should be made on the blocking pool; must be cheap.
    ///   - answer: Makes the answer.
    public init(
        _ path: String,
        codes: [Int] = [200],
        isSlow: @escaping @Sendable () -> Bool = { false },
        answer: @escaping @Sendable (EndpointRequest) -> EndpointResponse
    ) {
        self.init(path, codes: codes, .made(isSlow: isSlow, answer))
    }

    /// A route whose answer waits for somebody else.
    ///
    /// - Parameters:
    ///   - path: The exact path.
    ///   - codes: The status codes it is known to answer.
    ///   - answer: Makes the answer. It is cancelled when the server is; what computes for long belongs elsewhere.
    public init(
        _ path: String,
        codes: [Int] = [200],
        awaiting answer: @escaping @Sendable (EndpointRequest) async -> EndpointResponse
    ) {
        self.init(path, codes: codes, .awaited(answer))
    }

    /// A route whose answer takes long to compute: at most two of them at once, on threads for nothing else.
    ///
    /// - Parameters:
    ///   - path: The exact path.
    ///   - codes: The status codes it is known to answer; 503 among them.
    ///   - maxRequests: How many may be prepared, wait and be computed together. Whoever comes above that gets 503, to
    ///     come again in a second.
    ///   - prepare: Gets what the computation needs. It is cancelled when the server is.
    public init(
        _ path: String,
        codes: [Int],
        maxRequests: Int = 10,
        computing prepare: @escaping @Sendable (EndpointRequest) async -> Preparation
    ) {
        self.init(path, codes: codes, .computed(Crowd(limit: maxRequests), prepare))
    }

    private init(_ path: String, codes: [Int], _ answer: Answer) {
        precondition(path.hasPrefix("/"), "A route's path begins with a slash: \"\(path)\".")
        self.path = path
        self.codes = codes
        self.answer = answer
    }
}
