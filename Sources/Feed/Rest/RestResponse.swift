public import Core

/// A whole answer to a request.
public struct RestResponse: Sendable {
    public let status: Int
    /// Already unpacked; empty when the request wants none.
    public let body: [UInt8]
    /// When the request began: what the body says was true at some time after it.
    public let startedAt: Timestamp
    /// How long the request took.
    public let duration: Duration
    /// How long the venue asks us to wait (`Retry-After`, in seconds or as a date).
    public let retryAfter: Duration?
}
