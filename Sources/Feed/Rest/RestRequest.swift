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
    /// Without it the status is the whole answer: the request succeeds as soon as the head of the response is here and
    /// the request is sent, with an empty body, whatever comes behind the head, and however slowly.
    public var wantsBody: Bool

    public init(
        _ url: String,
        method: Method = .get,
        headers: [(name: String, value: String)] = [],
        caFile: String? = nil,
        totalTimeout: Duration? = nil,
        wantsBody: Bool = true
    ) {
        self.url = url
        self.method = method
        self.headers = headers
        self.caFile = caFile
        self.totalTimeout = totalTimeout
        self.wantsBody = wantsBody
    }
}

/// A request on its way to the REST thread.
struct RestErrand: Sendable {
    let id: UInt64
    let request: RestRequest
    /// Called once, on the REST thread.
    let completion: @Sendable (Result<RestResponse, RestError>) -> Void
}
