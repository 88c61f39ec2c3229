/// Where a stream is: the parts of a `ws://` or `wss://` address.
struct WebSocketAddress: Equatable, Sendable {
    let isSecure: Bool
    /// A name or an IP address, without the brackets of IPv6.
    let host: String
    let port: Int
    /// Path and query; at least `/`.
    let target: String

    /// The value of the `Host` header: the port only where it is not the scheme's own.
    var hostHeader: String {
        let name = self.host.contains(":") ? "[\(self.host)]" : self.host
        return self.port == (self.isSecure ? 443 : 80) ? name : "\(name):\(self.port)"
    }

    /// - Returns: `nil` when `text` is no such address.
    init?(_ text: String) {
        guard let scheme = text.firstRange(of: "://") else { return nil }
        switch text[..<scheme.lowerBound] {
        case "ws": self.isSecure = false
        case "wss": self.isSecure = true
        default: return nil
        }
        let rest = text[scheme.upperBound...]
        let end = rest.firstIndex { $0 == "/" || $0 == "?" } ?? rest.endIndex
        let path = rest[end...]
        self.target = path.hasPrefix("/") ? String(path) : "/" + path
        guard !path.contains(where: { $0.isWhitespace || $0 == "#" }) else { return nil }
        var authority = rest[..<end]
        var port = self.isSecure ? 443 : 80
        if let colon = authority.lastIndex(of: ":"), !authority[colon...].contains("]"),
            authority.hasPrefix("[") || authority.firstIndex(of: ":") == colon
        {
            guard let number = UInt16(authority[authority.index(after: colon)...]), number > 0 else { return nil }
            port = Int(number)
            authority = authority[..<colon]
        }
        if authority.hasPrefix("["), authority.hasSuffix("]") { authority = authority.dropFirst().dropLast() }
        guard !authority.isEmpty, !authority.contains(where: { "@/ []".contains($0) }) else { return nil }
        self.host = String(authority)
        self.port = port
    }
}
