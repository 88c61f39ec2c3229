import Glibc
import NIOCore

/// Where the server listens.
public struct ListenAddress: Sendable, Hashable, CustomStringConvertible {
    /// A name or an IP address; an IPv6 address without brackets.
    public var host: String
    /// 0 lets the system choose a free port, which the server then reports.
    public var port: Int

    /// Loopback unless asked otherwise: what the daemon knows is nobody else's business by default.
    public init(host: String = "127.0.0.1", port: Int) {
        self.host = host
        self.port = port
    }

    public var description: String {
        self.host.utf8.contains(UInt8(ascii: ":")) ? "[\(self.host)]:\(self.port)" : "\(self.host):\(self.port)"
    }
}

/// The server could not listen: nothing was served, and trying again without a change will not help.
///
/// The caller prints the description and ends with exit code 69.
public struct ListenError: Error, Sendable, Equatable, CustomStringConvertible {
    public let address: ListenAddress
    /// What the system said, and what to do about it.
    public let reason: String

    public init(address: ListenAddress, reason: String) {
        self.address = address
        self.reason = reason
    }

    public var description: String { "cannot listen on \(self.address): \(self.reason)" }

    init(address: ListenAddress, cause: any Error) {
        let reason =
            switch cause {
            case let error as IOError: Self.reason(errno: error.errnoCode)
            case is SocketAddressError, is SocketAddressError.UnknownHost:
                "this host name has no address; give an IP address, or a name that resolves"
            default: "\(cause)"
            }
        self.init(address: address, reason: reason)
    }

    private static func reason(errno code: CInt) -> String {
        switch code {
        case EADDRINUSE:
            "address already in use; stop the process that holds it, or choose another port (listen, ARB1D_LISTEN)"
        case EACCES:
            "permission denied; choose a port from 1024 on, or grant CAP_NET_BIND_SERVICE"
        case EADDRNOTAVAIL:
            "no interface of this host has this address; choose one of its own, or 0.0.0.0 for all of them"
        default:
            "error \(code); choose another address (listen, ARB1D_LISTEN)"
        }
    }
}
