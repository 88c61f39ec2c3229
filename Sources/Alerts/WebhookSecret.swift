import COpenSSL

/// What a receiver and we know and nobody else: it proves that a notification is ours.
///
/// It shows itself to nobody: neither in text nor to a debugger's or a logger's reflection.
public struct WebhookSecret: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    private let key: [UInt8]

    /// Takes what a secret's file holds, but for the line ends that editors leave behind it; `nil`: nothing is left.
    public init?(fileContents: [UInt8]) {
        var key = fileContents
        while let last = key.last, last == UInt8(ascii: "\n") || last == UInt8(ascii: "\r") { key.removeLast() }
        guard !key.isEmpty else { return nil }
        self.key = key
    }

    public var description: String { "(secret)" }
    public var debugDescription: String { self.description }
    public var customMirror: Mirror { Mirror(self, children: []) }

    /// HMAC-SHA256 of `body` under this key, in hexadecimal: https://www.rfc-editor.org/rfc/rfc2104
    func signature(of body: [UInt8]) -> String {
        var digest = [UInt8](repeating: 0, count: 32)
        var count = 0
        let mac = unsafe EVP_Q_mac(
            nil,
            "HMAC",
            nil,
            "SHA256",
            nil,
            self.key,
            self.key.count,
            body,
            body.count,
            &digest,
            digest.count,
            &count
        )
        precondition(unsafe mac != nil && count == 32, "libcrypto has no HMAC-SHA256")
        return Hexadecimal.text(digest)
    }
}
