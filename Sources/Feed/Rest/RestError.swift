import CCurl

/// Why a request brought no answer. An HTTP status of any kind is an answer and no error.
public enum RestError: Error, Hashable, Sendable {
    /// The address is not an `http` or `https` URL: a mistake in the configuration, so do not ask again.
    case badURL
    /// The name has no address: ask again later.
    case dns
    /// Nobody listens there, or no way leads there: ask again later.
    case refused
    /// No connection in 5 s, or no whole answer in 10 s: ask again later.
    case timeout
    /// The certificate is not trusted or not for this host, or no common protocol: asking again will not help by
    /// itself.
    case tls
    /// The body is over the limit: do not ask again for the same.
    case tooLarge
    /// The connection broke, or what came is not HTTP: ask again later.
    case reset
    /// The caller no longer wants it.
    case cancelled
    /// The client is shut down: do not ask again.
    case shutDown
    /// The route failed too often, and is left alone for so long: the request was not sent.
    case circuitOpen(for: Duration)
    /// The venue told us to leave it alone for so long: the request was not sent.
    case banned(for: Duration)
    /// Something else that curl says, by its number.
    case other(Int)

    /// The value of the `reason` label.
    public var label: String {
        switch self {
        case .badURL: "bad_url"
        case .dns: "dns"
        case .refused: "refused"
        case .timeout: "timeout"
        case .tls: "tls"
        case .tooLarge: "too_large"
        case .reset: "reset"
        case .cancelled: "cancelled"
        case .shutDown: "shut_down"
        case .circuitOpen: "circuit_open"
        case .banned: "banned"
        case .other: "other"
        }
    }

    /// All values of the `reason` label.
    static let labels: [String] =
        [
            Self.badURL, .dns, .refused, .timeout, .tls, .tooLarge, .reset, .cancelled, .shutDown,
            .circuitOpen(for: .zero), .banned(for: .zero), .other(0),
        ].map(\.label)

    /// How long to leave the venue alone at least.
    public var patience: Duration {
        switch self {
        case .circuitOpen(let pause), .banned(let pause): pause
        case .badURL, .dns, .refused, .timeout, .tls, .tooLarge, .reset, .cancelled, .shutDown, .other: .zero
        }
    }

    /// What a curl code other than success means.
    init(_ code: CURLcode) {
        switch code {
        case CURLE_URL_MALFORMAT: self = .badURL
        case CURLE_COULDNT_RESOLVE_HOST: self = .dns
        case CURLE_COULDNT_CONNECT: self = .refused
        case CURLE_OPERATION_TIMEDOUT: self = .timeout
        case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_CIPHER,
            CURLE_SSL_CERTPROBLEM, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_INVALIDCERTSTATUS, CURLE_USE_SSL_FAILED:
            self = .tls
        case CURLE_FILESIZE_EXCEEDED: self = .tooLarge
        case CURLE_RECV_ERROR, CURLE_SEND_ERROR, CURLE_GOT_NOTHING, CURLE_PARTIAL_FILE, CURLE_WEIRD_SERVER_REPLY,
            CURLE_HTTP2, CURLE_HTTP2_STREAM, CURLE_BAD_CONTENT_ENCODING, CURLE_WRITE_ERROR,
            CURLE_UNSUPPORTED_PROTOCOL:
            // The scheme was checked before: this is an answer that is not HTTP.
            self = .reset
        default: self = .other(Int(code.rawValue))
        }
    }
}
