import COpenSSL

/// What a certificate says of its holder.
struct CertificateClaims {
    /// Seconds from now, both.
    struct Validity {
        let from: Int
        let until: Int

        /// Clocks differ a little: valid for an hour already, and for a day.
        static let today = Validity(from: -3_600, until: 86_400)
        static let untilYesterday = Validity(from: -2 * 86_400, until: -86_400)
    }

    enum Use {
        case authority
        case server(names: [String])
    }

    let commonName: String
    let use: Use
    var validity = Validity.today

    /// The extensions in the words of x509v3_config(5).
    fileprivate var extensions: [(id: Int32, value: String)] {
        switch self.use {
        case .authority:
            [
                (NID_basic_constraints, "critical,CA:TRUE"), (NID_key_usage, "critical,keyCertSign,cRLSign"),
                (NID_subject_key_identifier, "hash"),
            ]
        case .server(let names):
            [
                (NID_basic_constraints, "critical,CA:FALSE"), (NID_key_usage, "critical,digitalSignature"),
                (NID_ext_key_usage, "serverAuth"), (NID_subject_alt_name, Self.alternatives(names)),
                (NID_subject_key_identifier, "hash"), (NID_authority_key_identifier, "keyid"),
            ]
        }
    }

    /// `DNS:localhost,IP:127.0.0.1`; what has a colon, or nothing but digits and points, is an address.
    private static func alternatives(_ names: [String]) -> String {
        names.map { name in
            let isAddress = name.contains(":") || name.allSatisfy { $0 == "." || $0.isNumber }
            return (isAddress ? "IP:" : "DNS:") + name
        }.joined(separator: ",")
    }
}

/// A signed X.509 certificate.
@safe
struct Certificate: ~Copyable {
    // Invariant: a live X509 of our own, freed once, by deinit; whoever borrows us uses it within the call.
    private let certificate: OpaquePointer

    /// Signs a certificate with its own key.
    init(_ claims: CertificateClaims, signedBy key: borrowing KeyPair) throws(CryptoError) {
        unsafe self.certificate = try Self.make(claims, of: key, issuer: nil, issuerKey: key)
    }

    /// Signs a certificate for the holder of `key`.
    init(
        _ claims: CertificateClaims,
        of key: borrowing KeyPair,
        issuer: borrowing Certificate,
        issuerKey: borrowing KeyPair
    ) throws(CryptoError) {
        unsafe self.certificate = try Self.make(claims, of: key, issuer: issuer.certificate, issuerKey: issuerKey)
    }

    deinit { unsafe X509_free(self.certificate) }

    func der() throws(CryptoError) -> [UInt8] {
        unsafe try DER.bytes("i2d_X509") { unsafe i2d_X509(self.certificate, $0) }
    }

    func pem() throws(CryptoError) -> String {
        let der = try self.der()
        // The library ends the text with a zero byte.
        var encoded = [UInt8](repeating: 0, count: (der.count + 2) / 3 * 4 + 1)
        let length = Int(unsafe EVP_EncodeBlock(&encoded, der, Int32(der.count)))
        encoded.removeLast(encoded.count - length)
        let lines = stride(from: 0, to: encoded.count, by: 64).map { start in
            String(decoding: encoded[start..<min(start + 64, encoded.count)], as: UTF8.self)
        }
        return (["-----BEGIN CERTIFICATE-----"] + lines + ["-----END CERTIFICATE-----", ""]).joined(separator: "\n")
    }

    /// Makes a certificate that the caller must free; without an issuer it is its own.
    private static func make(
        _ claims: CertificateClaims,
        of key: borrowing KeyPair,
        issuer: OpaquePointer?,
        issuerKey: borrowing KeyPair
    ) throws(CryptoError) -> OpaquePointer {
        guard let certificate = unsafe X509_new() else { throw CryptoError(call: "X509_new") }
        do throws(CryptoError) {
            try unsafe self.fill(certificate, claims, of: key, issuer: issuer ?? certificate, issuerKey: issuerKey)
        } catch {
            unsafe X509_free(certificate)
            throw error
        }
        return unsafe certificate
    }

    private static func fill(
        _ certificate: OpaquePointer,
        _ claims: CertificateClaims,
        of key: borrowing KeyPair,
        issuer: OpaquePointer,
        issuerKey: borrowing KeyPair
    ) throws(CryptoError) {
        try unsafe self.check("X509_set_version", X509_set_version(certificate, 2))
        let number = UInt64.random(in: 1...UInt64(Int64.max))
        try unsafe self.check("serial", ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate), number))
        let (from, until) = (claims.validity.from, claims.validity.until)
        guard unsafe X509_gmtime_adj(X509_getm_notBefore(certificate), from) != nil,
            unsafe X509_gmtime_adj(X509_getm_notAfter(certificate), until) != nil
        else { throw CryptoError(call: "X509_gmtime_adj") }
        let subject = unsafe X509_get_subject_name(certificate)
        try unsafe self.check(
            "X509_NAME_add_entry_by_txt",
            X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, claims.commonName, -1, -1, 0)
        )
        try unsafe self.check(
            "X509_set_issuer_name",
            X509_set_issuer_name(certificate, X509_get_subject_name(issuer))
        )
        try unsafe self.check("X509_set_pubkey", X509_set_pubkey(certificate, key.key))
        for (id, value) in claims.extensions { try unsafe self.add(id, value, to: certificate, issuer: issuer) }
        try unsafe self.check("X509_sign", X509_sign(certificate, issuerKey.key, EVP_sha256()))
    }

    private static func add(
        _ id: Int32,
        _ value: String,
        to certificate: OpaquePointer,
        issuer: OpaquePointer
    ) throws(CryptoError) {
        var context = unsafe X509V3_CTX()
        unsafe X509V3_set_ctx(&context, issuer, certificate, nil, nil, 0)
        guard let made = unsafe X509V3_EXT_conf_nid(nil, &context, id, value) else {
            throw CryptoError(call: "X509V3_EXT_conf_nid(\(value))")
        }
        defer { unsafe X509_EXTENSION_free(made) }
        try unsafe self.check("X509_add_ext", X509_add_ext(certificate, made, -1))
    }

    /// libcrypto returns 1, or a length, when all went well.
    private static func check(_ call: String, _ result: Int32) throws(CryptoError) {
        guard result > 0 else { throw CryptoError(call: call) }
    }
}
