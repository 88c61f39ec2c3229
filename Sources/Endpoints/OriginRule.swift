/// Whose pages may connect; the name of the browser's user goes with every connection, whatever page asks for it.
///
/// What an origin is: https://www.rfc-editor.org/rfc/rfc6454#section-6.2
struct OriginRule: Sendable {
    private let allowed: Set<String>

    /// A slash at the end of an origin is left out: no browser sends one, but a copied address has it.
    init(allowed: [String]) {
        self.allowed = Set(allowed.map { String(($0.hasSuffix("/") ? $0.dropLast() : $0[...]).lowercased()) })
    }

    /// Judges a request by its headers of these names.
    ///
    /// - Parameters:
    ///   - origins: All values of `Origin`: browsers send one, everybody else none.
    ///   - host: The value of `Host`.
    /// - Returns: Whether the client may connect.
    func allows(origins: [String], host: String?) -> Bool {
        guard let origin = origins.first?.lowercased() else { return true }
        guard origins.count == 1 else { return false }
        if self.allowed.contains("*") || self.allowed.contains(origin) { return true }
        // Our own pages always may.
        for (scheme, port) in [("http://", ":80"), ("https://", ":443")] where origin.hasPrefix(scheme) {
            return Self.drop(port, from: String(origin.dropFirst(scheme.count)))
                == Self.drop(port, from: host?.lowercased() ?? "")
        }
        return false
    }

    /// Browsers leave out the port that their scheme has anyway; others may not.
    private static func drop(_ port: String, from host: String) -> String {
        host.hasSuffix(port) ? String(host.dropLast(port.count)) : host
    }
}
