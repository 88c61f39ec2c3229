import NIOCore
import NIOPosix
import NIOSSL

/// Why a connection did not come to be. All are tried again after a backoff; the case says where to look.
enum ConnectError: Error, Equatable, Sendable {
    /// The name has no address.
    case dns
    /// Nobody listens there, or no way leads there.
    case refused
    case timeout
    /// No common protocol, or a certificate that we do not trust or that is not for this host.
    case tls
    /// An answer, but not the upgrade that we asked for. `nil`: no readable answer.
    case http(status: Int?)
    /// The venue's budget of connection attempts is used up.
    case limit

    /// The value of the `reason` label.
    var label: String {
        switch self {
        case .dns: "dns"
        case .refused: "refused"
        case .timeout: "timeout"
        case .tls: "tls"
        case .http: "http"
        case .limit: "limit"
        }
    }

    static let labels = ["dns", "refused", "timeout", "tls", "http", "limit"]

    /// What an error of the network means; `wasConnected` says whether the TCP connection stood when it came.
    init(_ error: any Error, wasConnected: Bool) {
        switch error {
        case let error as ConnectError:
            self = error
        case is NIOSSLError, is NIOSSLExtraError, is BoringSSLError:
            self = .tls
        case ChannelError.connectTimeout(_):
            self = .timeout
        case let error as NIOConnectionError:
            let attempts = error.connectionErrors
            if attempts.isEmpty {
                self = .dns
            } else {
                self =
                    attempts.contains { ConnectError($0.error, wasConnected: false) == .timeout } ? .timeout : .refused
            }
        default:
            self = wasConnected ? .http(status: nil) : .refused
        }
    }
}
