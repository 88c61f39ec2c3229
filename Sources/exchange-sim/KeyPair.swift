import COpenSSL

/// What libcrypto could not do; on a machine with memory left, a mistake of ours.
struct CryptoError: Error {
    let call: String
}

/// An EC P-256 key, in memory only.
@safe
struct KeyPair: ~Copyable {
    // Invariant: a live EVP_PKEY of our own, freed once, by deinit; whoever borrows us uses it within the call.
    let key: OpaquePointer

    init() throws(CryptoError) {
        guard let key = unsafe arb1d_make_p256_key() else { throw CryptoError(call: "EVP_EC_gen") }
        unsafe self.key = key
    }

    deinit { unsafe EVP_PKEY_free(self.key) }

    func der() throws(CryptoError) -> [UInt8] {
        unsafe try DER.bytes("i2d_PrivateKey") { unsafe i2d_PrivateKey(self.key, $0) }
    }
}

/// libcrypto's way of writing things out: asked without a buffer it says the length, asked again it fills one.
enum DER {
    static func bytes(
        _ call: String,
        _ write: (UnsafeMutablePointer<UnsafeMutablePointer<UInt8>?>?) -> Int32
    ) throws(CryptoError) -> [UInt8] {
        let length = write(nil)
        guard length > 0 else { throw CryptoError(call: call) }
        var bytes = [UInt8](repeating: 0, count: Int(length))
        // Invariant: the buffer is as long as was asked for, and is written only within the call.
        let written = unsafe bytes.withUnsafeMutableBufferPointer { buffer in
            var next = buffer.baseAddress
            return unsafe write(&next)
        }
        guard written == length else { throw CryptoError(call: call) }
        return bytes
    }
}
