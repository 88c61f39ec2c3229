/// What to ask of whom.
public struct RestRequest: Sendable {
    public enum Method: Sendable {
        case get
        /// With this body, sent as it is; what it is, a `Content-Type` among the headers says.
        case post([UInt8])
    }

    public var url: String
    public var method: Method
    /// Besides those that every request has; none of them may break a line.
    public var headers: [(name: String, value: String)]
    /// Certificates to trust instead of those of the client's settings, in PEM.
    public var caFile: String?
    /// For all of it, instead of that of the client's settings.
    public var totalTimeout: Duration?

    public init(
        _ url: String,
        method: Method = .get,
        headers: [(name: String, value: String)] = [],
        caFile: String? = nil,
        totalTimeout: Duration? = nil
    ) {
        self.url = url
        self.method = method
        self.headers = headers
        self.caFile = caFile
        self.totalTimeout = totalTimeout
    }
}

/// A request on its way to the REST thread.
struct RestErrand: Sendable {
    let id: UInt64
    let request: RestRequest
    /// Called once, on the REST thread.
    let completion: @Sendable (Result<RestResponse, RestError>) -> Void
}
