import COpenSSL

/// The key of one opening handshake, and the answer that proves that a WebSocket server read it (RFC 6455, section 4).
struct HandshakeKey: Sendable {
    /// The value of `Sec-WebSocket-Key`: 16 random bytes in base64.
    let text: String

    init(using generator: inout some RandomNumberGenerator) {
        self.text = Self.base64((0..<16).map { _ in UInt8.random(in: .min ... .max, using: &generator) })
    }

    init(text: String) { self.text = text }

    /// What `Sec-WebSocket-Accept` must say: base64 of the SHA-1 of key and a fixed text.
    var accept: String {
        Self.base64(Self.sha1(Array((self.text + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").utf8)))
    }

    private static func sha1(_ bytes: [UInt8]) -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: 20)
        let done = unsafe EVP_Digest(bytes, bytes.count, &digest, nil, EVP_sha1(), nil)
        precondition(done == 1, "libcrypto has no SHA-1")
        return digest
    }

    private static func base64(_ bytes: [UInt8]) -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        var text: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            var bits = group.reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
            bits <<= UInt32(8 * (3 - group.count))
            for place in 0..<4 {
                let isPadding = place > group.count
                text.append(isPadding ? UInt8(ascii: "=") : alphabet[Int(bits >> UInt32(18 - 6 * place) & 0x3F)])
            }
        }
        return String(decoding: text, as: UTF8.self)
    }
}
