/// Who is told: an address that takes posts.
///
/// Its description says the name only: many addresses are secrets themselves.
public struct WebhookReceiver: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The value of the label `receiver`.
    public let name: String
    public let url: String
    /// Signs what is sent, if there is one.
    public let secret: WebhookSecret?
    /// Certificates to trust instead of the system's, in PEM.
    public let caFile: String?

    public init(name: String, url: String, secret: WebhookSecret? = nil, caFile: String? = nil) {
        (self.name, self.url, self.secret, self.caFile) = (name, url, secret, caFile)
    }

    public var description: String { "receiver \(self.name)" }
    public var debugDescription: String { self.description }
    public var customMirror: Mirror { Mirror(self, children: []) }
}

/// One try of one delivery.
public struct WebhookRequest: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The receiver's name.
    public let receiver: String
    public let url: String
    public let headers: [(name: String, value: String)]
    public let body: [UInt8]
    public let caFile: String?
    /// For all of it, from looking up the name to the end of the answer.
    public let timeout: Duration

    public var description: String { "\(self.body.count) bytes for receiver \(self.receiver)" }
    public var debugDescription: String { self.description }
    public var customMirror: Mirror { Mirror(self, children: []) }
}

/// What came of a try.
public enum WebhookAnswer: Equatable, Sendable {
    /// An HTTP status, and how long the receiver asks us to wait (`Retry-After`).
    case status(Int, retryAfter: Duration? = nil)
    /// No answer: a reason such as `refused`, `timeout`, `tls` or `dns`; others count as `other`.
    case failed(String)

    /// 429 and 5xx may pass; any other refusal stands, a redirect too: what it points to is not configured.
    var verdict: DeliveryVerdict {
        switch self {
        case .status(200..<300, _): .acknowledged
        case .status(429, let retryAfter), .status(500..., let retryAfter): .failed(retryAfter: retryAfter)
        case .status: .refused
        case .failed: .failed(retryAfter: nil)
        }
    }

    var failure: WebhookFailure? {
        switch self {
        case .status(200..<300, _): nil
        case .status: .http
        case .failed(let reason): WebhookFailure(rawValue: reason) ?? .other
        }
    }
}

/// Why a try failed: all values of the `reason` label.
enum WebhookFailure: String, CaseIterable, Sendable {
    /// Nobody listens there.
    case refused
    case timeout, tls, dns, reset
    /// An HTTP status other than 2xx.
    case http
    case other
}

/// Brings a request over the network.
public protocol WebhookTransport: Sendable {
    /// Sends `request` as a POST, and follows no redirect.
    ///
    /// Returns at once. `completion` is called once, on any thread, also before this returns; a second call is ignored.
    func post(_ request: WebhookRequest, completion: @escaping @Sendable (WebhookAnswer) -> Void)
}
