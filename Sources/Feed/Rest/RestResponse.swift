public import Core
public import Venues

/// A whole answer to a request.
public struct RestResponse: Sendable {
    public let status: Int
    /// Already unpacked; empty when the request wants none.
    public let body: [UInt8]
    /// When the request began: what the body says was true at some time after it.
    public let startedAt: Timestamp
    /// How long the request took.
    public let duration: Duration
    /// Those that begin with `x-`: where venues tell of their limits.
    public let headers: [RestHeader]
    /// How long the venue asks us to wait (`Retry-After`, in seconds or as a date).
    public let retryAfter: Duration?
}
